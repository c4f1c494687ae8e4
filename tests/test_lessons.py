"""What holds for the lessons as a whole; each one alone is held to its outputs by strict_nbval."""

import base64
import re

import nbformat
import pytest

from tools.measure import bench
from tools.notebooks import course, lessons
from tools.publish import pages, tables
from utils.evidence import claims

PATHS = sorted(lessons.NOTEBOOKS.glob("[!.]*.ipynb"))
LOCAL_LINK = re.compile(r"\]\((?!https?://|#|attachment:|data:)([^)\s]+)\)")
NAMES = [name for name, _ in claims.LESSONS.values()]


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def lesson(request):
    return request.param, nbformat.read(request.param, as_version=4)


def place_of(name):
    """Return how a lesson leads to another: to the lesson, or to its evidence while it has none."""
    return f"{name}.ipynb" if (lessons.NOTEBOOKS / f"{name}.ipynb").is_file() else (
        f"evidence/{name}.ipynb")


def test_there_is_a_lesson_and_each_has_its_evidence():
    assert PATHS
    assert [path.stem for path in PATHS if path.stem not in NAMES] == []
    assert [path.stem for path in PATHS if not (lessons.EVIDENCE / path.name).is_file()] == []


def test_links_to_colab_open_this_lesson_of_this_course(lesson):
    path, notebook = lesson
    found = {link for cell in notebook.cells
             for link in re.findall(re.escape(course.COLAB) + r"[^)\s]+", cell.source)}
    assert found == {course.colab_link(course.load(), path.name)}


def test_the_first_cell_leads_to_slides_assignment_evidence_and_neighbours(lesson):
    path, notebook = lesson
    at = NAMES.index(path.stem)
    near = NAMES[max(at - 1, 0):at] + NAMES[at + 1:at + 2]
    line = notebook.cells[0].source.split("\n\n")[1].splitlines()[1]
    assert set(re.findall(r"\]\(([^)]+)\)", line)) == {
        course.slides_link(course.load(), path.stem), f"evidence/{path.name}",
        f"../coursework/source/{path.stem}/assignment_{path.stem}.ipynb", *map(place_of, near)}


def test_the_first_cell_says_what_the_lesson_costs(lesson):
    """The seconds are within a quarter of what `make bench` measured, and never above 100."""
    path, notebook = lesson
    number = f"lesson {path.stem[:2]}"
    measured, = (row.ours for row in bench.load()["course"] if row.size == number)
    said = int(re.search(r"To run: about (\d+) CPU seconds", notebook.cells[0].source)[1])
    assert 0.75 * measured < said < 1.25 * measured and measured <= 100
    minutes = re.findall(r"\*\*Part \d, \w+:\*\* (\d+) minutes", notebook.cells[0].source)
    assert len(minutes) == 2 and all(25 <= int(part) <= 50 for part in minutes)


def test_local_links_lead_to_a_file(lesson):
    path, notebook = lesson
    links = [link.partition("#")[0] for cell in notebook.cells if cell.cell_type == "markdown"
             for link in LOCAL_LINK.findall(cell.source)]
    assert links and [link for link in links if not (path.parent / link).exists()] == []


def test_a_link_to_a_neighbour_goes_to_its_lesson_once_there_is_one(lesson):
    _, notebook = lesson
    own = notebook.cells[0].source.split("[evidence](evidence/")[1].split(".ipynb")[0]
    for cell in notebook.cells:
        for name in re.findall(r"\]\((?:evidence/)?(\d\d_\w+)\.ipynb", cell.source):
            assert name == own or f"({place_of(name)}" in cell.source, name


def test_every_formula_can_be_set_without_a_network(lesson):
    _, notebook = lesson
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            page = pages.markdown(cell.source, cell.get("attachments"))
            assert not pages.UNSET.search(page), cell.source


def test_the_lesson_opens_with_the_picture_that_a_later_cell_draws(lesson):
    path, notebook = lesson
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    opening = next(cell for cell in code[1:] if cell.outputs)
    later = [cell for cell in code if cell.metadata.get("preview")]
    if "show_picture" not in opening.source:
        assert later == []
        return
    first, drawn = opening.outputs[0], later[0].outputs[0]
    assert first.metadata == drawn.metadata and opening.source.startswith("#@title")
    file = lessons.ROOT / "data" / "pictures" / f"{path.stem}.png"
    assert first.data["image/png"] == drawn.data["image/png"]
    assert base64.b64decode(first.data["image/png"]) == file.read_bytes()


def test_every_generated_file_is_fresh():
    stale = [path.name for path, content in tables.generated().items()
             if path.read_text(encoding="utf-8") != content]
    assert stale == [], "run `make verdicts`"
    assert f"data/pictures/{tables.FRONT}.png" in tables.picture()
