"""A lesson's numbers and pictures may move within their tolerances, and not a bit further.

The good lessons have other numbers, times and curves in every run. Each fault must be seen.
"""

import copy
import shutil

import nbformat
import pytest

import tiny
from test_strict_nbval import change, run_pytest
from tools.notebooks import store_lesson

SET_UP = f"""#@title Set-up
{tiny.FIND_COURSE}
import random
import matplotlib.pyplot as plt
from IPython.display import HTML, Markdown, display
from utils import figures
figures.use_style()
BAR = ("\\r\\x1b[1m{{}}/2\\x1b[0m \\x1b[32m\u2501\u2501\\x1b[0m\\x1b[37m\\x1b[0m "
       "\\x1b[1m{{}}s\\x1b[0m {{}}ms/step")
def epoch(accuracy, bar):
    took = random.randint(1, 9), random.randint(1, 99)
    metrics = f" - accuracy: {{accuracy + random.uniform(-0.01, 0.01):.4f}} - loss: 0.5000"
    steps = [BAR.format(step, *took) for step in (1, 2)] if bar else [
        "2/2 - {{}}s - {{}}ms/step".format(*took)]
    print(*[line + metrics for line in steps], sep="")"""
TRAIN = """print("Epoch 1/2")
epoch(0.5, bar=True)
print("Epoch 2/2")
epoch(0.95, bar=False)"""
RIGHT = """right = 98 + random.uniform(-0.5, 0.5)
print(f"The LSTM has {right:.1f} % right, by chance it would be 12.5 %.")"""
SHOWN = """display(HTML(f"<b>{right:.2f}</b> %"), Markdown(f"**{right:.1f}** %"))
right"""
CURVE = """figure, axes = plt.subplots(figsize=(4, 3))
axes.plot([10, 40 + right - 98, right], label=f"{right:.1f} % right")
axes.axhline(12.5, linestyle=":")
axes.set(ylim=(0, 100), title="After three epochs")
axes.legend(loc="upper left")
figures.show(figure, f"A curve that rises to {right:.1f} % right over three epochs.")"""
MOVE = """def draw(k):
    figure, axes = plt.subplots(figsize=(3, 3))
    axes.bar([0, 1], [right, 30 * k])
    axes.set(ylim=(0, 100), title=f"Epoch {k + 1}")
    return figure
figures.show_animation(draw, "Two bars; the second one grows over three epochs.", count=3)"""
TWO = {"absolute": 2}
CELLS = [(SET_UP, {}),
         (TRAIN, {"tolerance": {"absolute": 0.03},
                  "states": [{"says": "- accuracy: #", "place": -1, "above": 0.9}]}),
         (RIGHT, {"tolerance": TWO, "states": [{"says": "LSTM has # %", "above": 95}]}),
         (SHOWN, {"tolerance": TWO}), (CURVE, {"tolerance": TWO, "picture_tolerance": 8}),
         (MOVE, {"picture_tolerance": 5})]

KERAS = [(SET_UP + """
from utils import environment
keras = environment.set_up(seed=0)""", {}),
         ("""import numpy as np
x = np.random.default_rng(0).random((64, 5, 3))
y = x.sum(axis=(1, 2)) > 7.5
model = keras.Sequential([keras.layers.GRU(4), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, batch_size=8, validation_split=0.25);""", {}),
         ("model.fit(x, y, epochs=2, verbose=2);", {}), ("model.evaluate(x, y)", {}),
         ("model.evaluate(x, y, verbose=2)", {}), ("model.predict(x[:3])", {}),
         ("model.summary()", {}), ("right = 98\n" + MOVE, {})]
GOOD = {"lesson": CELLS, "keras": KERAS}


def lesson(path, cells):
    """Write a lesson of these code cells, each with a sentence behind it, run it and store it."""
    made = tiny.notebook(*(source for source, _ in cells))
    made.cells[1:] = [part for cell, (_, metadata) in zip(made.cells[1:], cells, strict=True)
                      for part in (cell, nbformat.v4.new_markdown_cell("A sentence."))
                      if not cell.metadata.update(metadata)]
    tiny.write(made, path)
    assert store_lesson.store(path) == []
    return nbformat.read(path, as_version=4)


