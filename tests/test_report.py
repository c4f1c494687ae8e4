"""The report for the instructor, and pairs that are alike."""

import json
import re

import pytest

import submissions
from coursework.grader import exercises, feedback, locked, marking, notebooks
from coursework.term import alike, book, report

A4 = "04_lstm"
GIVEN = [*locked.released_answers(A4).values(), *locked.landmarks(A4)[1]]
NAMES = {"left": "rest", "forget_gates": "ff", "size": "n", "new_c": "cc", "total": "t",
         "inputs": "m", "layer": "k"}


def work(change=lambda name, source: source):
    """Return the answers of a solved assignment, each changed."""
    notebook = submissions.solved()
    for name, cell in submissions.answer_cells(notebook).items():
        cell.source = change(name, cell.source)
    return notebook


def code(notebook):
    submission = notebooks.parse(json.dumps(notebook).encode())
    return [feedback.code(one, submission) for one in exercises.coded(A4)]


def own_way(number):
    """Return answers that a student found alone; no two numbers have the same."""
    ways = [f"a{number}", "+", "*", "-", "/", "**", "@", "%"]

    def change(name, source):
        head = source.split("\n")[0]
        body = []
        for step in range(12):
            signs = [ways[1 + (number * 7 + step * 5 + k * 3) % 7] for k in range(4)]
            body.append(f"    v{step} = x {signs[0]} y {signs[1]} np.f{(number * 31 + step) % 97}"
                        f"(z {signs[2]} 2) {signs[3]} w")
        return "\n".join([head, *body, "    return v0"])
    return work(change)


def renamed(notebook):
    """Return a copy with other names, numbers, comments and blank lines."""
    made = json.loads(json.dumps(notebook))
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            text = re.sub(r"\bv(\d+)", r"value_\1", cell["source"])
            for old, new in NAMES.items():
                text = re.sub(rf"\b{old}\b", new, text)
            cell["source"] = text.replace("\n    value_3", "\n\n    # mine\n    value_3")
    return submissions.nbformat.from_dict(made)


def test_a_copy_with_other_names_is_found_and_nobody_else():
    works = {f"s{n:02}": code(own_way(n)) for n in range(30)}
    works["copy"] = code(renamed(own_way(4)))
    found = alike.pairs(works, GIVEN)
    assert [(pair.one, pair.other) for pair in found] == [("copy", "s04")]
    assert found[0].share > 0.9 and "np.f" in found[0].line


def test_what_everybody_was_given_or_has_makes_nobody_alike():
    assert alike.pairs({f"s{n}": code(work()) for n in range(30)}, GIVEN) == []
    blank = code(submissions.unsolved())
    assert alike.pairs({"a": blank, "b": blank}, GIVEN) == []


def test_code_that_is_no_python_is_compared_as_far_as_it_goes():
    assert alike.tokens("def f(:\n  '''")[0][0] == "def"
    assert alike.fingerprints([""]) == {}


def rows(student, wrong=(), note="two units: no. It looks as if row t is late."):
    return [marking.Row(student, A4, one.name, "" if isinstance(one, exercises.Explained)
                        else 0 if one.name in wrong else one.points, one.points,
                        "not yet right" if one.name in wrong else "ok",
                        note if one.name in wrong else "")
            for one in exercises.load(A4)]


@pytest.fixture
def group(tmp_path):
    """A class of ten: four with one mistake, one who stopped, one whose file is no notebook."""
    with book.Book(tmp_path) as kept:
        table = []
        for n in range(10):
            table += rows(f"s{n}", ("4-1", "4-5")[:1 + n % 2] if n < 4 else ())
        table[-6].status, table[-6].points = "stopped", 0
        table[-6].note = "its cell imports in line 1, `import torch`, what is not there " \
            "(ModuleNotFoundError: No module named 'torch')"
        table.append(marking.Row("<b>s10", "", "", "", "", "unreadable", "The file is empty."))
        kept.add_table(json.dumps([vars(row) for row in table]), 1)
        path = kept.path("d" * 64)
        submissions.save(submissions.with_answer("def what_is_left(g):\n    return g + 1"), path)
        kept.base.execute("insert into files values ('s0', ?, ?, 'f', '', 0, '', '', 'counts', '', "
                          "1)", (A4, "d" * 64))
        kept.base.commit()
    (tmp_path / "roster.csv").write_text("id\ns0\ns99\n", encoding="utf-8")
    return tmp_path


def test_the_report_says_what_goes_wrong_with_a_line_of_code(group, capsys):
    assert report.main(["--class", str(group)]) == 0
    page = (group / "report.html").read_text(encoding="utf-8")
    for said in ("10 handed in; median 14 of 15 points", "Nothing from 1: s99.",
                 "4 × it looks as if row t is late", "<pre>return g + 1</pre>",
                 "1 × stopped: ModuleNotFoundError", "<pre>import torch</pre>",
                 "&lt;b&gt;s10", "The file is empty."):
        assert said in page, said
    assert page.count("data:image/png;base64,") == 1 and 'alt="Points for 04_lstm' in page
    assert not re.search(r"<script|https?://", page)
    assert len(page) < 200_000


def test_an_exercise_that_good_students_solve_tells_apart():
    assert report.discrimination([0, 0, 0, 1, 1, 1], [1, 2, 1, 8, 9, 9]) > 0.9
    assert report.discrimination([1, 1, 1, 0, 0, 0], [1, 2, 1, 8, 9, 9]) < -0.9
    assert report.discrimination([1, 1, 1, 1, 1], [1, 2, 1, 8, 9]) is None
    assert report.discrimination([1, 0], [1, 2]) is None


def test_numbers_do_not_make_two_mistakes_of_one():
    notes = [f"3 units: the result is {x}, not {x + 1}" for x in (0.5, -2e-3)]
    made = {report.mistake(marking.Row("a", A4, "4-1", 0, 2, "not yet right", note))
            for note in notes}
    assert len(made) == 1


def test_without_a_class_there_is_a_sentence(tmp_path, capsys):
    assert report.main(["--class", str(tmp_path)]) == 2
    assert "make grade" in capsys.readouterr().err
