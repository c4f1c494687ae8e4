"""A tiny lesson with one exercise of each kind, its definitions, and wrong solutions for it."""

import nbformat

from utils.checks.declare import Array, Choice, Function, Model, Number, Score, layer


def write(c, i, g):
    """Return what the cell holds after it was written to."""
    return c + i * g


TURNS = [
    Number("99.1", 0.12, within=0.005, right="Notice that little is left.",
           wrong={18: "18 is 0.9 times 20; multiply 20 times instead.",
                  (0.2, 0.9): "that was fewer than 20 steps"}),
    Choice("99.2", "b", right="Notice that there are three gates.",
           wrong={"a": "One gate cannot write without forgetting.",
                  "c": "the candidate was counted as a gate"}),
    Function("99.3", write, inputs=[(2.0, 0.1, -1.0), (0.5, 1.0, 0.3)],
             right="Notice that nothing multiplies c.",
             wrong={"the gate multiplies the old c too": lambda c, i, g: i * (c + g),
                    "the gate is left out": lambda c, i, g: g + c}),
    Array("99.4", (64, 10, 32), right="Notice that each step has a state.",
          wrong={"`return_sequences` was overlooked": (64, 32),
                 "the steps stand before the batch": (10, 64, 32)}),
    Model("99.5", [layer("LSTM", units=4, return_sequences=True), layer("LSTM", units=4),
                   layer("Dense", units=1, activation="sigmoid")],
          input_shape=(None, 5, 2), output_shape=(None, 1), parameters=261, compiled=True,
          loss="binary_crossentropy", right="Notice that only the last LSTM forgets its steps.",
          wrong={"The last LSTM hands on all steps; Dense then answers at each of them.":
                 lambda model: model.layers[1].return_sequences}),
    Score("99.6", at_least=0.9, at_most=1, metric="val_accuracy",
          right="Notice how small the rate is.",
          wrong={(0, 0.2): "That is what guessing gives; the rate is too large."})]

SET_UP = "import numpy as np\nimport keras\nfrom keras import layers\nfrom utils import checks"


def folds(solution, hint="Think of *one* step."):
    """Return hint and solution as a lesson folds them."""
    hint = f"<details><summary>Hint</summary>\n\n{hint}\n\n</details>\n\n" if hint else ""
    return (f"{hint}<details><summary>Solution</summary>\n\nLike this:\n\n```python\n{solution}\n"
            "```\n\n</details>")


