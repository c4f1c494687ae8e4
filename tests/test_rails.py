"""The commands of the Makefile: what they do, what they say, and what they leave alone."""

import base64
import collections
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib

import nbformat
import pytest

import tiny
from tools.measure import bench
from tools.measure.benchmarks import Row
from tools.notebooks import colab, course, lessons, run_lessons, store_lesson
from tools.publish import pages, tables
from utils.evidence import claims

DRAW = """import matplotlib.pyplot as plt
from utils import figures
figure, axes = plt.subplots()
axes.plot([1, 4, 9])
figures.show(figure, alt="A curve that rises from 1 to 9 over three places.")"""
JUDGE = """from utils.evidence import claims
for key in claims.of_lesson(2):
    claims.judge(key, claims.load()[key]["expected"], "1 of 1, with a bar | in it")
claims.table(2)"""
PROSE = """# A title with `code`

[next](03_gradient_problems.ipynb), $a < b$ and `$not math$`

$$h_t = \\tanh(W x_t)$$

\\begin{align} a &= b \\\\ c &= d \\end{align}"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small course in a folder of its own, with one lesson to be run."""
    (tmp_path / "notebooks" / "evidence").mkdir(parents=True)
    shutil.copytree(lessons.ROOT / "data", tmp_path / "data")
    (tmp_path / "README.md").write_text(
        "# Top\n<!-- lessons -->\n<!-- /lessons -->\nmiddle\n"
        "<!-- picture -->\n<!-- /picture -->\nend\n", encoding="utf-8")
    for name, made in list(tables.TABLES.items())[1:]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            "".join(f"<!-- {mark} -->\n<!-- /{mark} -->\n" for mark in made), encoding="utf-8")
    (tmp_path / "lectures").mkdir()
    (tmp_path / "lectures" / "02_bptt.md").write_text(
        "# T\n\n## A\n\n8 minutes.\n\n## B\n\n4 minutes, may be left out.\n", encoding="utf-8")
    bench.record("cells", [Row("GRU", "25 steps", 2.0, "CPU ms"),
                           Row("GRU", "50 steps", 4.0, "CPU ms", "Keras layer", 1024.0)],
                 tmp_path / "data" / "bench.csv")
    monkeypatch.setattr(tables, "FRONT", "02_bptt")
    for module in (run_lessons, tables, colab):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(lessons, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(lessons, "EVIDENCE", tmp_path / "notebooks" / "evidence")
    return tmp_path


def lesson(house, *sources, name="02_bptt", prose=PROSE):
    return tiny.write(tiny.notebook(*sources, prose=prose), house / "notebooks" / f"{name}.ipynb")


def evidence(house, *sources, **settings):
    return lesson(house, *sources, name="evidence/02_bptt", **settings)


def with_picture(house, **settings):
    """Write a lesson that opens with a picture, as if it had been run."""
    path = lesson(house, "print(1)", **settings)
    made = nbformat.read(path, as_version=4)
    tiny.code(made, 0).outputs = [nbformat.v4.new_output(
        "display_data", {"image/png": ""}, metadata={"image/png": {"alt": "A curve that rises."}})]
    return tiny.write(made, path)


def test_run_shows_progress_writes_pages_and_ends_with_the_verdicts(house, capsys):
    lesson(house, "print(1)", prose="# L [proof](evidence/02_bptt.ipynb#h)")
    path = evidence(house, tiny.FIND_COURSE, DRAW, JUDGE,
                    prose=f"{PROSE}\n[lesson](../02_bptt.ipynb)")
    before = path.read_bytes()
    assert run_lessons.main([]) == 0
    shown = capsys.readouterr().out
    assert "02_bptt done in" in shown and "evidence_" not in shown and "Verdicts" not in shown
    assert run_lessons.main(["--evidence"]) == 0
    shown = capsys.readouterr().out
    assert "02_bptt done in" in shown and "\nevidence_02_bptt done in" in shown
    assert re.search(r"^02_bptt +\d+ s  cell 3/4 A title with code \(2\)$", shown, re.MULTILINE)
    assert re.search(r"^evidence_02_bptt done in \d+ s; CPU \d+ s", shown, re.MULTILINE)
    assert "Open next: build/html/index.html in a browser to read, or python course.py lab" in shown
    for key, claim in claims.of_lesson(2).items():
        verdict = claims.VERDICTS[claim["expected"]]
        assert re.search(rf"^{re.escape(key)} +{verdict}\n +said: {claim['statement'][:20]}",
                         shown, re.MULTILINE)
    assert shown.count("      measured: 1 of 1, with a bar | in it\n") == 4
    assert path.read_bytes() == before
    page = (house / "build" / "html" / "02_bptt.html").read_text(encoding="utf-8")
    assert '<a href="evidence_02_bptt.html#h">proof</a>' in page
    page = (house / "build" / "html" / "evidence_02_bptt.html").read_text(encoding="utf-8")
    assert '<a href="02_bptt.html">lesson</a>' in page
    assert "<script" not in page and 'alt="A curve that rises' in page
    assert page.count("<math ") == 3 and "$not math$" in page
    assert '<a href="03_gradient_problems.html"' not in page and ">next<" not in page
    loaded = re.findall(r"""(?:src|@import|url)\s*[=(]\s*["']?(?!data:)(https?:|//)[^"')]*""", page)
    assert loaded == [] and "<link" not in page
    index = (house / "build" / "html" / "index.html").read_text(encoding="utf-8")
    assert 'href="02_bptt.html"' in index and index.count("<tr>") == 5


def test_run_of_a_failing_lesson_names_lesson_cell_and_error(house, capsys):
    deep = "def f(n):\n    return 1 / n if n < 1 else f(n - 1)\nf(60)"
    path = lesson(house, "print(1)", deep, prose="# Division")
    lesson(house, "print(2)", name="03_gradient_problems")
    before = path.read_bytes()
    assert run_lessons.main([]) == 1
    captured = capsys.readouterr()
    said = captured.err.splitlines()
    assert said[0] == "02_bptt failed in the cell 'Division (2)':"
    assert said[-1].strip() == "ZeroDivisionError: division by zero" and len(said) <= 14
    assert "\x1b" not in captured.err and "03_gradient_problems" not in captured.out
    assert path.read_bytes() == before


@pytest.mark.parametrize(("status", "said"), [
    ("_exit(1)", "its kernel died (status 1)"),
    ("kill(os.getpid(), 9)", "its kernel was killed by the system")])
def test_run_notices_a_dead_kernel_and_thinks_of_memory(house, capsys, status, said):
    lesson(house, f"import os; os.{status}")
    assert run_lessons.main([]) == 1
    last = capsys.readouterr().err.splitlines()[-1].strip()
    assert last.startswith(said) and "the memory has run out: close other programs" in last


def test_run_of_a_cell_without_memory_says_so(house, capsys):
    lesson(house, "import numpy as np; np.ones(10 ** 18)")
    assert run_lessons.main([]) == 1
    *_, error, last = capsys.readouterr().err.splitlines()
    assert error.strip().startswith("MemoryError: Unable to allocate")
    assert last.strip().startswith("This machine has too little memory for the cell")


@pytest.mark.parametrize(("lines", "name", "value", "last"), [
    ([], "MemoryError", "", "This machine has too little memory"),
    (["x"], "ResourceExhaustedError", "OOM when allocating", "This machine has too little memory"),
    (["x"], "RuntimeError", "can't start new thread", "This machine has too little memory"),
    ([], "ValueError", "no", "ValueError: no"), (["y"], "ValueError", "no memory lane", "y")])
def test_an_error_is_never_without_a_reason(lines, name, value, last):
    assert lessons.error_text(lines, name, value).splitlines()[-1].startswith(last)


def test_a_cell_that_takes_too_long_is_named(house, monkeypatch):
    monkeypatch.setattr(lessons, "CELL_SECONDS", 1)
    path = lesson(house, "import time; time.sleep(60)")
    with pytest.raises(lessons.LessonError, match="did not end within 1 s"):
        lessons.execute(path, io.StringIO())


@pytest.mark.parametrize(("words", "said"), [
    (["9"], "There is no lesson 9 in notebooks/; there are: 02."),
    (["x"], "There is no lesson x in")])
def test_a_lesson_that_is_not_there_is_a_sentence(house, words, said):
    lesson(house, "print(1)")
    with pytest.raises(SystemExit, match=re.escape(said)):
        run_lessons.main(words)
    assert lessons.paths("2") == lessons.paths("02") == lessons.paths()


def test_progress_on_a_terminal_is_one_line_rewritten():
    pty = pytest.importorskip("pty", reason="there is no pseudo-terminal on this system")
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w", encoding="utf-8") as terminal:
        progress = lessons.Progress("01_x", ["a cell with a name"], terminal)
        progress.cell(0)
        progress.stopped.wait(1.2)
        progress.end()
        shown = ""
        while not shown.endswith("\r\x1b[K"):
            shown += os.read(reader, 10_000).decode()
    os.close(reader)
    assert shown.count("a cell with a name") >= 3 and "\n" not in shown
    assert re.search(r"\r\x1b\[K01_x +1 s  cell 1/1 a cell", shown)


def test_store_keeps_sources_and_adds_outputs(house):
    count = "for i in range(3): print(i, end='\\r')\nprint(9)"
    path = evidence(house, tiny.FIND_COURSE, DRAW, count)
    before = nbformat.read(path, as_version=4)
    assert store_lesson.store(path) == []
    after = nbformat.read(path, as_version=4)
    assert [(cell.id, cell.source) for cell in after.cells] == [
        (cell.id, cell.source) for cell in before.cells]
    assert tiny.code(after, 2).outputs[0].text == "9\n"
    assert "execution" not in tiny.code(after, 2).metadata
    assert list(path.parent.glob("*02_bptt*")) == [path]


def test_a_kernel_leaves_the_users_history_alone(house):
    path = lesson(house, "print(get_ipython().history_manager.hist_file)")
    assert tiny.code(lessons.execute(path, io.StringIO())[0], 0).outputs[0].text == ":memory:\n"


def test_store_of_a_failing_lesson_changes_nothing(house, capsys):
    path = lesson(house, "print(1)", "1 / 0")
    before = path.read_bytes()
    assert store_lesson.main(["2"]) == 1
    assert path.read_bytes() == before and list(path.parent.glob("*02_bptt*")) == [path]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_several_lessons_are_stored_or_run_one_after_the_other(house, capsys):
    paths = [lesson(house, f"print({n})", name=f"evidence/{name}") for n, name in (
        (1, "01_rnn_types"), (2, "02_bptt"), (3, "03_gradient_problems"))]
    assert store_lesson.main(["--evidence", "3", "01"]) == 0
    stored = [tiny.code(nbformat.read(path, as_version=4), 0).execution_count for path in paths]
    assert stored == [1, None, 1]
    assert run_lessons.main(["3", "01", "--evidence"]) == 0
    shown = capsys.readouterr().out
    assert "02_bptt" not in shown
    assert [line.split()[0] for line in shown.splitlines() if " done in " in line] == [
        "evidence_03_gradient_problems", "evidence_01_rnn_types"]


def test_no_lesson_is_stored_if_one_of_several_is_not_there(house):
    path = lesson(house, "print(1)")
    before = path.read_bytes()
    with pytest.raises(SystemExit, match="There is no lesson 9 in notebooks/; there are: 02."):
        store_lesson.main(["2", "9"])
    assert path.read_bytes() == before


def test_store_tells_what_the_tests_would_object_to(house, capsys):
    lesson(house, "import sys; print('trouble', file=sys.stderr)")
    assert store_lesson.main(["2"]) == 1
    assert "stderr is stored" in capsys.readouterr().err


def test_a_formula_keeps_its_text_for_readers_that_need_it():
    made = pages.mathml("a < b_{t-1}", "inline")
    assert 'aria-label="a &lt; b_{t-1}"' in made and "<msub>" in made


OLD_CELL = 'REPOSITORY, VERSION = "https://github.com/old/course.git", "v0"'
OLD_SLIDES = "https://old-one.github.io/course/slides/02_bptt.html"
OLD_LINK = "https://colab.research.google.com/github/old/course/blob/v0/notebooks/02_bptt.ipynb"


def test_colab_writes_the_address_everywhere_and_only_there(house, capsys):
    other = "see https://github.com/old/course and REPOSITORY"
    path = lesson(house, f"import sys\n\n{OLD_CELL}\nprint(1)", f"# {other}",
                  prose=f"# Top\n[Colab]({OLD_LINK}) [slides]({OLD_SLIDES}) {other}")
    assignment = house / "coursework" / "source" / "02_bptt" / "assignment_02_bptt.ipynb"
    assignment.parent.mkdir(parents=True)
    shutil.copy(path, assignment)
    (house / "README.md").write_text(f"[open]({OLD_LINK}), {other}\n", encoding="utf-8")
    assert colab.main(["Me/my.course-2", "v1.2"]) == 0
    assert capsys.readouterr().out.count("now points to Me/my.course-2, v1.2") == 4
    assert nbformat.read(assignment, as_version=4).cells == nbformat.read(path, as_version=4).cells
    settings = tomllib.loads((house / "data" / "course.toml").read_text(encoding="utf-8"))
    assert settings == course.load() | {"repository": "Me/my.course-2", "version": "v1.2"}
    link = course.colab_link(settings, "02_bptt.ipynb")
    assert "/github/Me/my.course-2/blob/v1.2/notebooks/02_bptt.ipynb" in link
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].source == (
        f"# Top\n[Colab]({link}) [slides](https://me.github.io/my.course-2/slides/02_bptt.html) "
        f"{other}")
    assert tiny.code(notebook, 0).source == (
        'import sys\n\nREPOSITORY, VERSION = "https://github.com/Me/my.course-2.git", "v1.2"\n'
        "print(1)")
    assert tiny.code(notebook, 1).source == f"# {other}"
    assert (house / "README.md").read_text(encoding="utf-8") == f"[open]({link}), {other}\n"
    assert colab.main(["Me/my.course-2", "v1.2"]) == 0
    assert "already" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["", ""], ["owner"], ["https://github.com/a/b"],
                                   ["a/b.git"], ["a/b", "v 1"], ['a/b"', "v1"]])
