"""The lecturer's notes: one file a lesson, and each note beside a slide of its own section."""

import nbformat
import pytest

from tools.notebooks import lessons
from tools.publish import slides, speaker_notes

PATHS = lessons.paths(folder=lessons.EVIDENCE)
TEXT = """# 1 One

Bring paper.

## Predict first

4 minutes.

**Ask.** Who has 3?

## 1 A section

6 minutes, may be left out.

**Board.** $x_1 = 2.5$

### Cell [1]

**Predict.** What is printed?

### A part

**Expect.** Nothing.
"""


def lesson():
    """Return a lesson of two sections, the second with a cell of code and a sub-heading."""
    code = nbformat.v4.new_code_cell("value = 2.5\nprint(value)", execution_count=1, outputs=[
        nbformat.v4.new_output("stream", name="stdout", text="2.5\n")])
    sources = ("# 1 One\n\n- a goal", "## Predict first\n\nHow much?", "## 1 A section\n\nText.",
               None, "### A part\n\nMore text.", "## What to read\n\nA paper.")
    notebook = nbformat.v4.new_notebook(cells=[
        code if source is None else nbformat.v4.new_markdown_cell(source) for source in sources])
    for cell in notebook.cells:
        shown = "skip" if "What to read" in cell.source else "slide"
        cell.metadata["slideshow"] = {"slide_type": shown}
    return notebook


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_section_of_every_lesson_has_its_notes(path):
    talk, notebook = speaker_notes.load(path), nbformat.read(path, as_version=4)
    assert talk is not None, f"lectures/{path.stem}.md is missing"
    assert talk.title == lessons.title(notebook, path)
    assert speaker_notes.complaints(talk, notebook) == []
    found = slides.cut(notebook, talk)
    assert sum(page.seconds for page in found) == 60 * talk.minutes()
    assert all(page.seconds is not None for page in found)


def test_there_are_no_notes_without_a_lesson():
    assert sorted(file.stem for file in speaker_notes.FOLDER.iterdir()) == [
        path.stem for path in PATHS]


def test_notes_stand_beside_the_slide_that_they_mean():
    talk = speaker_notes.read(TEXT, "a.md")
    assert (talk.minutes(), talk.minutes(short=True)) == (10, 4)
    found = {page.heading: page for page in reversed(slides.cut(lesson(), talk))}
    told = {heading: "".join(page.notes) for heading, page in found.items()}
    assert "Bring paper." in told["One"] and "<strong>10</strong>" in told["One"]
    assert "4 minutes." in told["Predict first"] and "Who has 3?" in told["Predict first"]
    assert "6 minutes. This section may be left out." in told["1 A section"]
    assert "<math" in told["1 A section"]
    assert "Nothing." in told["A part"] and "Nothing." not in told["1 A section"]
    assert told["1 A section"].index("6 minutes") < told["1 A section"].index("<math")
    shown = [page for page in slides.cut(lesson(), talk) if 1 in page.cells]
    assert "What is printed?" in "".join(shown[0].notes)
    assert sum(page.seconds for page in slides.cut(lesson(), talk)) == 600


@pytest.mark.parametrize(("old", "new", "said"), [
    ("4 minutes.", "A while.", "must begin with a line such as '5 minutes.'"),
    ("### A part", "### Cell [1]", "has a sub-heading twice"),
    ("Cell [1]", "Cell [2]", "name 'Cell [2]', which has no slide there"),
    ("### A part", "### Another part", "name 'Another part', which has no slide there"),
    ("## 1 A section", "## 2 A section", "a part '2 A section', and no slide begins with it"),
])
def test_a_note_without_a_place_is_refused(old, new, said):
    assert old in TEXT
    with pytest.raises(ValueError, match=said.replace("[", r"\[")):
        slides.cut(lesson(), speaker_notes.read(TEXT.replace(old, new), "a.md"))


@pytest.mark.parametrize(("old", "new", "said"), [
    ("## Predict first\n\n4 minutes.\n\n**Ask.** Who has 3?\n\n", "", "the sections of the lesson"),
    ("**Expect.**", "**Hope.**", "the label 'Hope' is none of"),
    ("**Ask.** Who has 3?", "", "the part 'Predict first' says nothing"),
    ("4 minutes.", "104 minutes.", "the lecture takes 110 minutes"),
    ("4 minutes.", "54 minutes.", "the short version takes 54 minutes"),
    ("$x_1", "$\\Big\\| x_1", r"a formula is not set: <mo"),
    ("2.5$", "2.51$", "the number 2.51 is not in the lesson"),
    ("Bring paper.", "Bring 1,000 sheets.", "the number 1000 is not in the lesson"),
])
def test_faults_of_the_notes_are_seen(old, new, said):
    assert old in TEXT
    clean = speaker_notes.complaints(speaker_notes.read(TEXT, "a.md"), lesson())
    found = speaker_notes.complaints(speaker_notes.read(TEXT.replace(old, new), "a.md"), lesson())
    assert any(said in fault for fault in found), found
    assert not any(said in fault for fault in clean), clean
