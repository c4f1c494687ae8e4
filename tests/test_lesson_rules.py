"""The rules that hold for lessons alone, and the one mark that folds a cell everywhere."""

import copy

import nbformat
import pytest

import tiny
from test_notebook_rules import pictured, png
from tools.notebooks import folding, lesson_rules, notebook_rules, store_lesson
from tools.publish import pages

ALT = "A bar that is black on white."


def code(source, *outputs, title=None, **metadata):
    cell = nbformat.v4.new_code_cell(f"#@title {title}\n{source}" if title else source)
    folding.fold(cell)
    cell.metadata.update(metadata)
    cell.outputs = list(outputs)
    return cell


def shows(*frames):
    return tiny.code(pictured(png(*frames), ALT), 0).outputs[0]


def prints(text):
    return nbformat.v4.new_output("stream", text=text)


def prose(text="A sentence."):
    return nbformat.v4.new_markdown_cell(text)


def lesson(*cells):
    """Return a lesson in order, with these cells behind its own."""
    made = nbformat.v4.new_notebook(metadata=store_lesson.METADATA)
    made.cells = [prose("# A lesson"), code("x = 1", title="Set-up"), code("x", shows(10, 20)),
                  prose(), *copy.deepcopy(cells)]
    for number, cell in enumerate(made.cells):
        cell.id = f"tiny-{number}"
    for number, cell in enumerate((c for c in made.cells if c.cell_type == "code"), 1):
        cell.execution_count = number
    return made


def faults(*cells):
    return notebook_rules.complaints(lesson(*cells), lesson=True)


FUNCTION = "def f(x):\n" + "    x += 1\n" * 23 + "    return x"
KERAS_LINE = "79/79 - 3s - 43ms/step - accuracy: 0.1282\n"


@pytest.mark.parametrize("cells", [
    [], [code("x = 1\n\n" * 15), code("x"), code("x"), code("x")],
    [code(FUNCTION, subject=True), code("x"), code("x"), code("x")],
    [code("x = 1\n" * 40, title="Draw")], [code("#@title \nx")], [code("fig", shows(10)), prose()],
    [code("fit()", prints(KERAS_LINE))], [code("import re\nre.compile('a')", title="Draw")],
    [code("axes.plot(model.predict(x))", title="Draw")],
    [code("from utils import checks, figures\nfrom utils.tasks import stories\n"
          "import utils.corpora.text\nfrom keras import layers")],
    [code("keras.utils.to_categorical(y)\nmodel.fit(x, y)\nrng = np.random.default_rng(0)")],
    [code("right", prints("98 % right"), tolerance={"absolute": 2},
          states=[{"says": "# %", "above": 95}])],
    [code("fig", shows(10), picture_tolerance=16), prose()],
    [code("x", editable=False, slideshow={"slide_type": "skip"}, tags=["a"])]])
def test_a_lesson_in_order_has_no_fault(cells):
    assert faults(*cells) == []


@pytest.mark.parametrize(("cells", "words"), [
    ([code("x = 1\n\n" * 16), code("x"), code("x")], "it has 16 lines of code; 15 are allowed"),
    ([code(FUNCTION + "\n\nf(1)", subject=True), code("x"), code("x")], "26 lines of code; 25 are"),
    ([code("x = 1\n" * 16, subject=True), code("x"), code("x")], "it defines no function"),
    ([code("def f(): pass", subject="yes")], "its entry is not true"),
    ([code("x = 1\n" * 9)] * 3, "half of its visible code cells have more than 8 lines"),
    ([prose()] * lesson_rules.MOST_CELLS,
     f"cells; {lesson_rules.MOST_CELLS} are allowed"),
    ([code("assert x > 1")], "readers see assert, which belongs to the evidence"),
    ([code("claims.judge('4.1', 'true', 'x')")], "readers see judge()"),
    ([code("measurements.report(x)")], "readers see measurements,"),
    ([code("exec('x = 1')")], "readers see exec()"),
    ([code("inspect.getsource(f)")], "readers see getsource()"),
    ([code("keras.utils.set_random_seed(0)")], "readers see set_random_seed()"),
    ([code("np.random.seed(0)")], "readers see seed()"),
    ([code("layers.Dropout(0.5, seed=0)")], "readers see seed="),
    ([code("print('What to see: it rises.')")], "it prints what to see"),
    ([code("f()", prints("what to see : it rises"))], "it prints what to see"),
    ([code("fig", shows(10))], "no sentence follows its picture"),
    ([code("fig", shows(10)), code("x")], "no sentence follows its picture"),
    ([code("f()", prints("\u2248 98 %"))], "it holds the sign \u2248"),
    ([prose("about \u2248 98 %")], "it holds the sign \u2248"),
    ([code("f()", prints("a 3 ms/step b"))], "its output shows a time per step"),
    ([code("f()", prints(KERAS_LINE.replace(" - acc", " acc")))], "shows a time per step"),
    ([code("%matplotlib inline")], "it is not plain Python"),
    ([code("model.fit(x, y)", title="Draw")], "it is folded, but holds what is taught: fit()"),
    ([code("m.compile('adam')", title="Draw")], "what is taught: compile()"),
    ([code("keras.Sequential([])", title="Draw")], "what is taught: Sequential()"),
    ([code("inner = keras.Model(a, b)", title="Draw")], "what is taught: Model()"),
    ([code("layers.LSTM(3)", title="Draw")], "what is taught: LSTM()"),
    ([code("keras.layers.Dense(3)", title="Draw")], "what is taught: Dense()"),
    ([code("class Cell(keras.layers.Layer):\n    pass", title="D")], "taught: a class of Layer"),
    ([code("from utils import measure", title="A")], "it imports utils.measure; a lesson takes"),
    ([code("from utils.evidence import claims")], "it imports utils.evidence.claims"),
    ([code("import utils.evidence.cells as c")], "it imports utils.evidence.cells"),
    ([code("import utils")], "it imports utils;"),
    ([code("from tools.notebooks import lessons")], "it imports tools.notebooks.lessons"),
    ([code("def f():\n    from utils import validate")], "it imports utils.validate"),
    ([code("x", tolerence={"absolute": 2})], "its metadata entry 'tolerence' is not known"),
    ([code("x", state=[])], "its metadata entry 'state' is not known"),
    ([code("x", tolerance={"absolute": 2})], "no number in its output"),
    ([code("x", picture_tolerance=0)], "its picture_tolerance is 0"),
    ([code("x", shows(10), picture_tolerance=True), prose()], "its picture_tolerance is True"),
    ([code("x", jupyter={"source_hidden": True})], "folded by halves: a first line '#@title ...' "
                                                   "and the tag 'hide-input' and cellView 'form' "
                                                   "is missing"),
    ([code("x", tags=["hide-input"])], "folded by halves"),
    ([code("x", cellView="form")], "folded by halves"),
    ([code("x", title="Draw", tags=[])], "folded by halves: the tag 'hide-input' is missing"),
    ([code("x", title="Draw", jupyter={})], "folded by halves: jupyter.source_hidden is missing"),
    ([code("x", title="Draw", cellView="code")], "folded by halves: cellView 'form' is missing"),
    ([code("x", tags=["hide-cell"])], "its tag 'hide-cell' hides more than its source"),
    ([code("x", tags=["remove-cell"])], "its tag 'remove-cell'"),
    ([code("x", tags=["remove-input"])], "its tag 'remove-input'"),
    ([code("x", jupyter={"outputs_hidden": True})], "its output is hidden"),
    ([code("x", collapsed=True)], "its metadata entry 'collapsed' hides something"),
    ([code("x", title="Draw", jupyter={"source_hidden": True, "outputs_hidden": True})],
     "its output is hidden")])
