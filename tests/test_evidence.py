"""What holds for the evidence as a whole; each notebook is held to its outputs by strict_nbval."""

import re

import nbformat
import pytest

from tools.measure import bench
from tools.notebooks import course, lessons
from tools.publish import pages
from utils.evidence import claims

PATHS = sorted(lessons.EVIDENCE.glob("[!.]*.ipynb"))
LOCAL_LINK = re.compile(r"\]\((?!https?://|#|attachment:|data:)([^)\s]+)\)")


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def lesson(request):
    return request.param, nbformat.read(request.param, as_version=4)


def number_of(path):
    return int(path.stem[:2])


def test_there_is_a_lesson_and_every_notebook_is_one():
    assert PATHS
    names = [name for name, _ in claims.LESSONS.values()]
    assert [path.stem for path in PATHS if path.stem not in names] == []


def test_links_to_colab_open_this_lesson_of_this_course(lesson):
    path, notebook = lesson
    found = {link for cell in notebook.cells
             for link in re.findall(re.escape(course.COLAB) + r"[^)\s]+", cell.source)}
    assert found == {course.colab_link(course.load(), f"evidence/{path.name}")}


def test_the_first_cell_leads_to_slides_assignment_and_neighbours(lesson):
    path, notebook = lesson
    at = PATHS.index(path)
    wanted = {course.slides_link(course.load(), path.stem),
              f"../../coursework/source/{path.stem}/assignment_{path.stem}.ipynb",
              *(other.name for other in (*PATHS[max(at - 1, 0):at], *PATHS[at + 1:at + 2]))}
    line = notebook.cells[0].source.split("\n\n")[1].splitlines()[1]
    assert set(re.findall(r"\]\(([^)]+)\)", line)) == wanted


def test_the_first_cell_says_what_the_lesson_costs(lesson):
    """Within a quarter of what `make bench` measured."""
    path, notebook = lesson
    number = f"evidence {path.stem[:2]}"
    measured, = (row.ours for row in bench.load()["course"] if row.size == number)
    said = int(re.search(r"about (\d+) CPU seconds to run", notebook.cells[0].source)[1])
    assert 0.75 * measured < said < 1.25 * measured


def test_local_links_lead_to_a_file_or_to_a_lesson_to_come(lesson):
    path, notebook = lesson
    to_come = {f"{name}.ipynb" for name, _ in claims.LESSONS.values()}
    links = [link.partition("#")[0] for cell in notebook.cells if cell.cell_type == "markdown"
             for link in LOCAL_LINK.findall(cell.source)]
    assert [link for link in links
            if link not in to_come and not (path.parent / link).exists()] == []


def test_a_lesson_has_25_to_60_cells(lesson):
    assert 25 <= len(lesson[1].cells) <= 60


def test_each_claim_of_the_lesson_is_judged_exactly_once_and_no_other(lesson):
    path, _ = lesson
    judged = [key for key, _, _ in claims.verdicts_in(path)]
    assert sorted(judged) == sorted(claims.of_lesson(number_of(path)))


def test_the_lesson_shows_the_table_of_all_its_verdicts(lesson):
    path, notebook = lesson
    shown = {key: verdict for key, verdict, _ in claims.verdicts_in(path)}
    rows = {key: f"{key:5} {verdict:19} {claims.load()[key]['statement']}"
            for key, verdict in shown.items()}
    tables = [output.data["text/plain"] for cell in notebook.cells
              for output in cell.get("outputs", [])
              if output.get("data", {}).get("text/plain", "").startswith(rows[min(
                  rows, key=lambda key: int(key.split(".")[1]))])]
    assert tables == ["\n".join(rows[key] for key in claims.of_lesson(number_of(path)))]


def test_every_formula_can_be_set_without_a_network(lesson):
    _, notebook = lesson
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            page = pages.markdown(cell.source, cell.get("attachments"))
            assert not pages.UNSET.search(page), cell.source
