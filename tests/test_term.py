"""A term in one gradebook: weeks in any order, regradings, hand marks, nothing lost."""

import csv
import io
import json
import shutil

import nbformat
import pytest

import downloads
import submissions
from coursework.grader import clean, exercises, grade, marking, record
from coursework.term import book

A4, A5 = "04_lstm", "05_gru"
STUDENTS = ("anna", "ben", "a+b", "a_b", "sec1/Jane", "sec1_Jane", "x" * 260, "=1+1")


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """nbgrader's gradebook with nothing in it, which takes seconds to make."""
    folder = tmp_path_factory.mktemp("blank")
    with record.opened(folder):
        pass
    return folder / "course" / "gradebook.db"


@pytest.fixture
def quick(monkeypatch, blank):
    """Mark without running anything: the points follow from the file and the seed alone."""
    calls, opened = [], record.opened

    def copied(folder):
        path = folder / "course" / "gradebook.db"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(blank, path)
        return opened(folder)
    monkeypatch.setattr(record, "opened", copied)

    def mark(path, student, seed, seconds, unsafe):
        submission = marking.notebooks.read(path)
        assignment = marking.locked.which(submission)
        calls.append((student, assignment))
        worth = seed + sum("better" in source for source in submission.code())
        return [marking.Row(student, assignment, one.name,
                            worth if isinstance(one, exercises.Exercise) else "", one.points, "ok",
                            f"<{student}>") for one in exercises.load(assignment)]
    monkeypatch.setattr(grade, "mark", mark)
    return calls


def week(assignment, students=STUDENTS[:3], mark=""):
    """Return a download in which everybody hands in one assignment."""
    return {f"submitted/{name}/x/{assignment}.ipynb": downloads.notebook(assignment, f"{name} "
                                                                        f"{mark}")
            for name in students if "/" not in name}


def run(folder, files=None, **more):
    """Collect and mark; return what was said."""
    said = []
    source = None
    if files is not None:
        source = folder.parent / "download.zip"
        source.write_bytes(downloads.packed(files))
    grade.grade(source, folder, seed=more.pop("seed", 1), unsafe=True, say=said.append, **more)
    return "\n".join(said)


def points(text):
    """Return {(student, assignment, exercise): points} of a CSV table."""
    return {(line["student"], line["assignment"], line["exercise"]): line["points"]
            for line in csv.DictReader(io.StringIO(text))}


def grades(folder):
    return points((folder / "grades.csv").read_text(encoding="utf-8"))


def everything(folder):
    """Return {path: bytes} of a class but for nbgrader's database, whose bytes may differ."""
    return {path: path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and path.name != "gradebook.db"}


def test_a_second_week_leaves_the_first_alone_in_any_order(quick, tmp_path):
    for order in ((A4, A5), (A5, A4)):
        for assignment in order:
            run(tmp_path / order[0], week(assignment))
    assert grades(tmp_path / A4) == grades(tmp_path / A5)
    assert {key[1] for key in grades(tmp_path / A4)} == {A4, A5}
    pages = {path.relative_to(tmp_path / A4 / "feedback").parent.name
             for path in (tmp_path / A4 / "feedback").rglob("*.html")}
    assert pages == {A4, A5}


def test_the_same_command_twice_changes_nothing_and_marks_nothing(quick, tmp_path):
    files = week(A4)
    run(tmp_path / "c", files)
    before, marked = everything(tmp_path / "c"), len(quick)
    said = run(tmp_path / "c", files)
    assert everything(tmp_path / "c") == before
    assert len(quick) == marked and "Table" not in said


def test_a_regrading_keeps_every_earlier_table(quick, tmp_path):
    folder = tmp_path / "c"
    assert "Table 1: 21 new rows, 0 with other points" in run(folder, week(A4))
    first = (folder / "grades.csv").read_bytes()
    assert "Table 2: 0 new rows, 15 with other points" in run(folder, seed=2)
    assert "Table 3: 0 new rows, 1 with" not in run(folder, week(A4, ["ben"], "better"), seed=2)
    run(folder, week(A5), seed=3, assignment=A5)
    assert grades(folder)["anna", A4, "4-1"] == "2"         # asked for assignment 5 alone
    assert grades(folder)["anna", A5, "5-1"] == "3"
    (folder / "tables/0001.csv").unlink()
    assert grade.earlier(folder, 1).read_bytes() == first
    assert grade.earlier(folder, 99) is None
    assert len(list((folder / "tables").iterdir())) == 4


def test_a_later_attempt_is_marked_and_the_earlier_file_kept(quick, tmp_path):
    run(tmp_path / "c", week(A4))
    assert "1 with other points" not in run(tmp_path / "c", week(A4, ["ben"], "better"))
    assert grades(tmp_path / "c")["ben", A4, "4-1"] == "2"
    assert len(list((tmp_path / "c" / "files").iterdir())) == 4