def test_a_fault_of_a_lesson_is_named(cells, words):
    found = faults(*cells)
    assert any(words in sentence for sentence in found), found


def test_a_lesson_needs_a_picture_that_moves():
    made = lesson()
    made.cells[2].outputs = [shows(10)]
    assert notebook_rules.complaints(made, lesson=True) == ["no picture in it moves"]
    made.cells[2].outputs[0].data["image/png"] = "AAAA"
    found = notebook_rules.complaints(made, lesson=True)
    assert any("cannot be read as PNG" in sentence for sentence in found)


def test_the_evidence_keeps_its_own_rules():
    made = lesson(code("x = 1\n" * 25), code("assert x"), code("fig", shows(10)))
    assert {sentence.partition(": ")[2] for sentence in notebook_rules.complaints(made)} == {
        "it has no slide mark"}


def test_lessons_are_told_from_evidence_by_their_folder(tmp_path):
    assert notebook_rules.is_lesson(tmp_path / "notebooks" / "04_lstm.ipynb")
    assert not notebook_rules.is_lesson(tmp_path / "notebooks" / "evidence" / "04_lstm.ipynb")


def test_a_title_folds_a_cell_in_all_places_and_nothing_else_is_touched():
    cell = nbformat.v4.new_code_cell("#@title Draw the gates \nx", metadata={"tags": ["a"]})
    folding.fold(cell)
    folding.fold(cell)
    assert cell.metadata == {"jupyter": {"source_hidden": True}, "cellView": "form",
                             "tags": ["a", "hide-input"]}
    assert folding.is_folded(cell) and folding.title(cell) == "Draw the gates"
    for other in (nbformat.v4.new_code_cell("x = 1 #@title no"), prose("#@title no")):
        folding.fold(other)
        assert other.metadata == {} and not folding.is_folded(other)


def test_a_page_folds_the_source_of_such_a_cell_and_shows_its_output():
    made = lesson(code("y = 'inside'", prints("seen"), title="Draw <x> & y"),
                  prose("<details><summary>Hint</summary>\n\nIt is *this*.\n\n</details>"))
    page = pages.page(made, "A lesson")
    assert page.count('<details class="folded">') == 2 and page.count("</details>") == 3
    folded = page.partition("<summary>Draw &lt;x&gt; &amp; y</summary>")[2]
    inside, _, behind = folded.partition("</details>")
    assert "inside" in inside and "seen" not in inside and "seen" in behind
    assert "<em>this</em>" in page


def test_store_folds_the_cells_of_a_lesson(tmp_path):
    for folder, wanted in (("notebooks", True), ("evidence", False)):
        (tmp_path / folder).mkdir()
        path = tiny.write(tiny.notebook("#@title Set-up\nx = 1"), tmp_path / folder / "x.ipynb")
        store_lesson.store(path)
        assert folding.is_folded(tiny.code(nbformat.read(path, as_version=4), 0)) == wanted


def test_the_modules_that_a_lesson_may_use_are_there():
    import importlib
    for module in lesson_rules.MODULES:
        importlib.import_module(f"utils.{module}")