def test_colab_refuses_what_is_no_address(house, words, capsys):
    before = (house / "data" / "course.toml").read_bytes()
    assert colab.main(words) == 2
    assert capsys.readouterr().err.startswith("usage: make colab REPO=owner/name")
    assert (house / "data" / "course.toml").read_bytes() == before


def test_colab_asks_for_an_address_that_it_was_not_given(house, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or " Me/course ")
    assert colab.main([]) == 0 and "owner/name" in asked[0]
    assert course.load(house)["repository"] == "Me/course"


def test_verdicts_fill_the_readme_between_its_marks(house, capsys):
    prose = f"{PROSE}\n\n**Time:** 45 minutes to read; about 9 CPU seconds to run."
    tiny.stored(evidence(house), tiny.FIND_COURSE, DRAW, JUDGE, prose=prose)
    with_picture(house, prose=f"{prose}\n\n{VERDICT_MARKS}")
    assert tables.main() == 0
    text = (house / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# Top\n<!-- lessons -->\n| lesson |") and text.endswith("-->\nend\n")
    found = collections.Counter(claims.VERDICTS[claim["expected"]]
                                for claim in claims.of_lesson(2).values())
    counted = ", ".join(f"{found[word]} {word}" for word in claims.VERDICTS.values() if found[word])
    assert ("| [A title with code](notebooks/02_bptt.ipynb) | 45 min | 9 s | "
            f"{counted} | [evidence](notebooks/evidence/02_bptt.ipynb) | [open](https://") in text
    assert f"| together | 45 min | 9 s | {counted} | | |" in text
    assert "\n![A curve that rises.](data/pictures/02_bptt.png)" in text
    text = (house / "BENCHMARKS.md").read_text(encoding="utf-8")
    assert "| GRU, 50 steps | 4 CPU ms | Keras layer: 1,000 CPU ms | 260 |" in text
    assert "| GRU, CPU ms | steps | 25: 2, 50: 4 |" in text
    text = (house / "guides" / "instructors.md").read_text(encoding="utf-8")
    assert "| 4 LSTM | 5 + 2 | 15 + 4 | 100 |" in text
    text = (house / "guides" / "lecturers.md").read_text(encoding="utf-8")
    assert "| A title with code | 12 min | 8 min |" in text
    text = (house / "VERDICTS.md").read_text(encoding="utf-8")
    assert "| 2.4 | Updating" in text and "with a bar \\| in it |" in text
    capsys.readouterr()
    tables.main()
    assert capsys.readouterr().out == ""


MARKS = "# L\n\n**Time:** 35 minutes, 40 minutes; 7 CPU seconds.\n\n{}"
VERDICT_MARKS = "<!-- verdicts -->\nold\n<!-- /verdicts -->\n\nafter"


def test_a_lesson_gets_the_verdicts_of_its_evidence(house):
    tiny.stored(evidence(house), tiny.FIND_COURSE, DRAW, JUDGE)
    path = with_picture(house, prose=MARKS.format(VERDICT_MARKS))
    tables.main()
    source = nbformat.read(path, as_version=4).cells[0].source
    rows = [line for line in source.splitlines() if line.startswith("| 2.")]
    assert [row.split(" | ")[0] for row in rows] == ["| 2.1", "| 2.2", "| 2.3", "| 2.4"]
    verdicts = [claims.VERDICTS[claim["expected"]] for claim in claims.of_lesson(2).values()]
    assert [row.split(" | ")[-1] for row in rows] == [f"{word} |" for word in verdicts]
    assert source.endswith("after")
    assert "| [L](notebooks/02_bptt.ipynb) | 75 min | 7 s |" in (
        house / "README.md").read_text(encoding="utf-8")


def test_a_lesson_without_a_place_for_its_verdicts_is_named(house):
    tiny.stored(evidence(house), tiny.FIND_COURSE, DRAW, JUDGE)
    with_picture(house, prose=MARKS.format(""))
    with pytest.raises(ValueError, match="02_bptt.ipynb must have one cell"):
        tables.main()


@pytest.mark.parametrize(("name", "mark"), [
    ("README.md", "<!-- lessons -->\n"), ("BENCHMARKS.md", "<!-- /growth -->")])
def test_a_file_without_its_marks_is_a_sentence(house, name, mark):
    text = (house / name).read_text(encoding="utf-8").replace(mark, "")
    (house / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"{name} must hold .* once each"):
        tables.filled(name, house)


def test_cells_are_named_by_the_heading_above_them():
    made = tiny.notebook("a", "b", prose="Words.\n\n## **Two** *words* and `code`\n\n# Later")
    assert lessons.names(made) == ["Two words and code"] * 2 + ["Two words and code (2)"]
    assert lessons.names(tiny.notebook("a", prose="")) == ["top"]


def test_the_code_keeps_to_its_style():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", lessons.ROOT],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_store_takes_the_first_picture_of_a_lesson_from_its_later_cell(house):
    opening = ("#@title First\nfrom utils import environment, figures\nfrom pathlib import Path\n"
               "environment.ROOT = Path.cwd().parent\n"
               'figures.show_picture("02_bptt.png", "A curve that rises from 1 to 9.")')
    path = lesson(house, tiny.FIND_COURSE, opening, DRAW)
    notebook = nbformat.read(path, as_version=4)
    tiny.code(notebook, 2).metadata["preview"] = True
    nbformat.write(notebook, path)
    file = house / "data" / "pictures" / "02_bptt.png"
    shutil.copy(house / "data" / "pictures" / "01_rnn_types.png", file)
    old = file.read_bytes()
    store_lesson.store(path)
    stored = nbformat.read(path, as_version=4)
    first, drawn = (tiny.code(stored, number).outputs[0].data["image/png"] for number in (1, 2))
    assert first == drawn and base64.b64decode(drawn) == file.read_bytes() != old
