"""Builds notebooks/02_bptt.ipynb from the cells below."""
import sys
from pathlib import Path
import nbformat
ROOT = Path("lesson02")
CELLS = []
def md(id, text): CELLS.append(("markdown", id, text.strip("\n"), {}))
def code(id, text, **meta): CELLS.append(("code", id, text.strip("\n"), meta))
FOLD = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"], "cellView": "form"}
def fold(id, text, **meta): code(id, text, **{**FOLD, **meta})
setup = next(c for c in nbformat.read(ROOT / "notebooks/evidence/01_rnn_types.ipynb", 4).cells if c.cell_type == "code").source
def place(name): return f"{name}.ipynb" if (ROOT / "notebooks" / f"{name}.ipynb").is_file() else f"evidence/{name}.ipynb"
ONE, THREE = place("01_rnn_types"), place("03_gradient_problems")

WORDS_ALT = ('"Animation: the loss on new words falls during training, from 3.30 to 2.34, between two dotted lines, "\n'
             '    "and beside it stand eight words that the network writes: first noise, at the end word-like."')

md("title", f"""
# 2 Backpropagation through time

[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-name/rnn-course/blob/main/notebooks/02_bptt.ipynb)
· [slides](https://your-name.github.io/rnn-course/slides/02_bptt.html) · [assignment](../coursework/source/02_bptt/assignment_02_bptt.ipynb) · [evidence](evidence/02_bptt.ipynb) · previous: [what a recurrent network is]({ONE}) · next: [vanishing and exploding gradients]({THREE})

A network reads a word letter by letter, and uses *the same* weights at every letter. At the end it is told how wrong
it was. Which weights should it change, and by how much, when each of them was used at every step?

You will find the answer with three numbers, write it as one short loop, and train with nothing but this loop
a network that invents words. Then you do the same in Keras, with a file of your own.

**Part 1, understand:** 40 minutes. **Part 2, use:** 40 minutes. To run: about 90 CPU seconds. You need
[lesson 1]({ONE}) and the chain rule.
""")
code("set-up", setup, **FOLD)
fold("preview", f"""
#@title What you will build
figures.show_picture("02_bptt.png", alt=(
    {WORDS_ALT}))
""")
md("preview-says", """
The words come from the network that you will train. It starts with noise. What it writes at the end is not English,
but most of it can be said aloud.

# Part 1: understand

## Guess the next letter

32,000 words from a dictionary that also holds many family names. We put 2,000 aside, to test with.
""")
code("imports", """
import json
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
from keras import layers

from utils import checks, corpora, diagrams
""")
code("words", """
every_word = [word for word in corpora.pronunciations() if 3 <= len(word) <= 10]
order = np.random.default_rng(0).permutation(len(every_word))[:32000]
words = [every_word[k] for k in order[2000:]]
new_words = [every_word[k] for k in order[:2000]]
print(*words[:10])
""")
md("words-says", """
The network reads a letter and guesses the next one. Before the first letter stands a mark, and behind the last one
too; we take the line break, `"\\n"`. So the input $x$ is `\\ncat`, and the target $y$ is `cat\\n`: **the same word, shifted
by one**. Each of the 27 symbols becomes a vector with a single 1 (*one-hot*). Behind a short word all numbers are 0.
""")
code("one-hot", """
LETTERS = "\\nabcdefghijklmnopqrstuvwxyz"

def one_hot(texts):
    found = np.zeros((len(texts), 11, 27))
    for row, text in zip(found, texts):
        for t, letter in enumerate(text):
            row[t, LETTERS.index(letter)] = 1
    return found

x, y = one_hot(["\\n" + word for word in words]), one_hot([word + "\\n" for word in words])
x_new, y_new = one_hot(["\\n" + word for word in new_words]), one_hot([word + "\\n" for word in new_words])
print(x.shape, y.shape)
""")
fold("unrolled", r"""
#@title One word, unrolled
drawing = diagrams.Drawing(8.8, 3.5)
for k, (read, said) in enumerate(zip([r"\n", "c", "a", "t"], ["c", "a", "t", r"\n"])):
    at = 1.2 + 2.0 * k
    drawing.box(at, 0.5, read, "input", width=0.8)
    drawing.box(at, 1.75, f"h{k + 1}", "state", width=0.8)
    drawing.box(at, 3.0, said, "output", width=0.8)
    drawing.arrow((at, 0.73), (at, 1.52), "W")
    drawing.arrow((at, 1.98), (at, 2.77), "V")
    drawing.arrow((at - (0.9 if k == 0 else 1.6), 1.75), (at - 0.4, 1.75), "U")
figures.show(drawing.figure, alt="A recurrent network, unrolled over the word cat. The line break, c, a, t enter "
             "through W; each state h leads to the next through U, and through V to the letter that should come "
             "next: c, a, t, line break.")
""")
md("unrolled-says", """
30,000 words of 11 steps, 27 numbers a step. And this is what the network does with `cat`. $W$ takes the letter in, $U$ carries the state $h$ on, $V$ turns the state into 27 scores for the next letter. There
is **one** $W$, one $U$ and one $V$; the picture shows each of them four times. (The lecture notes write $S$ for $h$,
and $A, B, C$ for $W, U, V$.)

## Who is to blame?

Now as small as possible: one unit, three inputs, and only the error of the last step, $E_3$. All weights are
plain numbers.
""")
code("forward-3", """
W, U, V = 0.8, 0.6, 1.5
x1, x2, x3, target = 1.0, 0.5, -1.0, 0.5

h1 = np.tanh(x1 * W)
h2 = np.tanh(x2 * W + h1 * U)
h3 = np.tanh(x3 * W + h2 * U)
E3 = (h3 * V - target) ** 2 / 2
print(f"h1 = {h1:.3f}, h2 = {h2:.3f}, h3 = {h3:.3f}, E3 = {E3:.3f}")
""")
md("forward-3-says", """
The output is $h_3 V = -0.57$ and should be 0.5.

> **Predict first.** $W$ was used three times. If $W$ grows a little, the error changes. How much of that change comes
> from step 3 alone: all of it, more than all of it, or only a part of it?

To find out, we give each step a copy of $W$ of its own, and move one copy at a time.
""")
code("copies", """
def error(Wa, Wb, Wc):
    h1 = np.tanh(x1 * Wa)
    h2 = np.tanh(x2 * Wb + h1 * U)
    h3 = np.tanh(x3 * Wc + h2 * U)
    return (h3 * V - target) ** 2 / 2

tiny = 1e-5
print(f"the W of step 3: {(error(W, W, W + tiny) - E3) / tiny:.3f}")
print(f"the W of step 2: {(error(W, W + tiny, W) - E3) / tiny:.3f}")
print(f"the W of step 1: {(error(W + tiny, W, W) - E3) / tiny:.3f}")
print(f"all three:       {(error(W + tiny, W + tiny, W + tiny) - E3) / tiny:.3f}")
""")
md("copies-says", """
Step 3 alone says 1.374. Steps 2 and 1 pull the other way, and **the three numbers add up to the fourth**:
$1.374 - 0.231 - 0.155 = 0.988$. So step 3 alone gives *more* than all of it, and whoever leaves the early steps out gets a
wrong gradient.

Moving weights is a slow way: two runs for each weight. There is a faster one, and it needs a single run.

## The error moves back
""")
fold("delta", """
#@title From E3 back to h3, h2 and h1
RED = figures.COLOURS["vermilion"]
inputs, states = (x1, x2, x3), (h1, h2, h3)
deltas, shares = ("-0.155", "-0.462", "-1.374"), ("-0.155", "-0.231", "1.374")
TOLD = ("forwards: three steps, one error", "back to step 3", "back to step 2", "back to step 1",
        "dE3/dW = 1.374 - 0.231 - 0.155 = 0.988")


def way_back(frame):
    drawing = diagrams.Drawing(9.6, 4.7)
    reached = 3 - min(frame, 3)
    for k in range(3):
        at = 1.1 + 3.0 * k
        drawing.box(at, 0.5, f"x{k + 1} = {inputs[k]:g}", "input", width=1.5)
        drawing.box(at, 2.3, f"h{k + 1} = {states[k]:.3f}", "state", width=1.5)
        drawing.arrow((at - 0.3, 0.73), (at - 0.3, 2.07), "W", side=-1)
        if k:
            drawing.arrow((at - 2.25, 2.38), (at - 0.75, 2.38), "U")
        if k >= reached:
            drawing.text(at, 2.76, f"δ{k + 1} = {deltas[k]}", color=RED, fontweight="bold")
            drawing.arrow((at + 0.1, 2.07), (at + 0.1, 0.73), colour=RED)
            drawing.text(at + 1.0, 1.3, f"δ{k + 1}·x{k + 1} = {shares[k]}", color=RED)
            if k < 2:
                drawing.arrow((at + 2.25, 2.2), (at + 0.75, 2.2), colour=RED)
                drawing.text(at + 1.5, 1.97, "·U·slope", color=RED)
    drawing.box(at, 3.9, f"E3 = {E3:.3f}", "output", width=1.7)
    drawing.arrow((at + 0.7, 2.53), (at + 0.7, 3.67), "V")
    if frame:
        drawing.arrow((at, 3.67), (at, 2.95), colour=RED)
        drawing.text(at - 0.75, 3.3, "·V·slope", color=RED)
    drawing.text(3.0, 4.2, TOLD[frame], fontweight="bold")
    return drawing.figure


figures.show_animation(way_back, "Animation: three steps of a network with the error E3 at the end. A red arrow leads "
                       "from E3 to h3, then to h2, then to h1. Each step gets its delta, -1.374, -0.462, -0.155, and "
                       "gives its share to W, 1.374, -0.231, -0.155; their sum is 0.988.",
                       count=5, still=4, frame_ms=1800)
""")
md("delta-says", """
At each step the error leaves a number, $\\delta_t$ (delta): how much $E_3$ changes when the *sum inside the tanh* of
step $t$ grows a little. To go one step back, it is multiplied by the weight on the way, $U$, and by the slope of the
tanh there, $1 - h^2$. The share of $W$ at a step is $\\delta_t$ times what $W$ was multiplied with, $x_t$.

$$\\delta_3 = \\frac{dE_3}{dh_3}\\,(1 - h_3^2) \\qquad \\delta_2 = \\delta_3\\,U\\,(1 - h_2^2) \\qquad
\\delta_1 = \\delta_2\\,U\\,(1 - h_1^2)$$

$$\\frac{dE_3}{dW} = \\delta_3 x_3 + \\delta_2 x_2 + \\delta_1 x_1$$
""")
code("deltas", """
d_out = h3 * V - target                       # how E3 changes with the output h3 * V
delta3 = d_out * V * (1 - h3 ** 2)
delta2 = delta3 * U * (1 - h2 ** 2)
delta1 = delta2 * U * (1 - h1 ** 2)
print(f"{delta3 * x3:.3f}  {delta2 * x2:.3f}  {delta1 * x1:.3f}")
""")
md("deltas-says", """
The same three numbers as before, from one way back. This is **backpropagation through time**, and nothing in it is
new but the sum: it is the chain rule on the unrolled network.

The other two weights use the same deltas. $U$ was multiplied with the *old* state, so its share is $\\delta_t h_{t-1}$. $V$
was used once here.
""")
code("shares", """
h0 = 0.0
dW = delta3 * x3 + delta2 * x2 + delta1 * x1
dU = delta3 * h2 + delta2 * h1 + delta1 * h0
dV = d_out * h3
print(f"dE3/dW = {dW:.3f}, dE3/dU = {dU:.3f}, dE3/dV = {dV:.3f}")
""")
md("turn-1", """
> **Your turn 2.1 (4 minutes).** The first state $h_0$ was 0. How much would $E_3$ change if $h_0$ grew a little: what is
> $dE_3/dh_0$? The way back has one more piece. (In [lesson 7](evidence/07_seq2seq.ipynb) the first state carries a whole
> sentence, and this number trains what wrote it.)
""")
code("turn-1-stub", """
dh0 = ...

checks.turn("2.1", dh0)
""")
md("turn-1-answer", """
<details><summary>Hint</summary>

$\\delta_1$ says how $E_3$ changes with the sum inside the first tanh, $x_1 W + h_0 U$. How does this sum change with $h_0$?
</details>
<details><summary>Solution</summary>

```python
dh0 = delta1 * U
```

There is no slope any more: $h_0$ does not come out of a tanh.
</details>

## Many units

With 64 units $h$ and $\\delta$ are vectors and the weights are matrices. What happens to "times $U$"?
""")
fold("fan", """
#@title A row of U, forwards and backwards
drawing = diagrams.Drawing(9.6, 3.7)
for left, title, there in ((0.9, "forwards: row 1 of U spreads h1", True),
                           (5.7, "backwards: the same row collects", False)):
    drawing.text(left + 1.5, 3.4, title, fontweight="bold")
    for unit, height in enumerate((2.7, 1.6, 0.5), 1):
        drawing.box(left, height, f"h{unit}", "state", width=0.8)
        drawing.box(left + 3, height, f"a{unit}" if there else f"δ{unit}", "plain", width=1.0)
        ends = (left + 0.4, 2.7), (left + 2.5, height)
        drawing.arrow(*(ends if there else ends[::-1]), colour="black" if there else RED)
        drawing.text(left + 2.1, height + (0.2, 0.62, 0.86)[unit - 1], f"U1{unit}",
                     color="black" if there else RED)
figures.show(drawing.figure, alt="Left: unit 1 of the old state sends to all three units through the weights U11, U12, "
             "U13. Right: on the way back the deltas of the three units come to unit 1 through the same three weights.")
""")
md("fan-says", """
Forwards, unit 1 sends to all units through *row* 1 of $U$. Backwards it collects from all of them through the same row:
$U_{11}\\delta_1 + U_{12}\\delta_2 + U_{13}\\delta_3$. For all units at once this is a product with the **transpose**, $\\delta\\,U^\\top$.

The share of $W$ becomes a matrix: each input times each delta, $x^\\top \\delta$. For $B$ words at once, with $m$ inputs, $n$ units
and $k$ outputs:

| forwards | shapes | backwards | shapes |
|---|---|---|---|
| $a_t = x_t W + h_{t-1} U + b$ | $(B, m)(m, n) + (B, n)(n, n) + (n)$ | $\\delta_t = dh_t \\odot (1 - h_t^2)$ | $(B, n)$ |
| $h_t = \\tanh(a_t)$ | $(B, n)$ | $dW$ grows by $x_t^\\top\\,\\delta_t$ | $(m, B)(B, n)$ |
| $out_t = h_t V$ | $(B, n)(n, k)$ | $dU$ grows by $h_{t-1}^\\top\\,\\delta_t$ | $(n, B)(B, n)$ |
| | | $dV$ grows by $h_t^\\top\\,dout_t$ | $(n, B)(B, k)$ |
| | | to the step before: $\\delta_t\\,U^\\top$ | $(B, n)(n, n)$ |

$\\odot$ multiplies unit by unit. A product such as $x_t^\\top \\delta_t$ also adds up over the $B$ words.
""")
md("turn-2", """
> **Your turn 2.2 (6 minutes).** Write one step back. Given are `dh`, how $E$ changes with the state `h` of this step, the
> input `x`, the state before, `h_before`, and `U`. Return the shares of $W$ and $U$, and what goes on to the step before.
""")
code("turn-2-stub", """
def step_back(dh, x, h_before, h, U):
    delta = ...
    dW = ...
    dU = ...
    to_before = ...
    return dW, dU, to_before


checks.turn("2.2", step_back)
""")
md("turn-2-answer", """
<details><summary>Hint</summary>

The right half of the table has all four lines. `A.T` is the transpose of `A`, and `@` the product of matrices.
</details>
<details><summary>Solution</summary>

```python
def step_back(dh, x, h_before, h, U):
    delta = dh * (1 - h ** 2)
    dW = x.T @ delta
    dU = h_before.T @ delta
    to_before = delta @ U.T
    return dW, dU, to_before
```
</details>

## The loop

Forwards. All states are kept, because the way back needs them. `h[:, 0]` is the state before the first step.
""")
code("forward", """
def forward(x, W, U, b, V):
    h = np.zeros((len(x), x.shape[1] + 1, len(U)))              # (B, T + 1, n)
    for t in range(x.shape[1]):
        h[:, t + 1] = np.tanh(x[:, t] @ W + h[:, t] @ U + b)    # (B, m)(m, n) + (B, n)(n, n) + (n)
    return h, h[:, 1:] @ V                                      # (B, T, n)(n, k)
""")
md("forward-says", """
And back, from the last step to the first. Now *every* step has an error of its own: `d_out[:, t]` says how $E$ changes
with the output of step $t$. We need not follow each error home alone. `later` carries all that comes from later steps,
and the error of this step is added to it.
""")
code("backward", """
def backward(x, h, d_out, U, V):
    m, n = x.shape[2], len(U)
    dW, dU, db, dV = np.zeros((m, n)), np.zeros((n, n)), np.zeros(n), np.zeros(V.shape)
    later = 0
    for t in reversed(range(x.shape[1])):
        dh = d_out[:, t] @ V.T + later                # (B, k)(k, n): this error and all later ones
        delta = dh * (1 - h[:, t + 1] ** 2)           # (B, n): through tanh
        dW += x[:, t].T @ delta                       # (m, B)(B, n)
        dU += h[:, t].T @ delta                       # (n, B)(B, n)
        db += delta.sum(axis=0)                       # (n)
        dV += h[:, t + 1].T @ d_out[:, t]             # (n, B)(B, k)
        later = delta @ U.T                           # (B, n)(n, n): on to the step before
    return dW, dU, db, dV
""")
md("backward-says", "That is all of it: 13 lines. First test: our three numbers. There is an error at step 3 alone.")
code("loop-by-hand", """
three = np.array([x1, x2, x3]).reshape(1, 3, 1)
h, out = forward(three, np.array([[W]]), np.array([[U]]), np.zeros(1), np.array([[V]]))
errors = np.array([0, 0, d_out]).reshape(1, 3, 1)
for share in backward(three, h, errors, np.array([[U]]), np.array([[V]])):
    print(np.round(share, 3))
""")
md("loop-by-hand-says", """
0.988, -1.218 and, last, 0.409, as by hand. (The third number belongs to $b$.)

## Is it right for 27 letters and many units?

The error of a guess is the **cross-entropy**: $-\\ln p$, where $p$ is the probability that the network gave to the right
letter. $E$ is the mean over all letters. The softmax makes probabilities of the scores, and the derivative of both
together is simple: $p$, minus 1 at the right letter. Places behind the end of a word have $y = 0$ and must not count.
""")
code("cross-entropy", """
def cross_entropy(out, y):
    p = np.exp(out - out.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    real = y.sum(axis=-1, keepdims=True)              # 1 at a letter, 0 behind the end
    E = -np.sum(y * np.log(p)) / real.sum()
    return E, (p - y) * real / real.sum()

def loss(weights, x, y):
    return cross_entropy(forward(x, *weights)[1], y)[0]

def gradient(weights, x, y):
    h, out = forward(x, *weights)
    E, d_out = cross_entropy(out, y)
    return E, backward(x, h, d_out, weights[1], weights[3])
""")
md("check-says", """
To check it, we move *every single weight* up and down by $10^{-5}$ and look at $E$. This is the **gradient check**. It is
slow and simple, so one can trust it. (It needs numbers with 16 digits, `float64`, which NumPy has by default.) We take a small
network with random weights, biases included, and three words.
""")
code("by-moving", """
def by_moving(weights, x, y):
    found = [np.zeros_like(weight) for weight in weights]
    for weight, slope in zip(weights, found):
        for place in np.ndindex(weight.shape):
            kept = weight[place]
            weight[place] = kept + 1e-5
            higher = loss(weights, x, y)
            weight[place] = kept - 1e-5
            slope[place] = (higher - loss(weights, x, y)) / 2e-5
            weight[place] = kept
    return found
""")
code("check", """
rng = np.random.default_rng(0)
few = [rng.normal(size=shape) for shape in [(27, 5), (5, 5), (5,), (5, 27)]]
moved = by_moving(few, x[:3], y[:3])
E, ours = gradient(few, x[:3], y[:3])
print(f"largest difference {max(np.abs(a - b).max() for a, b in zip(moved, ours)):.0e}")
""", tolerance={"absolute": 1e-8}, states=[{"says": "difference #", "below": 1e-6}])
fold("check-picture", """
#@title Each weight is a point
fig, axes = plt.subplots(figsize=(6.4, 5.2))
for name, mark, a, b in zip(("W", "U", "b", "V"), "os^D", moved, ours):
    axes.plot(a.ravel(), b.ravel(), mark, label=f"{name}, {a.size} weights", alpha=0.7)
axes.axline((0, 0), slope=1, color=figures.COLOURS["grey"], linewidth=1, linestyle="-", zorder=0)
axes.set(xlabel="by moving the weight", ylabel="by the loop")
axes.legend(loc="upper left")
figures.show(fig, alt="Each of 300 weights as a point: its derivative by moving it, and by the loop. All points lie on "
             "the diagonal.")

""", picture_tolerance=4)
md("check-picture-says", """
All 300 points lie on the diagonal, and the largest difference is far below one millionth: the loop is right.
""")
md("turn-3", """
> **Your turn 2.3 (7 minutes).** Four people wrote the body of the loop. All four run without an error, and each has one bug.
> What is wrong with each: `"later"` (what comes from later steps is lost), `"slope"` (a wrong slope of the tanh), `"state"` (a
> share takes the wrong state) or `"transpose"` (a matrix is not turned)? `before` is the state before this step.
""")
code("turn-3-stub", """
def body_a(d_out, later, x, before, h, U, V):
    delta = (d_out @ V.T + later) * (1 - h ** 2)
    return x.T @ delta, h.T @ delta, delta @ U.T

def body_b(d_out, later, x, before, h, U, V):
    delta = (d_out @ V.T + later) * (1 - h ** 2)
    return x.T @ delta, before.T @ delta, delta @ U

def body_c(d_out, later, x, before, h, U, V):
    delta = d_out @ V.T * (1 - h ** 2)
    return x.T @ delta, before.T @ delta, delta @ U.T

def body_d(d_out, later, x, before, h, U, V):
    delta = (d_out @ V.T + later) * (1 - before ** 2)
    return x.T @ delta, before.T @ delta, delta @ U.T

bugs = {"a": ..., "b": ..., "c": ..., "d": ...}
checks.turn("2.3", bugs)
""", subject=True)
md("turn-3-answer", """
<details><summary>Hint</summary>

Write the right body beside them, from `backward` above, and compare term by term: first the line of `delta`, then the
three results.
</details>
<details><summary>Solution</summary>

```python
bugs = {"a": "state", "b": "transpose", "c": "later", "d": "slope"}
```

The gradient check finds all four. Two things that do *not* find them: a loss that falls, and a check with special
weights. With $U$ = the identity, version b passes, because the identity is its own transpose. And a network trained with
such bugs often gets better all the same: the [evidence](evidence/02_bptt.ipynb) trains with four of them, and with three
the loss falls nearly as far as with the right loop. **A falling loss proves nothing about a gradient.**
</details>

## What would counting give?

Before we train: what does a sensible person do without a network? Count. How often does *t* come behind *ca*? The folded
cell counts letters behind the last $k$ letters, and mixes long contexts, which are rare, with shorter ones.
""")
fold("tables", """
#@title Tables of letters
def count(texts, longest=4):
    counts = Counter()
    for text in texts:
        text = "\\n" * longest + text + "\\n"
        for end in range(longest, len(text)):
            for back in range(longest + 1):
                counts[text[end - back:end + 1]] += 1           # these letters, then this one
                counts[text[end - back:end], "any"] += 1        # these letters, then any
    return counts


def chance(counts, before, letter, symbols):
    \"\"\"Return the probability of a letter: what shorter contexts say counts like 20 letters seen.\"\"\"
    p = 1 / symbols
    for back in range(len(before) + 1):
        context = before[len(before) - back:]
        p = (counts[context + letter] + 20 * p) / (counts[context, "any"] + 20)
    return p


def table_loss(counts, texts, back, symbols):
    return np.mean([-np.log(chance(counts, ("\\n" * back + text)[end:end + back], letter, symbols))
                    for text in texts for end, letter in enumerate(text + "\\n")])


counts = count(words)
tables = {back: table_loss(counts, new_words, back, 27) for back in (0, 1, 2, 4)}
for back, found in tables.items():
    print(f"{back} letters before: {found:.2f}")
print(f"knowing nothing, ln 27: {np.log(27):.2f};  {len(counts):,} counts")
""")
md("tables-says", """
Cross-entropy on the new words, lower is better. A table that looks one letter back has 2.59, one that looks four
letters back 2.22. That is the score to beat, and it is a hard one: the table holds 163,055 counts. Our network will
have 7,552 weights.

## Train, with nothing but the loop

$U$ starts orthogonal (it keeps lengths), as in Keras; $V$ starts small, so that the network begins without opinions.
""")
code("start", """
def start(inputs, units, outputs, rng):
    W = rng.normal(size=(inputs, units)) / np.sqrt(inputs)
    U = np.linalg.qr(rng.normal(size=(units, units)))[0]
    V = rng.normal(size=(units, outputs)) / 100
    return [W, U, np.zeros(units), V]

weights = start(27, 64, 27, np.random.default_rng(0))
print(f"before training: {loss(weights, x_new, y_new):.3f}, ln 27 = {np.log(27):.3f}")
""")
md("start-says", """
Equal: a network that knows nothing gives each of 27 symbols the same chance. This test costs a line, and finds a bad start.

To **write**, the network reads the mark, draws a letter from its probabilities, reads that letter, and so on, until it
draws the mark. A one-hot $x$ picks one row of $W$, so `W[letter]` will do. (`temperature` comes later.)
""")
code("write", """
def write(weights, rng, temperature=1.0):
    W, U, b, V = weights
    h, letter, word = np.zeros(len(U)), 0, ""
    for _ in range(12):
        h = np.tanh(W[letter] + h @ U + b)
        p = np.exp(h @ V / temperature)
        letter = rng.choice(27, p=p / p.sum())
        if letter == 0:
            break
        word += LETTERS[letter]
    return word
""")
md("train-says", """
Now the training: plain gradient descent. 2,000 times: take 64 words, find the gradient, move each weight a
little against it. At a few steps we note the loss on the new words and let the network write.
""")
code("train", """
rng = np.random.default_rng(0)
stops, diary = [0, 10, 30, 100, 300, 1000, 2000], []
for step in range(2001):
    if step in stops:
        pen = np.random.default_rng(1)
        diary.append((loss(weights, x_new, y_new), [write(weights, pen) for _ in range(8)]))
    rows = rng.integers(len(x), size=64)
    E, slopes = gradient(weights, x[rows], y[rows])
    for weight, slope in zip(weights, slopes):
        weight -= 1.0 * slope
print(f"loss on new words: {diary[0][0]:.2f} at first, {diary[-1][0]:.2f} at the end")
""", tolerance={"absolute": 0.02}, states=[{"says": "first, # at the end", "below": 2.39}])
fold("diary", f"""
#@title What the network writes while it learns
def page(k):
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), width_ratios=(3, 2))
    left.plot(range(k + 1), [loss for loss, _ in diary[:k + 1]], "o-")
    for back in (1, 4):
        left.axhline(tables[back], color=figures.COLOURS["grey"], linestyle=":", linewidth=1.5)
        left.text(6.1, tables[back] + 0.02, f"table, {{back}} before", ha="right", va="bottom",
                  color=figures.COLOURS["grey"], fontsize=13)
    left.set(xlim=(-0.2, 6.2), ylim=(2.1, 3.4), xticks=range(7), xlabel="steps of training", ylabel="loss, new words")
    left.set_xticklabels(stops)
    right.axis("off")
    right.set_title(f"after {{stops[k]}} steps", loc="left")
    for line, word in enumerate(diary[k][1]):
        right.text(0, 0.92 - 0.125 * line, word, fontfamily="monospace", fontsize=17, transform=right.transAxes)
    return fig


figures.show_animation(page, (
    {WORDS_ALT}),
    count=len(stops), still=len(stops) - 1, frame_ms=1500)
""", preview=True, picture_tolerance=6)
md("diary-says", """
After 30 steps the network knows which letters are frequent, after 300 which follow each other, and at the end it
writes syllables. Its loss is 2.34: better than the table that looks two letters back (2.37), behind the one that looks
four back (2.22). Counting is the better statistics here; but it needs 20 times as many numbers.

How good are the words? We let it write 100, and look each one up.
""")
code("judge-words", """
pen = np.random.default_rng(2)
written = [write(weights, pen) for _ in range(100)]
known = set(words)
unseen = set(corpora.pronunciations()) - known
print("from the training list:", *[word for word in written if word in known])
print("real, and never seen:  ", *[word for word in written if word in unseen])
print("neither:               ", *[word for word in written if word not in known and word not in unseen][:12])
""")
md("judge-words-says", """
None of the 100 is copied from the training list; eight are real words or family names that it has never seen. The rest it
invented, and failures are among them: try to say *tlodafoos*.

**Temperature.** `write` divides the scores by a number before the softmax. Below 1 the likely letters become likelier, above 1 all
come closer together.
""")
code("temperature", """
for temperature in (0.3, 0.7, 1.0, 1.5):
    pen = np.random.default_rng(3)
    print(temperature, " ".join(f"{write(weights, pen, temperature):12}" for _ in range(6)))
""")
md("temperature-says", """
Cold: safe, and always the same few letters. Hot: bold, and soon noise. There is no right temperature; there is one
that you like.

## Cut the way back

A long text cannot be followed back to its beginning: all states would have to be kept. So people cut: they follow the error
back for a few steps only. This is **truncated** backpropagation.
""")
fold("windows", """
#@title A cut of 4
drawing = diagrams.Drawing(9.6, 2.9)
for k in range(8):
    at = 0.75 + 1.15 * k
    drawing.box(at, 1.0, f"h{k + 1}", "state", width=0.66)
    drawing.box(at, 2.2, f"E{k + 1}", "output", width=0.66)
    drawing.arrow((at - 0.1, 1.23), (at - 0.1, 1.97))
    drawing.arrow((at + 0.1, 1.97), (at + 0.1, 1.23), colour=RED)
    if k:
        drawing.arrow((at - 0.82, 1.09), (at - 0.33, 1.09))
        if k != 4:
            drawing.arrow((at - 0.33, 0.91), (at - 0.82, 0.91), colour=RED)
cut_at = 0.75 + 1.15 * 3.5
drawing.axes.plot((cut_at, cut_at), (0.5, 2.6), color=figures.COLOURS["grey"], linestyle=":", linewidth=2)
drawing.text(cut_at, 0.3, "cut", color=figures.COLOURS["grey"], fontweight="bold")
figures.show(drawing.figure, alt="Eight steps with an error at each. Black arrows carry the state through all steps. Red "
             "arrows lead back, but none leads from step 5 to step 4: the way back is cut there.")
""")
md("windows-says", """
The states still pass the cut (black); the errors do not (red). In code: forwards as before, backwards piece by
piece, so that `later` begins with 0 in each piece.
""")
code("truncated", """
def truncated(weights, x, y, cut):
    h, out = forward(x, *weights)
    E, d_out = cross_entropy(out, y)
    pieces = [backward(x[:, t:t + cut], h[:, t:t + cut + 1], d_out[:, t:t + cut], weights[1], weights[3])
              for t in range(0, x.shape[1], cut)]
    return E, [sum(shares) for shares in zip(*pieces)]
""")
md("letters-cut-says", """
> **Predict first.** We train the letters again with the hardest cut of all: 1. No error goes back even one step.
> The loss was 2.34. What will it be now?
""")
code("letters-cut", """
rng = np.random.default_rng(0)
short = start(27, 64, 27, np.random.default_rng(0))
for step in range(2000):
    rows = rng.integers(len(x), size=64)
    for weight, slope in zip(short, truncated(short, x[rows], y[rows], cut=1)[1]):
        weight -= 1.0 * slope
print(f"cut of 1: {loss(short, x_new, y_new):.2f}, the whole way: {diary[-1][0]:.2f}")
""", tolerance={"absolute": 0.02}, states=[{"says": "cut of 1: #", "below": 2.42}])
md("letters-cut-result", """
2.36 against 2.34. For these letters the way back through time hardly matters! The state carries the last letters forwards
whether an error comes back or not, and the last two letters alone are good for 2.37, as the table says. (So this loss fell
nearly as far with a gradient that is *not* the gradient.)

Now a task where the past is all that counts, the **echo**: bits come in, and the network must say the bit of **4 steps
ago**. Guessing gives 50 %.
""")
code("echo", """
def echo(count, rng, lag=4):
    x = np.eye(2)[rng.integers(2, size=(count, 16))]
    y = np.zeros_like(x)
    y[:, lag:] = x[:, :-lag]
    return x, y

def learn_echo(cut, rng, units=8, lag=4, parts=slice(None)):
    weights = start(2, units, 2, rng)
    for step in range(1000):
        slopes = truncated(weights, *echo(32, rng, lag), cut)[1]
        for weight, slope in zip(weights[parts], slopes[parts]):
            weight -= 0.5 * slope
    x, y = echo(500, rng, lag)
    said = forward(x, *weights)[1].argmax(axis=-1)
    return 100 * np.mean(said[:, lag:] == y[:, lag:].argmax(axis=-1))
""")
md("echo-says", """
> **Predict first.** 16 steps, an echo of 4 steps. What is the smallest cut with which *some* error still reaches the bit
> that it needs: 3, 4, 5 or 16?

Three networks of 8 units for each cut. To compare: three in which `W`, `U` and `b` stay random and only `V` is trained. And three
larger ones of 32 units, with the hardest cut, 1, and an echo of 3 steps.
""")
code("sweep", """
cuts = (2, 3, 4, 5, 6, 16)
right = {cut: [learn_echo(cut, np.random.default_rng(k)) for k in range(3)] for cut in cuts}
only_V = [learn_echo(16, np.random.default_rng(k), parts=slice(3, 4)) for k in range(3)]
larger = [learn_echo(1, np.random.default_rng(k), units=32, lag=3) for k in range(3)]
""")
fold("sweep-picture", """
#@title The echo of 4 steps, with different cuts
fig, axes = plt.subplots(figsize=(8.4, 3.8))
for place, cut in enumerate(cuts):
    axes.plot([place - 0.1, place, place + 0.1], right[cut], "o", color=figures.COLOURS["blue"], markersize=9)
axes.plot([6.4, 6.5, 6.6], only_V, "s", color=figures.COLOURS["vermilion"], markersize=9)
axes.plot([7.9, 8.0, 8.1], larger, "D", color=figures.COLOURS["green"], markersize=9)
axes.axhline(50, color=figures.COLOURS["grey"], linestyle=":", linewidth=1.5)
axes.text(8.5, 40, "guessing", color=figures.COLOURS["grey"], ha="right")
axes.set(xticks=[*range(6), 6.5, 8], ylim=(0, 105), xlim=(-0.4, 8.6), xlabel="cut", ylabel="right (%)", yticks=(0, 25, 50, 75, 100))
axes.set_xticklabels([*cuts[:-1], "16\\n(none)", "only V\\ntrained", "32 units, cut 1,\\necho of 3"])
figures.show(fig, alt="Right answers against the cut, three networks each. With cuts of 2, 3 and 4 near 50 %; with 5, "
             "6 and 16 all at 100 %. Three networks in which only V was trained stand at 80 to 95 %, three with 32 units, a "
             "cut of 1 and an echo of 3 steps at 100 %.")
""", picture_tolerance=16)
md("sweep-says", """
**5** is the answer. An error and the bit of 4 steps ago are in one piece only if the piece has at least 5 steps. From 5 on every
network has 100 %. Below, the networks come out near guessing: here the cut costs everything.

Look at the squares too. A *random* state still holds part of the last bits, and training $V$ alone makes use of it: 80 to 95 %.
The cut networks began with the same random state and ended below that: their short-sighted gradient has spoiled a memory
that was there by chance. And the diamonds: no error ever reached the bit, yet the larger networks know it, because a
larger random state carries the last bits on without being taught.

So: **what lies beyond the cut gets no gradient. It may be known all the same, but nothing teaches the network to keep it.**

**End of part 1.** This is a good place for a break.

# Part 2: use

## The same network in Keras

Keras needs four lines, and finds the gradient by itself. `Masking` skips steps that are all 0. We give it our starting
weights, and train both side by side.
""")
code("keras-model", """
model = keras.Sequential([layers.Input((None, 27)),
                          layers.Masking(),
                          layers.SimpleRNN(64, return_sequences=True),
                          layers.Dense(27, use_bias=False, activation="softmax")])
model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
mine = start(27, 64, 27, np.random.default_rng(0))
model.set_weights(mine)
""")
code("side-by-side", """
off = []
for step in range(50):
    rows = slice(64 * step, 64 * step + 64)
    E, slopes = gradient(mine, x[rows], y[rows])
    for weight, slope in zip(mine, slopes):
        weight -= 0.1 * slope
    off.append(abs(E - model.train_on_batch(x[rows], y[rows])))
    model.reset_metrics()
print(f"after 50 steps: loss {E:.3f}; the two never differed by more than 0.00001: {max(off) < 1e-5}")
""")
md("side-by-side-says", """
The same loss at each of 50 steps. If one of our gradients were wrong, the two would have parted at the second step. From
here on Keras does the work.

## Names, from a file

A text file with one name a line; ours holds 886 Indian given names. **Change the path, and all that follows trains on your
file**: villages, medicines, football clubs, lines of poems.
""")
code("names", """
path = environment.ROOT / "data" / "names.txt"

names = [line.strip().lower() for line in open(path, encoding="utf-8") if line.strip()]
names = list(np.random.default_rng(0).permutation(names))
train_names, other_names = names[:len(names) * 4 // 5], names[len(names) * 4 // 5:]
print(len(train_names), "to train,", len(other_names), "to validate:", *train_names[:6])
""")
md("names-says", """
We shuffle, because the file is in the order of the alphabet. A fifth is kept for validation.

`TextVectorization` turns letters into numbers: `adapt` collects the letters, a call looks them up. 0 is padding, 1 stands for
a letter that was not in the file.
""")
code("letters", """
letters = layers.TextVectorization(standardize=None, split="character")
letters.adapt(["\\n" + name for name in train_names])
alphabet = letters.get_vocabulary()
x = np.array(letters(["\\n" + name for name in names]))
y = np.array(letters([name + "\\n" for name in names]))
print(names[0], x[0], y[0], sep="\\n")
""")
md("letters-says", """
Again $y$ is $x$ shifted by one: at each place stands what comes next. The baseline, on the 178 names for validation:
""")
code("names-baseline", """
counts = count(train_names)
table = min(table_loss(counts, other_names, back, len(alphabet) - 2) for back in (1, 2, 3, 4))
print(f"best table: {table:.2f}")
""")
md("network-says", """
**Model.** The recurrent layer is an argument, so that we can try several. An `Embedding` gives each letter 32 numbers of its own,
which is a one-hot vector times a matrix. `return_sequences=True`, because we want a guess at *every* step.
""")
code("network", """
def network(layer, mask_zero=True):
    model = keras.Sequential([layers.Input((None,)),
                              layers.Embedding(len(alphabet), 32, mask_zero=mask_zero),
                              layer,
                              layers.Dense(len(alphabet), activation="softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return model

model = network(layers.SimpleRNN(64, return_sequences=True))
model.summary()
""")
md("fit-says", """
**Train.** With 708 names a network soon learns names by heart. `EarlyStopping` watches the validation loss: when it has not fallen
for three epochs, training ends and the best weights come back.
""")
code("fit", """
many = len(train_names)
def fit(model):
    stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    return model.fit(x[:many], y[:many], validation_data=(x[many:], y[many:]), epochs=40, batch_size=32,
                     callbacks=[stop], verbose=0)

run = fit(model)
print(len(run.history["loss"]), "epochs")
""", tolerance={"absolute": 8})
fold("fit-picture", """
#@title The learning curve
fig, axes = plt.subplots(figsize=(8, 3.8))
for name, label, style in (("loss", "training", "o-"), ("val_loss", "validation", "s--")):
    axes.plot(range(1, len(run.history[name]) + 1), run.history[name], style, label=label)
axes.axhline(table, color=figures.COLOURS["grey"], linestyle=":", linewidth=1.5)
axes.text(1, table - 0.02, "best table", va="top", color=figures.COLOURS["grey"])
axes.set(xlabel="epoch", ylabel="loss")
axes.legend(loc="upper right")
figures.show(fig, alt="Loss against epoch. The training loss goes on falling. The validation loss falls for some epochs "
             "to about the level of the best table, then rises a little.")
""", picture_tolerance=16)
md("fit-picture-says", """
The training loss goes on falling, the validation loss turns: behind that point the network learns names by heart. The `SimpleRNN`
comes out level with the best table.

**Several networks.** Is a larger one better? Two runs, since luck of the start is part of every result.
""")
code("larger", """
best = {"SimpleRNN(64)": [min(run.history["val_loss"])], "SimpleRNN(128)": [], "GRU(64)": []}
for again in range(2):
    large = network(layers.SimpleRNN(128, return_sequences=True))
    best["SimpleRNN(128)"].append(min(fit(large).history["val_loss"]))
""")
md("gru-says", """
Or another kind of layer, the `GRU` of [lesson 5](evidence/05_gru.ipynb)? Only the name changes.
""")
code("gru", """
for again in range(2):
    gru = network(layers.GRU(64, return_sequences=True))
    best["GRU(64)"].append(min(fit(gru).history["val_loss"]))
""")
fold("several-picture", """
#@title Three networks and a table
fig, axes = plt.subplots(figsize=(8, 3.4))
for place, (name, losses) in enumerate(best.items()):
    axes.plot(losses, [place] * len(losses), "o", markersize=10, color=figures.COLOURS["blue"])
axes.axvline(table, color=figures.COLOURS["grey"], linestyle=":", linewidth=1.5)
axes.text(table, 2.45, "best table", color=figures.COLOURS["grey"], ha="center")
axes.set(yticks=range(3), ylim=(-0.5, 2.75), xlabel="validation loss (less is better)")
axes.set_yticklabels(best)
figures.show(fig, alt="Validation loss of three networks as points beside a line for the best table. The two of GRU(64) "
             "are the lowest, left of the line; the SimpleRNNs stand around the line or to its right.")
""", picture_tolerance=16)
md("several-says", """
The GRU is a little better than the table, in both runs. Twice as many units do not help the `SimpleRNN`. We go on with
the last GRU.

**Write.** The network reads what is there so far and says the chances of the next letter; we draw one for each name, and put it
behind.
""")
code("write-names", """
def write_names(model, count, temperature=1.0):
    ids = np.full((count, 1), alphabet.index("\\n"))
    for _ in range(16):
        p = np.array(model(ids))[:, -1]
        drawn = keras.random.categorical(np.log(p + 1e-9) / temperature, 1)
        ids = np.concatenate([ids, drawn], axis=1)
    texts = ["".join(alphabet[k] for k in row[1:]) for row in ids]
    return [text.split("\\n")[0] for text in texts]
""")
code("invent", """
for temperature in (0.5, 1.0, 1.5):
    invented = write_names(gru, 100, temperature)
    copied = sum(name in names for name in invented)
    print(f"{temperature}: {copied} of 100 stand in the file;", *[name for name in invented if name not in names][:7])
""")
md("write-names-says", """
Cold, it copies more names from the file and repeats itself; hot, it gets strange. At each step the network reads again from the first
letter, which is wasteful and simple; for names it does not matter.
""")
md("turn-4", """
> **Your turn 2.4 (5 minutes).** Language models of today often draw from the $k$ likeliest symbols only (*top-k*). Write it: set all
> other probabilities to 0, and bring the rest back to a sum of 1. `p` is an array of probabilities.
""")
code("turn-4-stub", """
def top_k(p, k):
    return ...


checks.turn("2.4", top_k)
""")
md("turn-4-answer", """
<details><summary>Hint</summary>

`np.sort(p)[-k]` is the smallest of the $k$ largest. `np.where(condition, p, 0)` keeps a part.
</details>
<details><summary>Solution</summary>

```python
def top_k(p, k):
    kept = np.where(p >= np.sort(p)[-k], p, 0)
    return kept / kept.sum()
```
</details>

**Save and load.** The model knows numbers, not letters. Without the alphabet nobody can use it, so save both.
""")
code("save", """
gru.save("names.keras")
with open("names_alphabet.json", "w") as file:
    json.dump(alphabet, file)

again = keras.models.load_model("names.keras")
np.allclose(again(x[:5]), gru(x[:5]))
""")
md("turn-5", """
> **Your turn 2.5 (12 minutes).** Another kind of text: German number words, `zweiundvierzig` and the like, from 0 to 999. Build and train a
> generator, and give its lowest validation loss in `score`: at most 0.40. What does it write?
""")
code("turn-5-stub", """
numbers = ["".join(parts) for parts in corpora.number_words("de", range(1000))]
numbers = list(np.random.default_rng(0).permutation(numbers))

score = ...

checks.turn("2.5", score)
""")
md("turn-5-answer", """
<details><summary>Hint</summary>

Take four cells from above: letters, model, fit, write. Give everything a new name, and remember that `network` uses
`alphabet` for its sizes.
</details>
<details><summary>Solution</summary>

```python
numbers = ["".join(parts) for parts in corpora.number_words("de", range(1000))]
numbers = list(np.random.default_rng(0).permutation(numbers))

reader = layers.TextVectorization(standardize=None, split="character")
reader.adapt(["\\n" + number for number in numbers[:800]])
x_numbers = np.array(reader(["\\n" + number for number in numbers]))
y_numbers = np.array(reader([number + "\\n" for number in numbers]))
size = reader.vocabulary_size()

speller = keras.Sequential([layers.Input((None,)), layers.Embedding(size, 32, mask_zero=True),
                            layers.SimpleRNN(64, return_sequences=True),
                            layers.Dense(size, activation="softmax")])
speller.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
spelled = speller.fit(x_numbers[:800], y_numbers[:800], validation_data=(x_numbers[800:], y_numbers[800:]),
                      epochs=6, batch_size=32, verbose=0)
score = min(spelled.history["val_loss"])
```
</details>

## The switches that you need

| you want | write |
|---|---|
| an answer at every step | `return_sequences=True` |
| two layers | the first one with `return_sequences=True`, and here the second one too |
| less learning by heart | `dropout=0.2` in the recurrent layer, fewer units, early stopping |
| words in place of letters | `split="whitespace"`, and then a space between the words that you write |
| one long text in place of lines | cut it into windows: `x = text[k:k + 100]`, `y = text[k + 1:k + 101]`. The gradient is cut at each window |
| a state that passes from window to window | `stateful=True` ([lesson 3](LESSON3)): the truncation of part 1, in Keras |

## Three traps

**1. Targets that are not shifted.** One letter of code is missing, and the loss looks wonderful.
""".replace("LESSON3", THREE))
code("trap-shift", """
copying = network(layers.SimpleRNN(64, return_sequences=True))
copied = copying.fit(x, x, epochs=4, batch_size=32, verbose=0)
print(f"loss {copied.history['loss'][-1]:.3f}; it writes:", *map(repr, write_names(copying, 3)))
""", tolerance={"absolute": 0.02})
md("trap-shift-says", """
The loss is near 0, because the network only repeats what it reads. So it repeats the mark: it writes nothing. A loss that
is too good is a bug until you know better.

**2. Padding in the loss.** The same network without `mask_zero`. Now the empty places behind a name count too.
""")
code("trap-padding", """
bare = network(layers.SimpleRNN(64, return_sequences=True), mask_zero=False)
run_bare = fit(bare)
print(f"validation loss {min(run_bare.history['val_loss']):.2f} without a mask, "
      f"{min(run.history['val_loss']):.2f} with one")
""", tolerance={"absolute": 0.06}, states=[{"says": "loss # without", "below": 1.35},
                                              {"says": "mask, # with", "above": 1.9}])
