"""Builds notebooks/01_rnn_types.ipynb from the cells below, without outputs."""
import sys
from pathlib import Path
import nbformat
ROOT = Path("lesson01")
CELLS = []
def md(id, text): CELLS.append(("markdown", id, text.strip("\n"), {}))
def code(id, text, **meta): CELLS.append(("code", id, text.strip("\n"), meta))
FOLD = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"], "cellView": "form"}
def fold(id, text, **meta): code(id, text, **{**FOLD, **meta})
setup = next(c for c in nbformat.read(ROOT / "notebooks/04_lstm.ipynb", 4).cells if c.cell_type == "code").source

READING = ('"Animation: two bar charts while media and aimed are read letter by letter. The bars say how likely the "\n'
           '    "network thinks one, two, three syllables. At the end media has its bar at 3, aimed at 1."')

md("title", """
# 1 What a recurrent network is, and its types

[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-name/rnn-course/blob/main/notebooks/01_rnn_types.ipynb)
· [slides](https://your-name.github.io/rnn-course/slides/01_rnn_types.html) · [assignment](../coursework/source/01_rnn_types/assignment_01_rnn_types.ipynb) · [evidence](evidence/01_rnn_types.ipynb) · next: [backpropagation through time](evidence/02_bptt.ipynb)

> *media* has three syllables. *aimed* has one. Both have the same five letters.

Here the order decides. How can a network read in order, and keep in mind what it has read? In ten minutes you
have one of your own, and try it on your name. Then you use the same layer for sounds, pictures, a translation
and the demand for electricity.

**Part 1, understand:** 35 minutes. **Part 2, use:** 40 minutes. To run: about 90 CPU seconds. You need
Python, and one dense network that you have trained before.
""")
fold("set-up", setup)
fold("preview", f"""
#@title What you will build
figures.show_picture("01_rnn_types.png", alt=(
    {READING}))
""")
md("preview-says", """
The network that you will build reads two words, one letter at a time. The bars are its answer so far: how likely
it thinks one syllable, two, or more. At the end it says 3 for *media* and 1 for *aimed*.
""")
code("imports", """
import re

import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.tree import DecisionTreeClassifier

from utils import checks, corpora, diagrams
""")
md("data", """
# Part 1: understand

## Words and their syllables

A **syllable** is a beat when you clap a word: *me-di-a*. Our data are frequent English words and names, with the
number of syllables from a pronouncing dictionary.
""")
code("words", """
data = corpora.syllables()
words, count = data["train"]
new_words, new_count = data["test"]
anagrams, anagram_count = data["anagrams"]
print(len(words), list(zip(words[:3], count.tolist())))
print(len(new_words), list(zip(new_words[:3], new_count.tolist())))
print(len(anagrams), list(zip(anagrams[:3], anagram_count.tolist())))
""")
md("rule-says", """
We learn from the first line and test on the other two. The **anagrams** share their letters with a word of another
number: who ignores the order cannot have *are* and *era* both right.

**What would you do without a network?** Count the groups of vowels, and leave out a silent e at the end.
""")
code("rule", """
def by_rule(word):
    groups = len(re.findall("[aeiouy]+", word))
    silent = bool(re.search("[^aeiouyl]e$", word))
    return max(groups - silent, 1)


def right(answers, truth):
    return 100 * np.mean(np.array(answers) == truth)

rule = right([by_rule(word) for word in new_words], new_count)
print(f"rule: {rule:.1f} % of the new words, "
      f"{right([by_rule(word) for word in anagrams], anagram_count):.1f} % of the anagrams")
""", subject=True)
md("token", """
82 % without any learning: that is the score to beat.

## From letters to numbers

Four small steps. **Token:** the piece that the network reads at one step. Here it is a letter; in a text it is
usually a word or a part of a word. Each token gets a number. The 0 stays free.
""")
code("token-numbers", """
alphabet = "abcdefghijklmnopqrstuvwxyz"
number = {letter: k for k, letter in enumerate(alphabet, start=1)}
print([number[letter] for letter in "media"])
""")
md("padding", """
**Padding:** an array has rows of one length, so shorter words are filled up with zeros.
""")
code("padding-numbers", """
def encode(words, longest=12):
    rows = [[number[letter] for letter in word] for word in words]
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")

print(encode(["media", "aimed", "recurrent"]))
""")
md("turn-1", """
> **Your turn 1.1 (3 minutes).** Without running `encode`: what does `encode(["cab"], longest=5)` give? Write the row as
> a list.
""")
code("turn-1-stub", """
row = ...

checks.turn("1.1", row)
""")
md("turn-1-answer", """
<details><summary>Hint</summary>

a is 1, not 0. The word stands in front, and the row has five places.
</details>
<details><summary>Solution</summary>

```python
row = [3, 1, 2, 0, 0]
```
</details>

**Embedding:** the number 9 says nothing about the letter i; it is not three times c. So each token gets a row of
16 numbers of its own, random at first, which training will change.
""")
code("embedding", """
embedding = layers.Embedding(27, 16, mask_zero=True)
vectors = embedding(encode(["media", "aimed", "recurrent"]))
print(vectors.shape)
""")
md("shape-says", """
**(batch, steps, features)**: 3 words, 12 steps, 16 numbers at each step. Every recurrent layer of Keras wants this
shape.
""")
fold("shape", """
#@title Three words, drawn
fig, axes = plt.subplots(3, 1, figsize=(8, 7.4))
for k, (panel, word) in enumerate(zip(axes, ["media", "aimed", "recurrent"])):
    panel.imshow(np.array(vectors[k]).T, cmap="cividis", aspect="auto")
    panel.axvspan(len(word) - 0.5, 11.5, facecolor="white", alpha=0.75)
    panel.text((len(word) + 11) / 2, 7.5, "padding", ha="center", va="center")
    panel.set(xticks=range(12), xticklabels=[*word, *" " * (12 - len(word))], yticks=(0, 15),
              ylabel="features", title=f"word {k} of the batch")
    panel.grid(False)
axes[2].set_xlabel("steps")
figures.show(fig, alt="Three coloured tables, one a word of the batch: 12 columns for the steps, 16 rows for the "
             "features. Columns behind the last letter are marked as padding.")
""")
md("mask-says", """
One column is one letter. The two e of *recurrent* have equal columns, and so have its three r: the embedding
does not know where a letter stands.

**Mask:** `mask_zero=True` marks which steps are real.
""")
code("mask", """
print(np.array(embedding.compute_mask(encode(["media"]))))
""")
md("first-says", """
A recurrent layer skips the steps that are `False`. The mask travels from layer to layer by itself.

## The first network

`SimpleRNN(64)` reads the 12 columns one by one and keeps 64 numbers in mind. After the last letter, `Dense` gives
each of the answers 0 to 7 a probability.
""")
code("network", """
def network(rate):
    model = keras.Sequential([layers.Embedding(27, 16, mask_zero=True),
                              layers.SimpleRNN(64),
                              layers.Dense(8, activation="softmax")])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
""")
md("fit-says", "This is what a beginner would write. The learning rate, 0.001, is Keras's default.")
code("fit", """
x, x_new, x_anagrams = encode(words), encode(new_words), encode(anagrams)
first = network(0.001)
first_run = first.fit(x, count, validation_data=(x_new, new_count), epochs=5, batch_size=64, verbose=2)
""")
md("name-says", """
`val_accuracy` is the share of new words that it has right: about 86 %, a little more than the rule. Nobody told it
what a vowel is.

**Now your own name.** Change the list, and run the cell again.
""")
code("name", """
def syllables_of(word, model):
    return model.predict(encode([word]), verbose=0).argmax()

for word in ["recurrent", "venky", "banana"]:
    print(word, syllables_of(word, first))
""")
md("predict", """
> **Predict first.** One number changes: the learning rate, from 0.001 to 0.005. The same five epochs. Will it have
> more right, or fewer?
""")
code("second", """
model = network(0.005)
run = model.fit(x, count, validation_data=(x_new, new_count), epochs=5, batch_size=64, verbose=2)
""")
fold("curves", """
#@title Two learning rates
fig, axes = plt.subplots(figsize=(8, 4))
for name, one, style in (("rate 0.005", run, "o-"), ("rate 0.001", first_run, "s--")):
    axes.plot(range(1, 6), 100 * np.array(one.history["val_accuracy"]), style, label=name)
axes.axhline(rule, color=figures.COLOURS["grey"], linewidth=1.5, linestyle=":")
axes.text(5, rule - 2, "the rule", ha="right", color=figures.COLOURS["grey"])
axes.set(xlabel="epoch", ylabel="right, new words (%)", xticks=range(1, 6), ylim=(60, 95))
axes.legend(loc="lower right")
figures.show(fig, alt="Right answers on new words after each of five epochs. With rate 0.005 the curve rises to "
             "about 90 %, with 0.001 to about 86 %. The rule has 82.5 %.")
""")
md("curves-says", """
More: about 90 %. A default is a start, not an answer.

These are the mistakes of which it is surest:
""")
code("wrong", """
chances = model.predict(x_new, verbose=0)
answers = chances.argmax(axis=1)
surest = np.argsort(-chances.max(axis=1))
for k in [k for k in surest if answers[k] != new_count[k]][:6]:
    print(f"{new_words[k]}: {answers[k]}, true is {new_count[k]}")
""")
md("expert-says", """
WRONG SENTENCE

**And an expert without a network?** Count all groups of neighbouring letters in a word, up to one, two or three
long, and add up one weight for each (a linear model).
""")
code("expert", """
for longest in (1, 2, 3):
    counter = CountVectorizer(analyzer="char_wb", ngram_range=(1, longest))
    linear = Ridge().fit(counter.fit_transform(words), count)
    print(f"up to {longest}: {right(linear.predict(counter.transform(new_words)).round(), new_count):.1f} % new, "
          f"{right(linear.predict(counter.transform(anagrams)).round(), anagram_count):.1f} % anagrams")
print(f"our network: {right(answers, new_count):.1f} % new, "
      f"{right(model.predict(x_anagrams, verbose=0).argmax(axis=1), anagram_count):.1f} % anagrams")
""")
md("inside", """
Single letters, whose order is lost, have half of the anagrams: guessing between two. Groups of three have more
than our network, in a second. For *this* task take them. We go on with the network: the same layer will read
aloud, spell and translate in part 2.

## Inside: one step, again and again

At each step the layer mixes the new input with what it kept from the step before. What it keeps is the **state**
$h$, here 64 numbers.
""")
fold("unrolled", """
#@title The layer, folded and unrolled
figures.show(diagrams.recurrent_cell(weights=("W", "U", "V")), alt="Left: one box h with a loop U, fed by x through "
             "W, giving y through V. Right: the same box three times in a row, with the same W, U, V.")
""")
md("formula", """
Left and right are the same network. **Unrolled**, it looks like a deep network with a layer for each step, but all
of them use the same weights. In words: new state = squeeze(input times weights + old state times weights + bias).

| | in symbols | shapes here |
|---|---|---|
| the state | $h_t = \\tanh(x_t W + h_{t-1} U + b)$ | $W$: (16, 64), $U$: (64, 64), $b$: (64) |
| the answer | $y_t = \\mathrm{softmax}(h_t V + c)$ | $V$: (64, 8), $c$: (8) |

$\\tanh$ squeezes any number to -1 to 1. Before the first step the state is 0. $V$ and $c$ are the `Dense` layer.
(The lecture notes call $W$, $U$ and $V$ by the letters A, B and C.)

**With three numbers.** One unit, $W = 1$, $U = 0.5$, $b = 0$. It reads 1, 0, 0.
""")
code("three-numbers", """
h = 0.0
for x_t in (1.0, 0.0, 0.0):
    h = np.tanh(1.0 * x_t + 0.5 * h)
    print(round(h, 3))
""")
md("turn-2", """
> **Your turn 1.2 (3 minutes).** Write one step for vectors. `@` is the matrix product.
""")
code("turn-2-stub", """
def rnn_step(x_t, h, W, U, b):
    return ...


checks.turn("1.2", rnn_step)
""")
md("turn-2-answer", """
<details><summary>Hint</summary>

The first row of the table above, letter by letter.
</details>
<details><summary>Solution</summary>

```python
def rnn_step(x_t, h, W, U, b):
    return np.tanh(x_t @ W + h @ U + b)
```
</details>

The second and the third input were 0, and still the state was not: 0.363, 0.18. That is the memory. It fades,
because 0.5 is below 1.

**The whole layer** is this step in a loop. Is it what Keras computes? We give it the weights of the trained layer.
""")
code("same-as-keras", """
def read(vectors, W, U, b):
    h = np.zeros(64)
    for x_t in vectors:
        h = np.tanh(x_t @ W + h @ U + b)
    return h

embedding, rnn, dense = model.layers
vectors = embedding(encode(["media"]))[:, :5]
np.allclose(read(np.array(vectors[0]), *rnn.get_weights()), rnn(vectors), atol=1e-5)
""")
md("turn-3", """
> **Your turn 1.3 (4 minutes).** Four people wrote the line in the loop. One is right. Which?
>
> - a: `h = np.tanh(x_t @ W + b)`
> - b: `h = h + np.tanh(x_t @ W + h @ U + b)`
> - c: `h = np.tanh(h @ U + b + x_t @ W)`
> - d: `h = np.tanh(x_t @ W + b) + h @ U`
""")
code("turn-3-stub", """
right_line = "..."

checks.turn("1.3", right_line)
""")
md("turn-3-answer", """
<details><summary>Hint</summary>

What becomes of the old $h$ in each line? What stands inside the tanh?
</details>
<details><summary>Solution</summary>

```python
right_line = "c"
```

a forgets: the old state is not used. In b the old state is kept whole and grows. In d it stands outside the tanh.
</details>

## What the state knows

A Keras layer has its step as `rnn.cell`. So we can stop after each letter and note the state.
""")
code("states", """
def states_of(word):
    h, found = keras.ops.zeros((1, 64)), []
    for vector in np.array(embedding(encode([word])))[0, :len(word)]:
        h, _ = rnn.cell(vector[None], [h])
        found.append(np.array(h[0]))
    return np.array(found)
""")
md("differ-says", "By how much does the state differ, letter by letter, when one letter of the word is another?")
code("differ", """
for one, other in (("trail", "trial"), ("banana", "canana")):
    change = np.abs(states_of(one) - states_of(other)).max(axis=1)
    print(one, other, change.round(2))
""", tolerance={"absolute": 0.5})
md("differ-answer", """
*trail* and *trial*: equal states while the letters are equal. What comes later cannot change a state, so **an RNN
does not look ahead** ([lesson 6](evidence/06_bidirectional_rnn.ipynb) mends that). *banana* and *canana*: the first
letter is still felt five letters later.

The lecture notes say that the input at time $t$ is "a combination of $x_t$ and $x_{t-1}$". Not so: it is $x_t$ and the
**state**, which sums up *all* earlier inputs. How far back that reaches is
[lesson 3](evidence/03_gradient_problems.ipynb).

> **Your turn 1.4 (3 minutes).** How many weights would `SimpleRNN(64)` have behind our embedding if words had up to
> **100** letters?
""".replace("> **Your turn 1.4", "SPLIT> **Your turn 1.4"))
code("turn-4-stub", """
weights = ...

checks.turn("1.4", weights)
""")
md("turn-4-answer", """
<details><summary>Hint</summary>

The table has the shapes of $W$, $U$ and $b$. Does one of them know how many steps there are?
</details>
<details><summary>Solution</summary>

```python
weights = 16 * 64 + 64 * 64 + 64
```
</details>

## Look inside

The `Dense` layer can answer after each letter, as if the word ended there.
""")
code("so-far", """
for word in ("media", "aimed"):
    print(word, np.array(dense(states_of(word))).argmax(axis=1))
""")
fold("reading", f"""
#@title The network reads
def frame(k):
    fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True)
    for panel, word in zip(axes, ("media", "aimed")):
        so_far = np.array(dense(states_of(word)))[k, 1:7]
        panel.bar(range(1, 6), 100 * so_far, color=figures.COLOURS["blue"])
        panel.set(xlabel="syllables", ylim=(0, 100), xticks=range(1, 7))
        panel.set_title(" ".join(word[:k + 1]) + " _" * (4 - k), fontfamily="monospace", fontsize=20)
    axes[0].set_ylabel("chance (%)")
    return fig


figures.show_animation(frame, (
    {READING}), count=5, still=4, frame_ms=1200)
""", preview=True, picture_tolerance=12)
md("reading-says", """
The last frame is the answer. Watch the early ones: after a single letter it says something odd, since no word
of one letter was in its data. READING SENTENCE

**End of part 1.** This is a good place for a break.

# Part 2: use

## Where inputs enter, where answers leave

The layer stays the same. What changes from task to task is where inputs (blue) enter and outputs (orange) leave.
""")
fold("five", """
#@title Five types
order = ["many-to-one", "many-to-many, aligned", "one-to-many", "many-to-many, unaligned", "one-to-one"]
figures.show(diagrams.side_by_side([{"kind": kind} for kind in order], feedback=False),
             alt="Five unrolled networks in one style: many-to-one, many-to-many aligned, one-to-many, many-to-many "
             "unaligned, one-to-one.")
""")
md("aligned", """
**Many-to-one** you have: letters in, one number out. So are sentiment (a review to good or bad) and spam.

### Many-to-many, aligned: read aloud

One output for each input. Each letter gets its sound (a **phoneme**); `_` is silent.
""")
code("sounds", """
pairs, new_pairs = corpora.aligned_pronunciations(9000, test_count=1000)
sounds = ["", *corpora.phoneme_labels()]
for word, spoken in new_pairs[22:24]:
    print(word, spoken)
""")
code("sounds-encode", """
def encode_sounds(pairs):
    rows = [[sounds.index(sound) for sound in spoken] for _, spoken in pairs]
    return keras.utils.pad_sequences(rows, maxlen=20, padding="post")

letters, letters_new = (encode([word for word, _ in part], 20) for part in (pairs, new_pairs))
spoken, spoken_new = encode_sounds(pairs), encode_sounds(new_pairs)
print(letters.shape, spoken.shape)
""")
fold("aligned-picture", """
#@title The network for reading aloud
figures.show(diagrams.unrolled("many-to-many, aligned", list("phone"), ["F", "_", "OW", "N", "_"], "read aloud"),
             alt="Unrolled network: the letters p, h, o, n, e enter one by one, the sounds F, silent, OW, N, silent "
             "leave at the same steps.")
""")
md("aligned-model-says", """
`return_sequences=True` gives the state after *every* step; `Dense` then answers at every step.
""")
code("aligned-model", """
reader = keras.Sequential([layers.Embedding(27, 16, mask_zero=True),
                           layers.SimpleRNN(64, return_sequences=True),
                           layers.Dense(len(sounds), activation="softmax")])
reader.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = reader.fit(letters, spoken, epochs=4, batch_size=64, verbose=0)
print(f"{100 * reader.evaluate(letters_new, spoken_new, verbose=0)[1]:.1f} % of the letters right")
""")
md("tree-says", """
Thanks to the mask, the padding does not count. **Baseline:** a decision tree that sees the letter alone, and one that
also sees the three letters before it.
""")
code("tree", """
def last_letters(x, many):
    padded = np.pad(x, ((0, 0), (many - 1, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, many, axis=1)[x > 0]

for many in (1, 4):
    tree = DecisionTreeClassifier(min_samples_leaf=5, random_state=0)
    tree.fit(last_letters(letters, many), spoken[letters > 0])
    score = tree.score(last_letters(letters_new, many), spoken_new[letters_new > 0])
    print(f"tree, {many} letters: {100 * score:.1f} %")
""")
code("read-aloud", """
for word in ["phone", "city", "knife", "station"]:
    said = reader.predict(encode([word], 20), verbose=0)[0].argmax(axis=1)
    print(word, "->", " ".join(sounds[k] for k in said[:len(word)]))
""")
md("aligned-result", """
Far better than the letter alone, and level with a tree of four letters. Look at the errors: at the *p* of *phone*
and the *k* of *knife* it says P and K. It must answer **before** it has seen the next letter.

### One-to-many: a picture, spelt

One picture in, several letters out. `RepeatVector` hands the picture to each step. Change the language: fr, de, es,
it, pt, nl or sv.
""")
code("digits", """
(pictures, digits), (new_pictures, new_digits) = corpora.split_digits()
names = corpora.digit_names("en")
longest = max(len(name) for name in names)
characters = " " + "".join(sorted(set("".join(names))))
spelt = np.array([[characters.index(letter) for letter in name.ljust(longest)] for name in names])
print(names, spelt.shape)
""")
fold("one-to-many-picture", """
#@title The network that spells
seven = diagrams.picture_of(new_pictures[np.flatnonzero(new_digits == 7)[0]])
figures.show(diagrams.unrolled("many-to-many, aligned", [seven] * 5, list("seven"), "one picture, spelt"),
             alt="Unrolled network: the same small picture of a handwritten seven enters at each of five steps, the "
             "letters s, e, v, e, n leave.")
""")
code("speller", """
speller = keras.Sequential([layers.Input((8, 8)), layers.Flatten(),
                            layers.RepeatVector(longest),
                            layers.SimpleRNN(64, return_sequences=True),
                            layers.Dense(len(characters), activation="softmax")])
speller.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
history = speller.fit(pictures, spelt[digits], epochs=15, verbose=0)
written = speller.predict(new_pictures, verbose=0).argmax(axis=-1)
exact = (written == spelt[new_digits]).all(axis=1)
print(f"{100 * exact.mean():.0f} % of the names are right in every letter")
""")
code("misspelt", """
for k in np.flatnonzero(~exact)[:6]:
    print(names[new_digits[k]], "->", "".join(characters[j] for j in written[k]))
""")
md("speller-says", """
SPELLER SENTENCE The network decides each letter by itself, without reading what it wrote before. Lesson 7 feeds
each letter back in as the next input.

### Many-to-many, unaligned: translate

*forty-two* has two words and *quarante-deux* too, but *ninety* is *quatre-vingt-dix*. So all is read first, into one
state; then a second layer writes from it.
""")
fold("unaligned-picture", """
#@title The network that translates
figures.show(diagrams.unrolled("many-to-many, unaligned", ["ninety", "one"], ["quatre", "vingt", "onze"],
                               "read all, then write", feedback=False),
             alt="Unrolled network: ninety and one are read into the state; then quatre, vingt, onze are written.")
""")
code("numbers", """
drawn = corpora.sample_numbers(3000, 500, largest=9999)
english, new_english = (corpora.number_words("en", part) for part in drawn)
french, new_french = (corpora.number_words("fr", part) for part in drawn)
print(new_english[0], new_french[0])
""")
md("ids-says", "A token is now a word.")
code("numbers-encode", """
def ids(sentences, vocabulary, longest):
    rows = [[vocabulary.index(word) for word in sentence] for sentence in sentences]
    return keras.utils.pad_sequences(rows, maxlen=longest, padding="post")

en = ["", *sorted({word for sentence in english for word in sentence})]
fr = ["", *sorted({word for sentence in french for word in sentence})]
print(len(en), len(fr), ids(english, en, 7).shape, ids(french, fr, 8).shape)
""")
code("translator", """
translator = keras.Sequential([layers.Embedding(len(en), 16, mask_zero=True),
                               layers.SimpleRNN(64),
                               layers.RepeatVector(8),
                               layers.SimpleRNN(64, return_sequences=True),
                               layers.Dense(len(fr), activation="softmax")])
translator.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
history = translator.fit(ids(english, en, 7), ids(french, fr, 8), epochs=12, batch_size=64, verbose=0)
""")
md("dictionary-says", """
**Baseline:** a dictionary, word by word. It may give several words for one, or none (*and*).
""")
code("dictionary", """
known = {"and": [], "hundred": ["cent"], "thousand": ["mille"]}
small = [*range(20), *range(20, 100, 10)]
for (word,), meaning in zip(corpora.number_words("en", small), corpora.number_words("fr", small)):
    known[word] = meaning
by_word = [[part for word in sentence for part in known[word]] for sentence in new_english]
print(f"word by word: {100 * np.mean([a == b for a, b in zip(by_word, new_french)]):.0f} % exact")
""")
code("translated", """
written = translator.predict(ids(new_english, en, 7), verbose=0).argmax(axis=-1)
translated = [[fr[k] for k in row if k] for row in written]
exact = np.array([a == b for a, b in zip(translated, new_french)])
print(f"network: {100 * exact.mean():.0f} % exact")
for k in np.flatnonzero(~exact)[:4]:
    print(" ".join(new_english[k]), "->", " ".join(translated[k]))
""")
md("translated-says", """
TRANSLATED SENTENCE How far one state can carry a long sentence is the question of
[lesson 7](evidence/07_seq2seq.ipynb).

### One-to-one: nothing recurs

If you only want the digit and not its name, there is one input and one output. Then an RNN has nothing to keep, and
a dense network is the right choice.
""")
code("one-to-one", """
classifier = keras.Sequential([layers.Input((8, 8)), layers.Flatten(), layers.Dense(64, activation="relu"),
                               layers.Dense(10, activation="softmax")])
classifier.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = classifier.fit(pictures, digits, epochs=10, verbose=0)
print(f"{100 * classifier.evaluate(new_pictures, new_digits, verbose=0)[1]:.0f} % of the digits right")
""")
md("turn-5", """
> **Your turn 1.5 (5 minutes).** Build (do not train) a model that says after **each** letter how many syllables it has heard
> so far, 0 to 7. Take the layers of our first network; which argument is missing?
""")
code("turn-5-stub", """
counter = ...

checks.turn("1.5", counter)
""")
md("turn-5-answer", """
<details><summary>Hint</summary>

Which of the five drawings is it? Look at the model for reading aloud.
</details>
<details><summary>Solution</summary>

```python
counter = keras.Sequential([layers.Embedding(27, 16, mask_zero=True),
                            layers.SimpleRNN(64, return_sequences=True),
                            layers.Dense(8, activation="softmax")])
```
</details>

## A series of numbers: tomorrow's electricity

The demand of the state of Victoria, Australia, hour by hour, in gigawatts. No tokens here: a step *is* a number.
""")
code("demand", """
times, demand = corpora.electricity()
print(len(demand), "hours from", times[0], "on:", demand[:4].round(2))
""")
fold("demand-picture", """
#@title The demand
fig, axes = plt.subplots(2, 1, figsize=(8, 6.4))
days = np.arange(len(demand)) / 24
for low, high, name, colour in ((0, 2520, "train", "blue"), (2520, 3060, "validate", "orange"),
                                (3060, 3600, "test", "vermilion")):
    axes[0].plot(days[low:high], demand[low:high], "-", color=figures.COLOURS[colour], linewidth=0.8)
    axes[0].text(days[(low + high) // 2], 16.4, name, ha="center", color=figures.COLOURS[colour])
axes[0].set(xlabel="day", ylabel="gigawatts", ylim=(5, 17.5))
axes[1].plot(range(48), demand[3060:3108], "o-", markersize=4, label="48 hours that it reads")
axes[1].plot(48, demand[3108], "s", color=figures.COLOURS["vermilion"], markersize=10, label="the hour to predict")
axes[1].set(xlabel="hour", ylabel="gigawatts", ylim=(6, 15))
axes[1].legend(loc="upper left", ncols=2)
figures.show(fig, alt="Above: demand over 150 days between 6 and 16 gigawatts, with a daily and a weekly rhythm; the "
             "first 105 days are for training, then 22 for validation, then 23 for testing. Below: one window of 48 "
             "hours and the hour behind it.")
""")
md("windows-says", """
Above: we **split by time**, since a network must not learn from days after those it is tested on. Below: one
**window**, 48 hours in, the next hour out. `timeseries_dataset_from_array` cuts all windows; we ask for them in one batch.
""")
code("windows", """
def windows(series, length, ahead=1):
    targets = np.lib.stride_tricks.sliding_window_view(series[length:], ahead)
    data = keras.utils.timeseries_dataset_from_array(series[:-ahead, None], targets, length,
                                                     batch_size=len(series))
    x, y = next(iter(data))
    return np.array(x), np.array(y)


def split(series, length, ahead=1):
    a, b = int(0.7 * len(series)), int(0.85 * len(series))
    return [windows(part, length, ahead) for part in (series[:a], series[a:b], series[b:])]
""", subject=True)
code("scaled", """
mean, deviation = demand[:2520].mean(), demand[:2520].std()
(x_old, y_old), valid, (x_test, y_test) = split((demand - mean) / deviation, 48)
print(x_old.shape, y_old.shape)
""")
md("scaled-says", """
(batch, steps, features) again, with one feature. We **scale** with mean and deviation of the *training* part. The network
is the one you know, with `Dense(1)` and the squared error.
""")
code("forecaster", """
def forecaster(ahead=1):
    model = keras.Sequential([layers.Input((None, 1)), layers.SimpleRNN(32), layers.Dense(ahead)])
    model.compile(keras.optimizers.Adam(0.003), "mse")
    return model

stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
plain = forecaster()
history = plain.fit(x_old, y_old, validation_data=valid, epochs=8, callbacks=[stop], verbose=0)
""")
md("baselines-says", """
`EarlyStopping` ends the training when the validation loss has not fallen for 3 epochs. **Two baselines:** the demand stays
as it is now; a linear model of the same 48 numbers. The mean error:
""")
code("baselines", """
linear = LinearRegression().fit(x_old[:, :, 0], y_old)
for name, answer in (("as now", x_test[:, -1]), ("linear model", linear.predict(x_test[:, :, 0])),
                     ("SimpleRNN", plain.predict(x_test, verbose=0))):
    print(f"{name}: {1000 * deviation * np.abs(answer - y_test).mean():.0f} MW")
""")
md("week-says", """
Better than "as now", and far behind the linear model. (When we trained longer, with more units, it came nearer, but not
level.)

**What do you know that it does not?** A Monday is like the last Monday. So we predict the *difference to the same hour one
week before*. The same steps, in one function that you can keep:
""")
code("compare", """
def compare(series, length, ahead=1):
    (x, y), valid, (x_test, y_test) = split(series, length, ahead)
    linear = LinearRegression().fit(x[:, :, 0], y)
    model = forecaster(ahead)
    model.fit(x, y, validation_data=valid, epochs=15, callbacks=[stop], verbose=0)
    for name, answer in (("no difference", 0 * y_test), ("difference as now", x_test[:, -1]),
                         ("linear model", linear.predict(x_test[:, :, 0])),
                         ("SimpleRNN", model.predict(x_test, verbose=0))):
        print(f"{name}: {np.abs(answer - y_test).mean():.3f}")
    return model
""", subject=True)
code("week", """
week = demand[168:] - demand[:-168]
hourly = compare(week, length=24)
""")
md("week-result", """
In gigawatts. WEEK SENTENCE

**A whole day ahead.** `Dense(24)` gives 24 numbers at once.
""")
code("day", """
daily = compare(week, length=24, ahead=24)
""")
fold("day-picture", """
#@title One day ahead
start = 3600 - 24 * 9
difference = daily.predict(week[None, start - 168 - 24:start - 168, None], verbose=0)[0]
fig, axes = plt.subplots(figsize=(8, 4))
axes.plot(range(-24, 0), demand[start - 24:start], "-", color=figures.COLOURS["grey"])
for values, style, name in ((demand[start:start + 24], "-", "what came"),
                            (demand[start - 168:start - 144] + difference, "o--", "SimpleRNN"),
                            (demand[start - 168:start - 144], ":", "same hours, last week")):
    axes.plot(range(24), values, style, markersize=4, label=name)
axes.axvline(0, color=figures.COLOURS["grey"], linewidth=1)
axes.set(xlabel="hours from now", ylabel="gigawatts")
axes.legend(loc="upper left", fontsize=12)
figures.show(fig, alt="Demand of one day before now and of the 24 hours after it: what came, the forecast of the "
             "network, and the same hours one week before.")
""", picture_tolerance=10)
md("day-says", """
DAY SENTENCE

**A good habit:** first the rhythm (hour, week), then a linear model, then a network.

## Your own data

A CSV file with a number in each row: change the first two lines. `rhythm` is the number of steps after which the series
repeats (24 hours, 7 days, 12 months; 1 if it does not). Our example: monthly prices of a share, as logarithms, so that a
difference of 0.07 is about 7 %.
""")
code("own", """
series = np.log(corpora.stock_series("AAPL")[1])    # or: pd.read_csv("my_file.csv")["my_column"].to_numpy()
rhythm = 1
own = compare(series[rhythm:] - series[:-rhythm], length=12)
""")
md("own-says", """
OWN SENTENCE

**Words of your own** come from any text file. A question with labels for free: is a word written forwards or backwards?
""".strip())
md("turn-6", """
> **Your turn 1.6 (10 minutes).** `both_ways` gives words of any alphabet in both directions, with labels 0 and 1. Build
> and train a network on `own_words`; give its accuracy on `own_new`, at least 0.8. (Letters without order have 0.5.)
""")
code("turn-6-stub", """
own_words, own_new = words, new_words    # or: open("my_words.txt", encoding="utf-8").read().split(), cut in two
signs = sorted(set("".join(own_words + own_new)))

def both_ways(part):
    rows = [[signs.index(sign) + 1 for sign in word] for word in part + [word[::-1] for word in part]]
    return keras.utils.pad_sequences(rows, padding="post"), np.repeat([0, 1], len(part))

score = ...

checks.turn("1.6", score)
""")
md("turn-6-answer", """
<details><summary>Hint</summary>

Many-to-one with two answers. The embedding needs `len(signs) + 1` rows: one for the padding.
</details>
<details><summary>Solution</summary>

```python
own_words, own_new = words, new_words
signs = sorted(set("".join(own_words + own_new)))

def both_ways(part):
    rows = [[signs.index(sign) + 1 for sign in word] for word in part + [word[::-1] for word in part]]
    return keras.utils.pad_sequences(rows, padding="post"), np.repeat([0, 1], len(part))

way = keras.Sequential([layers.Embedding(len(signs) + 1, 16, mask_zero=True), layers.SimpleRNN(64),
                        layers.Dense(2, activation="softmax")])
way.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
way.fit(*both_ways(own_words), epochs=3, batch_size=128, verbose=0)
score = way.evaluate(*both_ways(own_new), verbose=0)[1]
```
</details>

## Three traps

**1. A mask lost on the way.** Layers hand the mask on, but a plain operation such as `* 1.0` drops it without a word. The
same trained layers:
""")
code("trap-mask", """
inputs = keras.Input((12,))
lost = keras.Model(inputs, dense(rnn(embedding(inputs) * 1.0)))
print(f"with the mask {right(answers, new_count):.0f} %, "
      f"without {right(np.array(lost(x_new)).argmax(axis=1), new_count):.0f} %")
""")
md("trap-scale-says", """
The layer reads on over the padding, and its last state is no longer that of the word. Use a layer that hands the mask on
(`layers.Rescaling`).

**2. Numbers that are not scaled.** Megawatts are numbers near 9,500. What does a new layer make of 50 different days?
""")
code("trap-scale", """
days = 1000 * demand[:2400].reshape(50, 48, 1)
for name, values in (("megawatts", days), ("scaled", (days - days.mean()) / days.std())):
    states = np.array(layers.SimpleRNN(32)(values))
    print(f"{name}: the first state has numbers from {np.abs(states[0]).min():.2f} to {np.abs(states[0]).max():.2f}, "
          f"{len(np.unique(states.round(4), axis=0))} different states")
""")
md("trap-index-says", """
In megawatts every unit stands at -1 or 1, and all days look the same: there is nothing to learn from.

**3. A number outside the embedding.** 26 letters seem to need 26 rows. But z has number 26, which is the 27th row, since 0
is the padding. On a CPU TensorFlow stops with an error; on a GPU, or with JAX, it may go on with zeros or nan. Look:
""")
code("trap-index", """
print("largest number:", x.max(), " rows:", embedding.input_dim)
""")
md("end", """
## What you have now

- A recurrent layer does one step again and again: new state = tanh(input W + old state U + b).
- The state sums up all that was read. It does not look ahead, and its weights do not grow with the length.
- Input is (batch, steps, features). Words get there by token, padding and embedding; the mask skips the padding.
- Five types differ only in where inputs enter and outputs leave.
- A baseline first. Groups of three letters and a linear forecast were ahead of our networks; in the translation the network was.

| to | write |
|---|---|
| fill up to one length | `keras.utils.pad_sequences(rows, padding="post")` |
| give tokens vectors | `Embedding(tokens + 1, 16, mask_zero=True)` |
| read, answer at the end | `SimpleRNN(64)`, `Dense(...)` |
| answer at every step | `SimpleRNN(64, return_sequences=True)`, `Dense(...)` |
| one input, many outputs | `RepeatVector(steps)` before the RNN |
| cut a series into windows | `keras.utils.timeseries_dataset_from_array` |
| stop in time | `EarlyStopping(patience=3, restore_best_weights=True)` |

**Where it is used.** The notes' map is that of about 2015:

| field | the notes | what is used today |
|---|---|---|
| speech, translation, language | RNN | transformers; recurrent and state-space networks where input streams in or memory is short |
| image captions | CNN and RNN | a vision transformer with a language model |
| time series | RNN | linear models and boosted trees first; then RNNs, convolutions, pretrained transformers |
| images | CNN | CNNs and vision transformers |
| health care | deep belief networks | the same networks as elsewhere |

### What the lecture notes say, and what we found

The proof of each line stands in the [evidence](evidence/01_rnn_types.ipynb).

<!-- verdicts -->
<!-- /verdicts -->

### To read

- Elman, *Finding structure in time*, 1990. The simple recurrent network.
- Sejnowski and Rosenberg, *Parallel networks that learn to pronounce English text*, 1987. Reading aloud, without a state.
- Karpathy, *The unreasonable effectiveness of recurrent neural networks*, 2015. The drawing of the five types.
- Hyndman and Athanasopoulos, *Forecasting: principles and practice*, 2021. What to try before a network.

Next: [lesson 2](evidence/02_bptt.ipynb), how such a network is trained. Assignment:
[build recurrences of your own](../coursework/source/01_rnn_types/assignment_01_rnn_types.ipynb).
""")

if __name__ == "__main__":
    SENTENCES = {}
    extra = Path("build01_extra.py")
    if extra.exists():
        exec(extra.read_text())
    made = []
    for kind, id, text, meta in CELLS:
        for name, sentence in SENTENCES.items():
            text = text.replace(name, sentence)
        if "SPLIT" in text:
            before, behind = text.split("SPLIT")
            made += [(kind, id, before.strip("\n"), meta), (kind, "turn-4", behind, meta)]
        else:
            made.append((kind, id, text, {**meta, **METADATA.get(id, {})} if extra.exists() else meta))
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}})
    for kind, id, text, meta in made:
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cell = make(text); cell.id = id; cell.metadata.update(meta); nb.cells.append(cell)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "notebooks/01_rnn_types.ipynb"
    nbformat.write(nb, out)
    print(len(nb.cells), "cells")
