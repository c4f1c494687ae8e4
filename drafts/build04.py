"""Builds notebooks/04_lstm.ipynb from the cells below, keeping stored outputs out."""
import json, sys, re
from pathlib import Path
import nbformat
ROOT = Path("/work/main")
CELLS = []
def md(id, text): CELLS.append(("markdown", id, text.strip("\n"), {}))
def code(id, text, **meta): CELLS.append(("code", id, text.strip("\n"), meta))
FOLD = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"], "cellView": "form"}
def fold(id, text, **meta): code(id, text, **{**FOLD, **meta})
setup = next(c for c in nbformat.read(ROOT / "notebooks/evidence/05_gru.ipynb", 4).cells if c.cell_type == "code").source

md("title", """
# 4 LSTM: a memory with gates

[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-name/rnn-course/blob/main/notebooks/04_lstm.ipynb)
· [slides](https://your-name.github.io/rnn-course/slides/04_lstm.html) · [assignment](../coursework/source/04_lstm/assignment_04_lstm.ipynb) · [evidence](evidence/04_lstm.ipynb) · previous: [vanishing and exploding gradients](evidence/03_gradient_problems.ipynb) · next: [GRU](evidence/05_gru.ipynb)

> *Venky stays in India. Venky has a friend, whose name is Dev. Dev is an AI faculty. Venky learns AI from \\_\\_\\_*

You fill in the blank without effort. You kept one word in mind and let all others pass. In this lesson you
build a network that does the same with up to 60 words in between, and you will see the memory that keeps the
name.

**Part 1, understand:** 35 minutes. **Part 2, use:** 40 minutes. To run: about 80 CPU seconds. You need
[lesson 3](evidence/03_gradient_problems.ipynb): why the gradient of a simple RNN vanishes.
""")
code("set-up", setup, **FOLD)
fold("preview", """
#@title What you will build
figures.show_picture("04_lstm.png", alt=READING)
""")
md("preview-says", """
Two stories, the same but for one word: *dev* in the first, *ravi* in the second. The curves are one number in
the memory of the network that you will build. They are equal until the name is read. Then they part, and
they stay apart until the blank.
""")
md("part-1", """
# Part 1: understand

## A story with a blank

Our stories come from a small generator (its grammar is not always right). Each states a fact, lets irrelevant
words pass (none, or up to 60), and asks.
""")
code("stories", """
x, y = stories.mixed(5000, longest=60, rng=0, padding="post")
x_new, y_new = stories.mixed(1000, longest=60, rng=1, padding="post")
for row in range(2):
    print(stories.text(x[row]), "___", stories.WORDS[y[row]], "\\n")
""")
md("stories-says", """
The answer is always one of eight names. The words between may name anybody, the right one too.

The network sees numbers: each word of the vocabulary has one. A short story is filled up with zeros at the end,
so that all have the same length, 24 words of fact and question and up to 60 between. This is **padding**.
""")
code("shape", """
print(x.shape)
print(x[0])
""")
md("shape-says", """
5,000 stories of 84 places. Which score is good? Somebody who guesses among eight names is right in 12.5 %. Somebody
who cannot read, but can **count**, takes the most frequent name. We try that on `x_new`, 1,000 stories that no network
trains on.
""")
code("counting", """
names = np.unique(y)
counts = (x_new[:, :, None] == names).sum(axis=1)
counting = 100 * np.mean(names[counts.argmax(axis=1)] == y_new)
print(f"counting names: {counting:.0f} %")
""")
md("known-network", """
**79 %** is the score to beat: the fact tells the name twice, the words between seldom name anybody so often.

## The network you know

An **embedding** holds a vector of 32 numbers for each word. A recurrent layer reads the vectors one by one.
After the last word, a `Dense` layer gives each word of the vocabulary a probability. `mask_zero` tells the
recurrent layer to skip the zeros.
""")
code("network", """
def network(layer):
    size_1 = keras.initializers.RandomNormal(stddev=1.0)
    words = len(stories.WORDS)
    model = keras.Sequential([
        layers.Embedding(words, 32, mask_zero=True, embeddings_initializer=size_1),
        layer,
        layers.Dense(words, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
    return model
""")
md("predict-rnn", """
The recurrent layer is an argument, so that we can change it. Two settings are not Keras's own: embeddings of size 1 and
the learning rate. At the end of part 1 we ask whether they matter.

> **Predict first.** Three epochs with a `SimpleRNN`. What per cent of the new stories will it have right? Write
> a number down.
""")
code("rnn", """
rnn = network(layers.SimpleRNN(32))
rnn_run = rnn.fit(x, y, validation_data=(x_new, y_new), epochs=3, batch_size=64, verbose=2)
""", tolerance={"absolute": 0.1}, states=[{"says": "val_accuracy: #", "below": 0.25}])
md("rnn-says", """
`val_accuracy`, the score on new stories, is about 0.125. It guesses; it does not even learn to count.

60 words as such are not too many: when *all* stories have the same distance, a plain `SimpleRNN` can learn even 80
([evidence](evidence/04_lstm.ipynb)). Here each story has its own, so the network has to *choose* what it keeps. And
its state is **multiplied** by a matrix at every step: each word changes all of it, the name and the rain alike.

## Multiply, or add?

Take one number that must be kept for 20 steps. Multiply it by 0.9 at each step. Or add to it, and most of the
time add nothing.
""")
fold("two-ways", """
#@title Two ways to keep a number
steps = np.arange(21)
fig, axes = plt.subplots(figsize=(8, 3.6))
axes.plot(steps, 0.9 ** steps, "o-", label="multiplied by 0.9 at each step")
axes.plot(steps, np.ones(21), "s-", label="nothing added")
axes.set(xlabel="step", ylabel="what is left", ylim=(0, 1.1), xticks=(0, 5, 10, 15, 20))
axes.legend(loc="lower left")
figures.show(fig, alt="What is left of a number after each of 20 steps. Multiplied by 0.9 at each step "
             "it falls to 0.12. When nothing is added it stays 1.")
""")
md("two-ways-says", """
After 20 steps the product has 12 % left. The sum has everything.

This is the idea of the **LSTM** (long short-term memory; Hochreiter and Schmidhuber 1997). Beside the output $h$
it has a second state, the **cell** $c$. The network *adds* to $c$, and gates decide what happens to it. We build it
in four pieces. In the pictures gates are white, what could be written is blue, and arithmetic is green.

## Piece 1: write
""")
fold("piece-1", """
#@title Piece 1
figures.show(diagrams.lstm_cell(1), alt="Piece 1 of the LSTM. A belt leads from c(t-1) to c(t). The input "
             "gate i times the candidate g is added to it.")
""")
md("piece-1-says", """
The way from $c_{t-1}$ to $c_t$ is called the **belt**. The **candidate** $g$ is what could be written: numbers between
-1 and 1. The **input gate** $i$ says how much of it is written: numbers between 0 (shut) and 1 (open). $c$, $i$ and
$g$ are vectors with one number for each unit, and $\\odot$ multiplies unit by unit:

$$c_t = c_{t-1} + i_t \\odot g_t$$

For one unit: the cell holds 2, the candidate is -1, the gate is almost shut.
""")
code("piece-1-numbers", """
c, i, g = 2.0, 0.1, -1.0
c + i * g
""")
md("piece-2", """
The candidate would have changed the cell by -1. The gate let a tenth of it in.

What if the cell must lose what it holds? This cell can only add. It needs a second gate.

## Piece 2: forget
""")
fold("piece-2-picture", """
#@title Piece 2
figures.show(diagrams.lstm_cell(2), alt="Piece 2 of the LSTM. On the belt, before the sum, c(t-1) is "
             "multiplied by the forget gate f.")
""")
md("turn-1", """
The **forget gate** $f$ says how much of the *old* cell stays: 1 keeps all of it, 0 erases it. In this picture it
multiplies on the belt, before the sum.

> **Your turn 4.1 (3 minutes).** Write the new cell, with both gates.
""")
code("turn-1-stub", """
def new_cell(c, f, i, g):
    return ...


checks.turn("4.1", new_cell)
""")
md("turn-1-answer", """
<details><summary>Hint</summary>

Follow the belt in the picture from left to right: first a product, then a sum.
</details>
<details><summary>Solution</summary>

```python
def new_cell(c, f, i, g):
    return f * c + i * g
```
</details>

## Piece 3: who moves the gates?
""")
fold("piece-3-picture", """
#@title Piece 3
figures.show(diagrams.lstm_cell(3), alt="Piece 3 of the LSTM. The last output h(t-1) and the new input x(t) "
             "lead into the forget gate, the input gate and the candidate.")
""")
md("piece-3-says", """
Each gate is a small layer of its own. It reads the new input $x_t$ and the last output $h_{t-1}$, like the
layer of a simple RNN, and has weights of its own, $W$, $U$ and $b$. In words: gate = squeeze(input times
weights + output times weights + bias).

$$f_t = \\sigma(x_t W_f + h_{t-1} U_f + b_f) \\qquad g_t = \\tanh(x_t W_g + h_{t-1} U_g + b_g)$$

The input gate is made like $f$. $\\sigma$ squeezes any number to the range of a gate, 0 to 1. $\\tanh$ squeezes
to -1 to 1, so the candidate can write upwards and downwards.
At 0 a gate is half open, at 5 it is 99 % open.

## Piece 4: show
""")
fold("piece-4-picture", """
#@title Piece 4
figures.show(diagrams.lstm_cell(4), alt="Piece 4 of the LSTM. The new cell c(t) goes through tanh and is "
             "multiplied by the output gate o: this is the output h(t).")
""")
md("piece-4-says", """
The cell may hold what nobody needs yet. The **output gate** $o$ says how much of it is shown now:

$$h_t = o_t \\odot \\tanh(c_t)$$

That is the whole LSTM. A layer with $n$ units that reads $m$ numbers a step:

| in words | in symbols | shapes |
|---|---|---|
| how much of the old stays | $f_t = \\sigma(x_t W_f + h_{t-1} U_f + b_f)$ | $W$: $(m, n)$, $U$: $(n, n)$, $b$: $(n)$ |
| how much of the new comes in | $i_t = \\sigma(x_t W_i + h_{t-1} U_i + b_i)$ | the same |
| what could come in | $g_t = \\tanh(x_t W_g + h_{t-1} U_g + b_g)$ | the same |
| how much is shown | $o_t = \\sigma(x_t W_o + h_{t-1} U_o + b_o)$ | the same |
| the cell | $c_t = f_t \\odot c_{t-1} + i_t \\odot g_t$ | $(n)$ |
| the output | $h_t = o_t \\odot \\tanh(c_t)$ | $(n)$ |

## By hand, once

Keras keeps the four blocks of weights side by side in one matrix, in the order $i, f, g, o$ (it calls $g$ "c").
So one product does all four, and `np.split` takes them apart.
""")
code("lstm-step", """
def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def lstm_step(x, h, c, W, U, b):
    a_i, a_f, a_g, a_o = np.split(x @ W + h @ U + b, 4, axis=-1)
    i = sigmoid(a_i)
    f = sigmoid(a_f)
    g = np.tanh(a_g)
    o = sigmoid(a_o)
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c
""", subject=True)
md("lstm-step-says", "Is it what Keras computes? We let both read the same five steps, with the same weights.")
code("same-as-keras", """
layer = layers.LSTM(4)
sequence = np.random.default_rng(0).normal(size=(1, 5, 3)).astype("float32")
theirs = layer(sequence)
h = c = np.zeros((1, 4))
for t in range(5):
    h, c = lstm_step(sequence[:, t], h, c, *layer.get_weights())
np.allclose(h, theirs, atol=1e-6)
""")
md("turn-2", """
`True`: our nine lines and `layers.LSTM` give the same output to six decimals.

> **Your turn 4.2 (3 minutes).** How many weights, biases included, does `LSTM(32)` have behind our embedding, which
> gives it 32 numbers for each word? The table has all shapes.
""")
code("turn-2-stub", """
weights = ...

checks.turn("4.2", weights)
""")
md("turn-2-answer", """
<details><summary>Hint</summary>

One block has $m n + n n + n$ weights. How many blocks are there?
</details>
<details><summary>Solution</summary>

```python
weights = 4 * (32 * 32 + 32 * 32 + 32)
```
</details>

> **Your turn 4.3 (5 minutes).** Four people wrote the last lines of `lstm_step`. Three of them made a mistake. Find
> the three mistakes, and answer with the letter of the right version.
""")
code("turn-3-stub", """
def version_a(f, i, g, o, c):
    c = f * (c + i * g)
    return o * np.tanh(c)

def version_b(f, i, g, o, c):
    c = f * c + i * g
    return o * np.tanh(c)

def version_c(f, i, g, o, c):
    c = f * c + i * g
    return np.tanh(o * c)

def version_d(f, i, g, o, c):
    c = f * c + (1 - f) * g
    return o * np.tanh(c)

right_version = "..."
checks.turn("4.3", right_version)
""", subject=True)
md("turn-3-answer", """
<details><summary>Hint</summary>

Compare each line with the last two rows of the table. Which letter is missing, or stands at another place?
</details>
<details><summary>Solution</summary>

```python
right_version = "b"
```

Version a: the forget gate also erases what is written now. Version c: the output gate stands inside the tanh. Version
d: the input gate is missing, so this unit can only write as much as it forgets. (The GRU of lesson 5 does that on
purpose.)
</details>

## The LSTM of Keras, as it comes

> **Predict first.** The same three epochs, `LSTM(32)` in place of `SimpleRNN(32)`. What per cent now?
""")
code("lstm", """
lstm = network(layers.LSTM(32))
lstm_run = lstm.fit(x, y, validation_data=(x_new, y_new), epochs=3, batch_size=64, verbose=2)
""", tolerance={"absolute": 0.1}, states=[{"says": "val_accuracy: #", "below": 0.25}])
md("lstm-says", """
It guesses too. A gate that *can* stay open need not *be* open. Before training the weights are small, so a gate
stands around where its bias puts it. Keras starts the bias of the forget gate at 1, and $\\sigma(1) = 0.73$: at each
word the belt is multiplied by 0.73, which is worse than 0.9. What is left of a name after 30 words?
""")
code("left", """
0.73 ** 30
""")
md("left-says", """
Less than a ten-thousandth. The gradient comes back along the belt, too, and there

$$\\frac{\\partial c_t}{\\partial c_{t-1}} = f_t$$

so on this way it is multiplied by 0.73 at each word. (A second way, through $h$, adds to it;
the [evidence](evidence/04_lstm.ipynb) draws both.) The signal that could open the gate arrives through the gate. What
would other starts keep?
""")
fold("belt", """
#@title What the belt keeps
words = np.arange(61)
fig, axes = plt.subplots(figsize=(8, 4))
for bias, style in ((1, "-"), (3, "--"), (5, "-.")):
    axes.plot(words, sigmoid(bias) ** words, style, label=f"bias {bias}, gate {sigmoid(bias):.3f}")
axes.set(xlabel="words that pass", ylabel="what is left of the cell", ylim=(0, 1.02))
axes.legend(loc="center right")
figures.show(fig, alt="What is left of the cell after 0 to 60 words. With forget bias 1 nothing after about "
             "15 words, with bias 3 about 5 % after 60, with bias 5 about 67 % after 60.")
""")
md("belt-says", """
With bias 1 the belt is nearly empty after 15 words. With bias 5 the gate stands at 0.993, and two thirds are left
after 60.

> **Your turn 4.4 (4 minutes).** Which bias keeps exactly one half over 60 words? Find the gate first, then the bias:
> $\\sigma(b) = f$ means $b = \\ln \\frac{f}{1 - f}$.
""")
code("turn-4-stub", """
gate = ...
bias = ...

checks.turn("4.4", bias)
""")
md("turn-4-answer", """
<details><summary>Hint</summary>

60 times the same gate gives one half: $f^{60} = 0.5$, so $f = 0.5^{1/60}$.
</details>
<details><summary>Solution</summary>

```python
gate = 0.5 ** (1 / 60)
bias = np.log(gate / (1 - gate))
```
</details>

## Open the gate

The bias of the forget gate is the second quarter of the bias vector (order $i, f, g, o$). An **initializer** is a
function that gets the shape of a weight and returns its first values. Ours puts 5 into that quarter and 0 everywhere
else. (The 4.5 of your turn would do; 5 is on the safe side.)
""")
code("open-gate", """
def open_forget_gate(shape, dtype=None):
    quarter = shape[0] // 4
    bias = np.zeros(shape)
    bias[quarter:2 * quarter] = 5.0
    return bias


open_lstm = network(layers.LSTM(32, bias_initializer=open_forget_gate, unit_forget_bias=False))
""")
md("open-gate-says", """
`unit_forget_bias=False` switches off Keras's own 1. Nothing else has changed.
""")
code("open-lstm", """
open_run = open_lstm.fit(x, y, validation_data=(x_new, y_new), epochs=3, batch_size=64,
                         verbose=2)
""", tolerance={"absolute": 0.1}, states=[{"says": "val_accuracy: #", "place": -1, "above": 0.89}])
fold("curves", """
#@title Three networks, three epochs
RUNS = (("SimpleRNN", rnn_run, "o-", 13), ("LSTM as it comes", lstm_run, "s--", 7),
        ("LSTM, open forget gate", open_run, "^-.", 9))
fig, axes = plt.subplots(figsize=(8, 4.2))
for name, run, style, size in RUNS:
    axes.plot((1, 2, 3), 100 * np.array(run.history["val_accuracy"]), style, markersize=size,
              label=name)
for score, name in ((12.5, "guessing"), (counting, "counting names")):
    axes.axhline(score, color=figures.COLOURS["grey"], linewidth=1.5, linestyle=":")
    axes.text(1, score + 3, name, color=figures.COLOURS["grey"])
axes.set(xlabel="epoch", ylabel="right, new stories (%)", xticks=(1, 2, 3), ylim=(0, 104))
axes.legend(loc="center right")
figures.show(fig, alt="Right answers on new stories after each of three epochs. The LSTM with an open forget "
             "gate is near 100 % from the first epoch on, above the 79 % of counting names; the SimpleRNN and "
             "the LSTM as it comes stay at 12.5 %.")
""", picture_tolerance=6)
md("curves-says", """
The start of one gate decides, in this setting and within these three epochs: with the gate open the network is right in
nearly all new stories, far above counting. The other two guess.

## Does it hold at every distance?

The distance of a story is its length without padding, minus the 24 words of fact and question.
""")
code("by-distance", """
distance = (x_new != 0).sum(axis=1) - 24
right = open_lstm.predict(x_new, verbose=0).argmax(axis=1) == y_new
for low, high in ((0, 14), (15, 29), (30, 44), (45, 60)):
    part = (distance >= low) & (distance <= high)
    print(f"{low} to {high} words between: {100 * right[part].mean():.0f} % right")
""", tolerance={"absolute": 4}, states=[{"says": "between: # % right", "above": 90}])
md("by-distance-says", """
Nearly all are right at every distance: for this network 60 words are no harder than none.

## Look inside

We let the network read two stories that differ in one word. `layer.cell` is one step of a Keras layer: it takes a
word's vector and the two states, and returns the new states. So we can note the memory after each word.
""")
code("memory-of", """
embedding, lstm_layer, dense = open_lstm.layers

def memory_of(text):
    h = c = keras.ops.zeros((1, 32))
    memory = []
    for word in text.split():
        vector = np.array(embedding(np.array([stories.WORDS.index(word)])))
        _, [h, c] = lstm_layer.cell(vector, [h, c])
        memory.append(np.array(c[0]))
    return np.array(memory), stories.WORDS[np.argmax(dense(h))]
""", subject=True)
code("two-stories", """
story = ("venky stays in india . venky has a friend whose name is NAME . NAME is an ai faculty . "
         "it rains . the films in nepal is good . lakshmi likes tea . venky learns ai from")
first, first_answer = memory_of(story.replace("NAME", "dev"))
second, second_answer = memory_of(story.replace("NAME", "ravi"))
print(first.shape, "answers:", first_answer, "and", second_answer)
""")
md("two-stories-says", """
38 words, 32 numbers of memory after each, and both answers are right. We watch the number whose two curves stay
farthest apart once the fact is told.
""")
fold("reading", """
#@title One number of the memory, word by word
unit = int(np.abs(first - second)[14:].min(axis=0).argmax())
words = story.split()
both = np.stack([first, second])[..., unit]
low, high = both.min(), both.max()


def frame(k):
    fig, axes = plt.subplots(figsize=(8, 4.2))
    for memory, name, style in zip(both, ("dev", "ravi"), ("-", "--")):
        axes.plot(np.arange(1, k + 2), memory[:k + 1], style, label=f"the name is {name}")
    for told in (13, 15):
        axes.axvline(told, color=figures.COLOURS["grey"], linewidth=1.5, linestyle=":")
    axes.text(15.3, high + 1.2, "the name, told twice", color=figures.COLOURS["grey"])
    axes.set(xlim=(1, len(words)), ylim=(low - 0.5, high + 2.2), xlabel="words read",
             ylabel="one unit of c")
    axes.set_title("... " + " ".join(words[max(k - 4, 0):k + 1]), loc="left")
    axes.legend(loc="lower left")
    return fig


shown = [*range(1, len(words), 2)]
figures.show_animation(lambda n: frame(shown[n]), count=len(shown), still=len(shown) - 1, alt=(
    "Animation: one unit of the cell while two stories are read word by word. The curves are "
    "equal until the name, dev or ravi, is read; then they part, and stay apart to the end."))
""", preview=True, picture_tolerance=10)
md("reading-says", """
Before the name the two curves are one: the same words, the same memory. At the name they part, and the second naming
pulls them further. Rain, films and tea pass. They add a little to what is there, and the curves stay apart until
the blank. This is the memory at work.

It is one unit of 32, the one that shows it best. A test with all of them: 500 stories, 40 words between. After 40 of
64 words we **swap the cells** $c$ of two stories (the first story gets the cell of the last, and so on). The outputs
$h$ stay. Then each reads on.
""")
code("swap", """
ids, answers = stories.draw(500, 40, rng=2)
vectors = np.array(embedding(ids + 1))          # here word 0 is a word, there it is padding
h = c = keras.ops.zeros((500, 32))
for t in range(64):
    if t == 40:
        c = keras.ops.flip(c, axis=0)
    _, [h, c] = lstm_layer.cell(vectors[:, t], [h, c])
said = np.argmax(dense(h), axis=1) - 1
print(f"the name of its own story: {100 * np.mean(said == answers):.0f} %")
print(f"the name of the other story: {100 * np.mean(said == answers[::-1]):.0f} %")
""", tolerance={"absolute": 6}, states=[{"says": "own story: # %", "below": 25},
     {"says": "other story: # %", "above": 90}])