def mark(number, **entries):
    """Change the metadata of a cell; None takes an entry away."""
    def apply(made):
        metadata = tiny.code(made, number).metadata
        metadata.update(entries)
        for name in [name for name, value in entries.items() if value is None]:
            del metadata[name]
    return apply


def both(*changes):
    def apply(made):
        for one in changes:
            one(made)
    return apply


# Lesson with faults: (good lesson, {name of the fault: how it is made, what fails, words shown}).
FAULTY = {
    "a": ("lesson", {
        "number_outside": (change(2, "98 +", "94 +"), "Cell 2", "; 2 is allowed"),
        "metric_changed_in_a_bar": (change(1, "epoch(0.5,", "epoch(0.4,"), "Cell 1",
                                    "0.03 is allowed"),
        "tolerance_without_a_number": (mark(0, tolerance=TWO), "stored form",
                                       "it has a tolerance, but no number in its output")}),
    "b": ("lesson", {
        "word_changed": (change(2, "% right,", "% wrong,"), "Cell 2", "are now '% wrong,"),
        "metric_changed_in_a_line": (change(1, "epoch(0.95,", "epoch(0.85,"), "Cell 1",
                                     "0.03 is allowed"),
        "number_in_html_outside": (change(3, "<b>{right:", "<b>{right - 4:"), "Cell 3",
                                   "text/html: number 1 of 1"),
        "curve_too_far": (change(4, "[10,", "[30,"), "Cell 4", "points moved by more than 8"),
        "frame_too_far": (change(5, "30 * k", "33 * k"), "Cell 5", "has changed in frame 2 of 3"),
        "folded_by_halves": (mark(0, cellView=None), "stored form",
                             "it is folded by halves: cellView 'form' is missing")}),
    "c": ("lesson", {
        "tolerance_taken_away": (mark(2, tolerance=None), "Cell 2", "Cell outputs differ"),
        "steps_changed_in_a_line": (change(0, '"2/2 - ', '"2/3 - '), "Cell 1", "2/3"),
        "number_missing": (change(3, "**{right:.1f}**", "**nearly all**"), "Cell 3",
                           "text/markdown: the output had 1 numbers, now it has 0"),
        "curve_missing": (change(4, 'axes.axhline(12.5, linestyle=":")', "pass"), "Cell 4",
                          "are now '% right 1x lines,"),
        "frame_missing": (change(5, "count=3", "count=2"), "Cell 5", "the words in the picture"),
        "picture_tolerance_without_a_picture": (mark(3, picture_tolerance=5), "stored form",
                                                "it has a picture_tolerance, but no picture")}),
    "d": ("lesson", {
        "number_beyond_the_claim": (both(mark(2, tolerance={"absolute": 6}),
                                         change(2, "98 +", "94 +")), "Cell 2",
                                    "breaks a claim: 'LSTM has # %' states more than 95"),
        "tolerance_wider_than_the_claim": (mark(2), "stored form",
                                           "its tolerance of 6 is wider than the claim"),
        "metric_lost_in_a_line": (change(0, " - loss: 0.5000", ""), "Cell 1",
                                  "the output had 4 numbers, now it has 2")}),
    "e": ("lesson", {
        "about_sign": (both(mark(2, tolerance=None), change(2, "has {right", "has \u2248 {right")),
                       "Cell 2", "Cell outputs differ"),
        "tag_changed": (change(3, "<b>{right:.2f}</b>", "<i>{right:.2f}</i>"), "Cell 3",
                        "text/html: the words '<b>' are now '<i>'"),
        "title_misspelt": (change(4, "three epochs\"", "three epoch\""), "Cell 4",
                           "the words 'After three epochs' are now 'After three epoch'"),
        "folded_without_a_title": (change(0, "#@title Set-up\n", ""), "stored form",
                                   "a first line '#@title ...' is missing")}),
    "f": ("lesson", {
        "number_lost": (change(2, "98 + random.uniform(-0.5, 0.5)", "float('nan')"), "Cell 2",
                        "is now nan"),
        "claim_of_nothing": (mark(3, states=[{"says": "GRU has # %", "above": 9}]), "stored form",
                             "nothing in its output says 'GRU has # %'")}),
    "g": ("lesson", {
        "number_in_markdown_outside": (change(3, "**{right:", "**{right - 4:"), "Cell 3",
                                       "text/markdown: number 1 of 1"),
        "label_outside": (change(4, 'label=f"{right:', 'label=f"{right - 4:'), "Cell 4",
                          "the words in the picture have changed")}),
    "h": ("lesson", {
        "result_outside": (change(3, "\nright", "\nright - 4"), "Cell 3", "text/plain: number 1"),
        "alt_text_outside": (change(4, "rises to {right:", "rises to {right - 4:"), "Cell 4",
                             "text/plain: number 1 of 1"),
        "picture_tolerance_too_wide": (mark(5, picture_tolerance=17), "stored form",
                                       "its picture_tolerance is 17, not a whole number from 1")}),
    "i": ("lesson", {
        "number_added": (change(3, "}</b> %", "}</b> % of 8"), "Cell 3",
                         "text/html: the output had 1 numbers, now it has 2"),
        "picture_tolerance_taken_away": (both(mark(4, picture_tolerance=None),
                                              change(4, "40 + right - 98", "41")), "Cell 4",
                                         "the picture has changed: RMS")}),
    "j": ("keras", {
        "keras_metric_changed": (change(1, '"adam"', '"sgd"'), "Cell 1", "Cell outputs differ"),
        "keras_table_changed": (change(1, "GRU(4)", "GRU(5)"), "Cell 6", "Cell outputs differ")}),
}
FAULTS = {name: (place, test, words) for place, (_, faults) in FAULTY.items()
          for name, (_, test, words) in faults.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny") / "notebooks"
    folder.mkdir()
    good = {name: lesson(folder / f"{name}.ipynb", cells) for name, cells in GOOD.items()}
    for name, (base, faults) in FAULTY.items():
        spoilt = copy.deepcopy(good[base])
        for spoil, _, _ in faults.values():
            spoil(spoilt)
        tiny.write(spoilt, folder / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def results(folder):
    return run_pytest(folder.parent)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_lesson_passes(results, name):
    tests = results[f"{name}.ipynb"]
    assert set(tests) == {"stored form", *(f"Cell {i}" for i in range(len(GOOD[name])))}
    assert not any(message for message, _ in tests.values())


@pytest.mark.parametrize("name", FAULTS)
def test_a_spoilt_lesson_fails_and_says_why(results, name):
    place, test, words = FAULTS[name]
    message, _ = results[f"{place}.ipynb"][test]
    assert message and words in message


@pytest.mark.parametrize("place", ["b", "c", "g", "h", "i"])
def test_only_what_was_spoilt_fails(results, place):
    failed = {test for test, (message, _) in results[f"{place}.ipynb"].items() if message}
    assert failed == {test for _, test, _ in FAULTY[place][1].values()}


def test_another_backend_may_have_wider_tolerances(folder, tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copy(folder / "g.ipynb", tmp_path / "notebooks")
    tests = run_pytest(tmp_path, "--tolerances=3")["g.ipynb"]
    assert len(tests) == 7 and not any(message for message, _ in tests.values())


def test_keras_lines_are_stored_short(tmp_path):
    (tmp_path / "notebooks").mkdir()
    stored = lesson(tmp_path / "notebooks" / "x.ipynb", [CELLS[0], CELLS[1], ("right = 98", {}),
                                                         CELLS[5]])
    lines = tiny.code(stored, 1).outputs[0].text.splitlines()
    assert [line.split(" - ")[0] for line in lines] == ["Epoch 1/2", "2/2", "Epoch 2/2", "2/2"]
    assert all(line.count("ms/step - accuracy: 0.") == 1 for line in lines[1::2])
    assert "\x1b" not in tiny.code(stored, 1).outputs[0].text