md("trap-padding-says", """
It looks far better, and is not: two of five places are empty and trivial to guess. Losses can be compared only if they count the
same places.

**3. Always the best letter.** Not to draw, but to take the likeliest letter each time (`argmax`), sounds safe. Our own network of part 1
does it for 75 letters, beginning with *s*:
""")
code("trap-argmax", """
W, U, b, V = weights
h, letter, text = np.tanh(W[0] + b), LETTERS.index("s"), "s"
for _ in range(75):
    h = np.tanh(W[letter] + h @ U + b)
    letter = 1 + np.argmax((h @ V)[1:])               # the best letter, never the mark
    text += LETTERS[letter]
print(text)
""")
md("end", """
It runs in a circle. And if it may stop, it writes the same word each time, since nothing is left to chance. Draw, with a
temperature.

## What you have now

- The gradient of a weight that is used at every step is the **sum** of what each use contributes.
- The error moves back step by step: times $U^\\top$, times the slope. One loop, and you have written it.
- A gradient is right when moving every weight says so. A falling loss is no proof.
- A cut makes long sequences possible. What lies beyond gets no gradient; some of it may be known all the same.
- You can train a generator of names, lines or numbers on your own file, and judge it beside a table of counts.

| to | write |
|---|---|
| turn letters into numbers | `TextVectorization(standardize=None, split="character")`, `adapt` |
| guess at every step | `SimpleRNN(units, return_sequences=True)` |
| leave padding out of the loss | `Embedding(size, 32, mask_zero=True)`, or `Masking()` |
| put weights in, get them out | `model.set_weights(...)`, `model.get_weights()` |
| one step of training | `model.train_on_batch(x, y)`, then `model.reset_metrics()` |
| draw with a temperature | `keras.random.categorical(np.log(p) / temperature, 1)` |

**When to use it.** Nobody writes the way back by hand any more: Keras, TensorFlow, JAX and PyTorch derive it from the way
forwards. You need to know it to see why early steps teach so little ([lesson 3](LESSON3)), and to check a layer that you write
yourself. Letter by letter, small recurrent networks still serve for names and codes; texts are written today by transformers,
which also guess the next piece, and whose errors need not travel step by step.

### What the lecture notes say, and what we found

The proof of each line stands in the [evidence](evidence/02_bptt.ipynb).

<!-- verdicts -->
<!-- /verdicts -->

### To read

- Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*, 1986. The method, and the remark that a
  recurrent network can be unrolled.
- Werbos, *Backpropagation through time: what it does and how to do it*, 1990.
- Williams and Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories*, 1990.
  Truncation.
- Karpathy, *The unreasonable effectiveness of recurrent neural networks*, 2015. Networks that write, letter by letter.

Next: [vanishing and exploding gradients](LESSON3), why early steps contribute so little. Assignment:
[take a gradient apart](../coursework/source/02_bptt/assignment_02_bptt.ipynb).
""".replace("LESSON3", THREE))

if __name__ == "__main__":
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}})
    for kind, id, text, meta in CELLS:
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cell = make(text); cell.id = id; cell.metadata.update(meta); nb.cells.append(cell)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "notebooks/02_bptt.ipynb"
    nbformat.write(nb, out)
    print(len(nb.cells), "cells,", sum(k == "code" for k, *_ in CELLS), "code")