def test_odd_and_long_names_stay_apart_everywhere(quick, tmp_path):
    files = {f"{name}.ipynb" if "/" not in name else f"{name}/x.ipynb":
             downloads.notebook(A4, name) for name in STUDENTS if "sec1" not in name}
    files |= {"sec1_Jane.ipynb": downloads.notebook(A4, "one"),
              "sec1/Jane.ipynb": downloads.notebook(A4, "two"),
              "sec1/Joe.ipynb": downloads.notebook(A4, "three")}
    run(tmp_path / "c", files)
    named = {line["student"] for line in csv.DictReader(
        io.StringIO((tmp_path / "c/grades.csv").read_text(encoding="utf-8")))}
    assert len(named) == len(files)
    assert len(list((tmp_path / "c/feedback" / A4).iterdir())) == len(files)
    assert len(list((tmp_path / "c/course/autograded").iterdir())) == len(files)
    with record.opened(tmp_path / "c") as kept:
        assert len(kept.students) == len(files)


@pytest.mark.parametrize("moment", ["mark", "write_pages", "gradebook", "add_table"])
def test_a_stop_at_any_moment_loses_nothing(quick, moment, tmp_path, monkeypatch):
    run(tmp_path / "straight", week(A4))
    run(tmp_path / "straight", week(A5))
    run(tmp_path / "torn", week(A4))
    place = {"gradebook": record, "add_table": book.Book}.get(moment, grade)
    right, calls = getattr(place, moment), []

    def stops(*args, **more):
        calls.append(args)
        if len(calls) == (2 if moment == "mark" else 1):
            raise KeyboardInterrupt
        return right(*args, **more)
    monkeypatch.setattr(place, moment, stops)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "torn", week(A5))
    monkeypatch.setattr(place, moment, right)
    run(tmp_path / "torn")
    assert grades(tmp_path / "torn") == grades(tmp_path / "straight")
    with record.opened(tmp_path / "torn") as kept:
        assert kept.find_submission(A5, "ben").score == len(exercises.coded(A5))


def test_hand_marks_reach_the_table_and_outlive_a_regrading(quick, tmp_path):
    folder = tmp_path / "c"
    run(folder, week(A4))
    with record.opened(folder) as kept:
        cell = kept.find_grade("4-7", f"assignment_{A4}", A4, "anna")
        cell.manual_score, cell.needs_manual_grade = 2.5, False
        kept.find_comment("4-7", f"assignment_{A4}", A4, "anna").manual_comment = "Good <b>\nso"
        kept.find_comment("4-2-answer", f"assignment_{A4}", A4, "anna").manual_comment = "=Short"
        kept.db.commit()
    for seed in (1, 2):
        run(folder, seed=seed)
        lines = {(line["student"], line["exercise"]): line for line in csv.DictReader(
            io.StringIO((folder / "grades.csv").read_text(encoding="utf-8")))}
        assert lines["anna", "4-7"]["hand"] == "2.5"
        assert lines["anna", "4-7"]["note"] == "Marked by hand."
        assert lines["anna", "4-7"]["comment"] == "Good <b> so"
        assert lines["anna", "4-2"]["comment"] == "'=Short"
        assert lines["ben", "4-7"]["hand"] == ""


def test_our_note_stands_in_formgraders_comment_and_can_do_nothing(quick, tmp_path):
    run(tmp_path / "c", week(A4, ["ben"]))
    with record.opened(tmp_path / "c") as kept:
        comment = kept.find_comment("4-1-answer", f"assignment_{A4}", A4, "ben")
        assert comment.comment == "‹ben›"
    said = clean.spoken("![x](javascript:1) <img src=x onerror=1> &lt; `a` $b$ \\c *d*\n# e")
    assert not set(said) & set("<>&[]`$\\*#!\n")


def test_without_a_folder_and_without_a_class_there_is_a_sentence(tmp_path, capsys):
    assert grade.main(["--class", str(tmp_path / "none")]) == 2
    assert "make grade SUBMISSIONS=" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
    assert grade.main([str(exercises.ROOT), "--class", str(tmp_path / "none")]) == 1
    assert "holds the course itself" in capsys.readouterr().err


def test_a_shown_notebook_is_that_of_the_latest_attempt(quick, tmp_path):
    run(tmp_path / "c", week(A4, ["ben"]))
    newer = submissions.with_answer("def what_is_left(g):\n    return 'newer'")
    run(tmp_path / "c", {"submitted/ben/x/a.ipynb": json.dumps(newer).encode()})
    shown = nbformat.read(tmp_path / f"c/course/autograded/ben/{A4}/assignment_{A4}.ipynb", 4)
    assert any("newer" in cell.source for cell in shown.cells)