def quoted(text):
    """Return Markdown as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


EXERCISES = {
    "99.1": ("answer = ...", "answer", "answer = 0.9 ** 20"),
    "99.2": ('choice = "..."', "choice", 'choice = "b"'),
    "99.3": ("def write(c, i, g):\n    return ...", "write",
             "def write(c, i, g):\n    return c + sigma(i) * g"),
    "99.4": ("shape = ...", "shape", "shape = x.shape[:2] + (32,)"),
    "99.5": ("def network():\n    pass", "network",
             "def network():\n    model = keras.Sequential([\n"
             "        layers.LSTM(4, return_sequences=True), layers.LSTM(4),\n"
             '        layers.Dense(1, activation="sigmoid")])\n'
             '    model.compile("adam", "binary_crossentropy")\n    return model'),
    "99.6": ("rate = ...\nhistory = train(rate)", "history", "rate = 0.1\nhistory = train(rate)")}

GIVEN = {
    "99.3": ["def identity(x):\n    return x", "sigma = identity"],
    "99.4": ["x = np.zeros((64, 1, 2))", "x = np.repeat(x, 10, axis=1)"],
    "99.5": ["raise RuntimeError('a long training, which no exercise needs')"],
    "99.6": ["def train(rate):\n    if rate is ...:\n        return ...\n"
             "    best = 1 - abs(rate - 0.1)\n"
             "    return {'loss': [9.0], 'val_accuracy': [0.125, best]}"]}

MODEL = ("model = keras.Sequential([keras.Input((5, 2)), layers.LSTM(4{first}), "
         "layers.LSTM(4{second}), layers.Dense(1{third})])\nnetwork = model")
COMPILED = '\nmodel.compile("adam", "binary_crossentropy")'
SEQUENCES, SIGMOID = ", return_sequences=True", ', activation="sigmoid"'

WRONG = {
    "99.1": [("answer = 20 * 0.9", "multiply 20 times"),
             ("answer = 0.9 ** 10", "It looks as if that was fewer than 20 steps."),
             ("answer = 100 * 0.9 ** 20", "12.16 is per cent"),
             ('answer = "0.12"', "without quotes")],
    "99.2": [('choice = "A"', "without forgetting"), ('choice = "c)"', "counted as a gate")],
    "99.3": [("def write(c, i, g):\n    total = c + g\n    return total * i", "old c too"),
             ("write = lambda c, i, g: sum([c, g])", "It looks as if the gate is left out."),
             ("def write(c, i, g):\n    return c + i * candidate",
              "name 'candidate' is not defined, in the line `return c + i * candidate`."),
             ("def write(c, i, g):\n    print(c + i * g)", "write `return` in place of `print`"),
             ("def write(c, g):\n    return c + g", "it should take (c, i, g)"),
             ("def write(c, i, g):\n    return [c + i * g]", "got shape (1,)")],
    "99.4": [("shape = (64, 32)", "`return_sequences` was overlooked"),
             ("shape = [10, 64, 32]", "before the batch"),
             ("shape = 64 * 10 * 32", "should be 3 results in a tuple"),
             ("shape = np.shape", "Give what it returns")],
    "99.5": [(MODEL.format(first="", second="", third=SIGMOID).replace("layers.LSTM(4), ", "", 1)
              + COMPILED, "Its layers are LSTM, Dense; asked for are LSTM, LSTM, Dense."),
             (MODEL.format(first=SEQUENCES, second=SEQUENCES, third=SIGMOID) + COMPILED,
              "hands on all steps"),
             (MODEL.format(first=SEQUENCES, second="", third=SIGMOID), "It is not compiled"),
             (MODEL.format(first=SEQUENCES, second="", third="") + COMPILED,
              "has activation=linear; sigmoid is asked for"),
             ("def network():\n    return layers.LSTM", "LSTM is a class: build one")],
    "99.6": [("history = train(5.0)['val_accuracy'][0]", "what guessing gives"),
             ("history = {'loss': [0.2]}", "Was `validation_data`, or the metric, left out?"),
             ("history = [0.3, 0.95]", "returns the loss first"),
             ("history = 95", "95 is per cent")]}


def cells(name, stub, answer, solution, below):
    """Return the cells of one exercise, its folds below the code or in the question."""
    question = f"**Your turn {name} (3 minutes).** What is it?"
    last = f'checks.turn("{name}", {answer})'
    code = nbformat.v4.new_code_cell(f"{stub}\n{last}")
    if below:
        return [nbformat.v4.new_markdown_cell(quoted(question)), code,
                nbformat.v4.new_markdown_cell(folds(solution))]
    return [nbformat.v4.new_markdown_cell(quoted(f"{question}\n\n{folds(solution)}")), code]


def notebook(**changes):
    """Return the tiny lesson.

    Args:
        changes: {"stub", "solution" or "answer": {name of an exercise: other text}}.
    """
    made = [nbformat.v4.new_markdown_cell("# A tiny lesson"), nbformat.v4.new_code_cell(SET_UP)]
    for number, (name, parts) in enumerate(EXERCISES.items()):
        made += map(nbformat.v4.new_code_cell, GIVEN.get(name, []))
        stub, answer, solution = (changes.get(kind, {}).get(name, part) for kind, part in zip(
            ("stub", "answer", "solution"), parts, strict=True))
        made += cells(name, stub, answer, solution, number % 2)
    thinking = ("**Your turn (2 minutes).** Why?\n\n"
                "<details><summary>Answer</summary>Because.</details>")
    return nbformat.v4.new_notebook(cells=[*made, nbformat.v4.new_markdown_cell(quoted(thinking))])