md("swap-says", """
Nearly every story now gives the name of the *other* one. (About one in eight also gives its own: both happened to
have the same.) The answer is what the cell brought, not what $h$ held or the later words say.

## Which settings decide?

Was it the gate, or the size of the embeddings, or the learning rate? Here is the whole grid: five layers, three sizes,
three rates, 5,000 stories and 8 epochs. Each point is one training with a seed of its own.
""")
fold("grid", """
#@title The grid
GRID
""")
md("grid-says", """
GRID SENTENCE

**End of part 1.** This is a good place for a break.

# Part 2: use

## Who speaks?

Real data: nine men say the vowels "ae" (Kudo and others 1999). Who is it? A recording is a sequence of 7 to 29
steps. A step holds 12 numbers that describe the sound at that moment.
""")
code("voices", """
(train, speaker), (test, test_speaker) = corpora.voices()
print(len(train), "to train,", len(test), "to test")
print(train[0].shape, train[40].shape)
print(train[0][:2].round(1))
""")
fold("voices-picture", """
#@title Four recordings
fig, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
for panel, pair in zip(axes, ((0, 1), (60, 61))):
    for k, style in zip(pair, ("-", "--")):
        for number, colour in ((0, "blue"), (3, "vermilion"), (8, "green")):
            panel.plot(train[k][:, number], style, color=figures.COLOURS[colour])
    panel.set(title=f"speaker {speaker[pair[0]]}", xlabel="step")
axes[0].set_ylabel("three of the 12 numbers")
figures.show(fig, alt="Two panels, speaker 0 and speaker 2. In each, three numbers over the steps of two "
             "recordings, solid and dashed. The curves of one speaker lie near each other and end at "
             "different steps; those of the two speakers differ.")
""")
md("voices-says", """
Solid and dashed are two recordings of one man. They lie near each other and have different lengths. The two men differ
above all in how *high* the curves are. So a sensible person takes the **mean** of each of the 12 numbers, of the whole
recording or of each third, and logistic regression.
""")
code("baseline", """
def means(sequences, parts):
    return np.array([np.concatenate([part.mean(axis=0) for part in np.array_split(one, parts)])
                     for one in sequences])

for parts in (1, 3):
    simple = make_pipeline(StandardScaler(), LogisticRegression())
    simple.fit(means(train, parts), speaker)
    print(f"means of {parts}: {100 * simple.score(means(test, parts), test_speaker):.1f} %")
""", tolerance={"absolute": 0.5})
md("prepare-says", """
One mean for each number is good; means of the beginning, the middle and the end are better. That is hard to beat. What
does an LSTM reach, without a feature made by hand?

**Prepare**, as every set of sequences needs it. *Scale* to mean 0 and deviation 1, measured on the training data
alone. *Pad*, again at the end. *Shuffle*: the file is sorted by speaker, and `validation_split` takes the last part.
""")
code("prepare", """
every_step = np.concatenate(train)
mean, deviation = every_step.mean(axis=0), every_step.std(axis=0)

def prepare(sequences):
    scaled = [(sequence - mean) / deviation for sequence in sequences]
    return keras.utils.pad_sequences(scaled, maxlen=29, dtype="float32", padding="post")

order = np.random.default_rng(0).permutation(len(train))
x_train, y_train, x_test = prepare(train)[order], speaker[order], prepare(test)
print(x_train.shape, x_test.shape)
""")
md("voice-model-says", """
**Model.** There are no words here, so no embedding. A `Masking` layer does what `mask_zero` did: steps that
hold only zeros are skipped.
""")
code("voice-model", """
model = keras.Sequential([layers.Input((29, 12)),
                          layers.Masking(),
                          layers.LSTM(32),
                          layers.Dense(9, activation="softmax")])
model.summary()
""")
md("voice-compile-says", """
5,760 weights in the LSTM: $4\\,(12 \\cdot 32 + 32 \\cdot 32 + 32)$. **Train**, with a fifth of the recordings held
back for validation. `EarlyStopping` ends the training when `val_loss` has not fallen for 10 epochs, and gives back
the best weights.
""")
code("voice-fit", """
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
voice_run = model.fit(x_train, y_train, validation_split=0.2, epochs=60, batch_size=16,
                      callbacks=[stop], verbose=0)
print(len(voice_run.history["loss"]), "epochs")
""", tolerance={"absolute": 35})
fold("voice-curve", """
#@title The learning curve
fig, axes = plt.subplots(figsize=(8, 3.8))
axes.plot(voice_run.history["loss"], "-", label="training")
axes.plot(voice_run.history["val_loss"], "--", label="validation")
axes.axvline(np.argmin(voice_run.history["val_loss"]), color=figures.COLOURS["grey"], linestyle=":",
             linewidth=1.5, label="lowest validation loss")
axes.set(xlabel="epoch", ylabel="loss", yscale="log")
axes.legend()
figures.show(fig, alt="Loss against epoch on a log axis. Both curves fall steeply; the training loss goes on "
             "falling while the validation loss stops. A dotted line marks the best epoch.")
""", picture_tolerance=10)
md("voice-curve-says", """
Soon only the training loss falls: the network begins to learn the recordings by heart. **Score**, on recordings that
played no part until now:
""")
code("voice-score", """
loss, accuracy = model.evaluate(x_test, test_speaker, verbose=0)
print(f"LSTM: {100 * accuracy:.1f} %")
""", tolerance={"absolute": 2}, states=[{"says": "LSTM: # %", "above": 94}])
md("voice-score-says", """
Without a feature made by hand the LSTM is about as good as the means, and a little behind the means of three parts. From
270 recordings it does not find more. Your turn 4.5 asks something that one mean cannot tell. First, the errors:
""")
fold("confusion", """
#@title Who is taken for whom
predicted = model.predict(x_test, verbose=0).argmax(axis=1)
fig, axes = plt.subplots(figsize=(6, 5.2))
ConfusionMatrixDisplay.from_predictions(test_speaker, predicted, ax=axes, colorbar=False,
                                        cmap="Blues")
axes.set(xlabel="said", ylabel="true speaker")
axes.grid(False)
figures.show(fig, alt="Confusion matrix of nine speakers. Nearly all of the 370 recordings stand on the "
             "diagonal; a few stand beside it.")
""", picture_tolerance=12, tolerance={"absolute": 4})
md("confusion-says", "Nearly all stand on the diagonal. These are the first ones that do not:")
code("wrong-cases", """
chances = model.predict(x_test, verbose=0)
said = chances.argmax(axis=1)
for k in np.flatnonzero(said != test_speaker)[:3]:
    print(f"recording {k}, {len(test[k])} steps: said {said[k]} ({100 * chances[k].max():.0f} %), "
          f"true {test_speaker[k]}")
""", tolerance={"absolute": 30})
md("save-says", """
All three are speaker 0 taken for speaker 8, once with 100 %. A network can be sure and wrong.

**Save and load.** One file holds layers, weights and optimizer. Keep `mean` and `deviation`, which belong to *these*
recordings, too: a new one must be scaled with the same numbers. (A function of your own, such as `open_forget_gate`, is saved by *name* only: load with
`custom_objects={"open_forget_gate": open_forget_gate}`.)
""")
code("save", """
model.save("speakers.keras")
np.savez("speakers.npz", mean=mean, deviation=deviation)
loaded = keras.models.load_model("speakers.keras")
np.allclose(loaded.predict(x_test, verbose=0), chances)
""")
md("turn-5", """
> **Your turn 4.5 (10 minutes).** Is a recording played forwards (0) or **backwards** (1)? The mean of a recording is the
> same both ways, so with it nobody gets more than 50 %. `both` and `label` are ready. Build and train a model, and give its accuracy on
> `x_both_test`. It should be at least 95 %.
""")
code("turn-5-stub", """
def both(sequences):
    return prepare(sequences + [sequence[::-1] for sequence in sequences])

x_both, x_both_test = both(train), both(test)
label, label_test = np.repeat([0, 1], len(train)), np.repeat([0, 1], len(test))

score = ...

checks.turn("4.5", score)
""")
md("turn-5-answer", """
<details><summary>Hint</summary>

Take the model above with `Dense(2)`. `x_both` is sorted: first all forwards, then all backwards. Shuffle `x_both`
and `label` in the same order before you use `validation_split`.
</details>
<details><summary>Solution</summary>

```python
def both(sequences):
    return prepare(sequences + [sequence[::-1] for sequence in sequences])

x_both, x_both_test = both(train), both(test)
label, label_test = np.repeat([0, 1], len(train)), np.repeat([0, 1], len(test))

order = np.random.default_rng(0).permutation(len(label))
way = keras.Sequential([layers.Input((29, 12)), layers.Masking(), layers.LSTM(32),
                        layers.Dense(2, activation="softmax")])
way.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
way.fit(x_both[order], label[order], validation_split=0.2, epochs=10, batch_size=16, verbose=0)
score = way.evaluate(x_both_test, label_test, verbose=0)[1]
```

A recording and its reverse can fall on both sides of the validation split, so `val_accuracy` is too kind. The score is
honest: the test recordings are others.
</details>

## The switches of the layer

An LSTM gives its last output. With `return_sequences=True` it gives the output of every step.
""")
code("switch-sequences", """
batch = x_train[:4]
print(layers.LSTM(32)(batch).shape)
print(layers.LSTM(32, return_sequences=True)(batch).shape)
""")
md("switch-table", """
You need the second form when something reads on at every step: a second LSTM, or a `Dense` layer, which then answers
at each step. Without it the second LSTM gets one vector where it expects a sequence:
""")
code("trap-stack", """
try:
    keras.Sequential([layers.Input((29, 12)), layers.LSTM(32), layers.LSTM(16)])
except ValueError as error:
    print(str(error)[:150])
""")
md("switch-table-2", """
`ndim=3` means (batch, steps, features). The most used switches:

| you want | write |
|---|---|
| an output at every step | `LSTM(32, return_sequences=True)` |
| two layers | the first with `return_sequences=True` |
| less learning by heart | `dropout=0.2` on the inputs, `recurrent_dropout` on $h$, fewer units |
| steadier training of deep stacks | `LayerNormalization()` between the layers (it scales each step) |
| the last $h$ and $c$, to start another LSTM with (lesson 7) | `return_state=True` |
| speed on a GPU with TensorFlow | the default activations, no `recurrent_dropout`, padding at the end (with zeros in front, `fit` stops with an error there, unless you write `use_cudnn=False`) |
| a long memory | the initializer of part 1; our recordings have 29 steps at most, and every step tells something, so the default is enough |

> **Your turn 4.6 (5 minutes).** Build (do not train) a model for recordings of any length with 12 numbers a step that says *at every step*
> which of 9 speakers it hears: `Masking`, two LSTM layers of 24 units, `Dense`.
""")
code("turn-6-stub", """
tagger = ...

checks.turn("4.6", tagger)
""")
md("turn-6-answer", """
<details><summary>Hint</summary>

`Input((None, 12))` accepts any length. Which of the two LSTM layers must give all its outputs?
</details>
<details><summary>Solution</summary>

```python
tagger = keras.Sequential([layers.Input((None, 12)), layers.Masking(),
                           layers.LSTM(24, return_sequences=True),
                           layers.LSTM(24, return_sequences=True),
                           layers.Dense(9, activation="softmax")])
```
</details>

## Your own data

A CSV file with one row for each step, in the order of time. Ours holds 300 gestures of a pen: a circle drawn clockwise,
one drawn anticlockwise, or a zigzag. **Change the path and the column names in the first lines, and it reads your file.**
""")
code("own-read", """
table = pd.read_csv(environment.ROOT / "data" / "gestures.csv")    # or pd.read_csv("my.csv")
sequence_column, label_column, feature_columns = "gesture", "name", ["x", "y"]

groups = [group for _, group in table.groupby(sequence_column)]
own = [group[feature_columns].to_numpy("float32") for group in groups]
labels = [group[label_column].iloc[0] for group in groups]
kinds, target = np.unique(labels, return_inverse=True)
print(len(own), "sequences;", own[0].shape, labels[0])
""")
fold("own-picture", """
#@title Three gestures (for x and y only)
fig, axes = plt.subplots(1, 3, figsize=(10, 3.4))
for panel, points, k in zip(axes, own, target):
    panel.plot(*points.T, "o-", markersize=4)
    panel.plot(*points[0], "s", color=figures.COLOURS["black"], markersize=9)
    panel.set(title=kinds[k], aspect="equal", xlabel="x (cm)")
axes[0].set_ylabel("y (cm)")
figures.show(fig, alt="Three gestures, each a line of points from a black square on: a circle anticlockwise, a "
             "circle clockwise, a zigzag.")
""")
md("own-says", """
The square is the first step. The two circles differ only in the order of their points.

Split, scale, pad: the same steps as above.
""")
code("own-prepare", """
order = np.random.default_rng(0).permutation(len(own))
own_train, own_test = np.split(order, [int(0.7 * len(own))])
own_steps = np.concatenate([own[k] for k in own_train])
own_mean, own_deviation = own_steps.mean(axis=0), own_steps.std(axis=0)

def own_prepare(sequences):
    scaled = [(one - own_mean) / own_deviation for one in sequences]
    return keras.utils.pad_sequences(scaled, dtype="float32", padding="post")

x_own = own_prepare(own)
""")
code("own-fit", """
own_model = keras.Sequential([layers.Input((None, len(feature_columns))), layers.Masking(),
                              layers.LSTM(32), layers.Dense(len(kinds), activation="softmax")])
own_model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy",
                  metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
own_run = own_model.fit(x_own[own_train], target[own_train], validation_split=0.2, epochs=60,
                        batch_size=16, callbacks=[stop], verbose=0)
own_accuracy = own_model.evaluate(x_own[own_test], target[own_test], verbose=0)[1]
print(f"LSTM: {100 * own_accuracy:.0f} %")
""", tolerance={"absolute": 6}, states=[{"says": "LSTM: # %", "above": 80}])
md("own-baseline-says", """
And a baseline, which gets the mean and the spread of x and y. Look at a few of your own sequences first: somebody who
knows what to look for can often build a better one.
""")
code("own-baseline", """
features = np.array([np.concatenate([one.mean(axis=0), one.std(axis=0)]) for one in own])
simple = make_pipeline(StandardScaler(), LogisticRegression())
simple.fit(features[own_train], target[own_train])
print(f"baseline: {100 * simple.score(features[own_test], target[own_test]):.0f} %")
""")
md("own-result", """
The baseline can tell a zigzag from a circle, but not which way a circle was drawn. (Train three times before you trust
a difference of a few points.) **Keep** everything that a new sequence will need, in two files:
""")
code("own-save", """
own_model.save("own.keras")
np.savez("own.npz", mean=own_mean, deviation=own_deviation, kinds=kinds)
""")
md("own-one-says", """
Now one gesture of *yours*, a list of points. (From a file: `mine = pd.read_csv("new.csv")[feature_columns].to_numpy()`.)
""")
code("own-one", """
mine = np.array([[0, 1], [-0.7, 0.7], [-1, 0], [-0.7, -0.7], [0, -1], [0.7, -0.7], [1, 0],
                 [0.7, 0.7], [0, 1]])
mine_chances = own_model.predict(own_prepare([mine]), verbose=0)[0]
print(kinds[mine_chances.argmax()], f"{100 * mine_chances.max():.0f} %")
""", tolerance={"absolute": 30})
md("own-words", """
From the top to the left, down, to the right, and up again: anticlockwise.

**And sentences?** `TextVectorization` learns the words and gives them numbers: 0 is padding, 1 stands for any word it
has not seen. Behind it comes the model of part 1. Lesson 5 does this with film reviews.
""")
code("own-words-code", """
numbers = layers.TextVectorization()
numbers.adapt(["the film was good", "the music was too loud"])
print(np.array(numbers(["the film was loud", "the popcorn was good"])))
""")
md("traps", """
## A trap: padding without a mask

The same trained layers that know the speakers, without `Masking`: the LSTM reads on over the zeros.
""")
code("trap-mask", """
bare = keras.Sequential([layers.Input((29, 12)), *model.layers[1:]])     # the same layers
wrong = bare.predict(x_test, verbose=0).argmax(axis=1) != test_speaker
print(f"with the mask {100 * accuracy:.0f} %, without {100 - 100 * wrong.mean():.0f} %")
""", tolerance={"absolute": 12}, states=[{"says": "without # %", "below": 90}])
md("end", """
## What you have now

- An LSTM has a cell $c$ to which it adds. Three gates say what stays, what comes in, and what is shown.
- The forget gate multiplies the belt, and the gradient on it, at every step.
- An LSTM does not remember by itself: it depends on the start of that gate and on the other settings of the grid.
- You can train one on sequences of any length: scale, pad, mask, validate, compare.
- Build the simple rival first: means, means of parts, a linear model. With little data it is hard to beat.

| to | write |
|---|---|
| read words | `Embedding(words, 32, mask_zero=True)` |
| read series of numbers | `Input((None, features))`, `Masking()` |
| remember | `LSTM(units)` |
| open the forget gate | `bias_initializer=...`, `unit_forget_bias=False` |
| stop in time | `EarlyStopping(patience=10, restore_best_weights=True)` |
| keep the model | `model.save("name.keras")`, `keras.models.load_model` |

**When to use it.** For signals of moderate length, on small machines, and where data arrives step by step, LSTM and GRU
([lesson 5](evidence/05_gru.ipynb)) are a good first choice. For language, attention and transformers have taken over
([lesson 7](evidence/07_seq2seq.ipynb)). State-space models (S4, Mamba) carry the kept state on to very long sequences.

### What the lecture notes say, and what we found

This course follows the notes of a lecture and puts each of their claims to a test. The proof of each line stands in the
[evidence](evidence/04_lstm.ipynb). There $[h, x]$ means: $h$ and $x$ side by side.

<!-- verdicts -->
<!-- /verdicts -->

### To read

- Hochreiter and Schmidhuber, *Long short-term memory*, 1997. The first LSTM, without a forget gate.
- Gers, Schmidhuber and Cummins, *Learning to forget*, 2000. The forget gate.
- Jozefowicz, Zaremba and Sutskever, *An empirical exploration of recurrent network architectures*, 2015. Why its
  bias should start above 0.
- Christopher Olah, *Understanding LSTM networks*, 2015. The drawings that everybody knows.

Next: [GRU](evidence/05_gru.ipynb), the same idea with fewer parts. Assignment:
[four hours with the LSTM](../coursework/source/04_lstm/assignment_04_lstm.ipynb).
""")

code_imports = '''import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from utils import checks, corpora, diagrams
from utils.tasks import stories'''
if __name__ == "__main__":
    exec(open("grid.py").read())
    exec(open("build04_extra.py").read())
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}})
    for kind, id, text, meta in CELLS:
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cell = make(text); cell.id = id; cell.metadata.update(meta); nb.cells.append(cell)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "notebooks/04_lstm.ipynb"
    nbformat.write(nb, out)
    print(len(nb.cells), "cells")
