"""Deadlines, penalties, extensions, dropped lowest; the gradebooks of platforms."""

import csv
import io
import json

import pytest

import downloads
import submissions
from coursework.grader import exercises, feedback, marking, notebooks
from coursework.term import book, platforms, roster, settings, standing

A4, A5 = "04_lstm", "05_gru"
REGISTER = roster.Roster(downloads.STUDENTS)
TOML = """
[deadlines]
04_lstm = 2026-11-20T23:59:00
[late]
per_day = 10
most = 25
grace_minutes = 15
[extensions.s03]
04_lstm = 2026-11-25T12:00:00
[handed_in.s04]
04_lstm = 2026-11-21T08:00:00
[total]
drop_lowest = {}
"""


def rules(tmp_path, text=None):
    (tmp_path / "class.toml").write_text(text or TOML.format(0), encoding="utf-8")
    return standing.rules(settings.read(tmp_path))


def rows(student, assignment=A4, hand="", share=1):
    """Return rows with all points of the functions, or a share of them."""
    return [marking.Row(student, assignment, one.name,
                        "" if isinstance(one, exercises.Explained) else round(one.points * share),
                        one.points, "ok", hand=hand if isinstance(one, exercises.Explained) else "")
            for one in exercises.load(assignment)]


def file(student, time="", late=False, assignment=A4):
    return {"student": student, "assignment": assignment, "time": time, "late": late}


@pytest.mark.parametrize(("one", "days"), [
    (file("s01", "20261120235900"), 0), (file("s01", "20261121001359"), 0),
    (file("s01", "20261121001401"), 1), (file("s01", "20261122001401"), 2),
    (file("s01", "20261125000000"), 4), (file("s03", "20261125120000"), 0),
    (file("s03", "20261125130000"), 1), (file("s04"), 1), (file("s02"), 0),
    (file("s02", late=True), 1), (file("s03", late=True), 0),
    (file("s02", late=True, assignment=A5), 0)])
def test_lateness(one, days, tmp_path):
    assert standing.lateness(one, rules(tmp_path))[0] == days


def test_a_penalty_is_a_share_of_what_was_earned_and_has_a_limit(tmp_path):
    files = [file("s01", "20261122001401"), file("s02", "20261130000000")]
    found = standing.standings(rows("s01") + rows("s02"), files, rules(tmp_path))
    assert (found["s01"][A4].earned, found["s01"][A4].penalty, found["s01"][A4].points) == (15, 3,
                                                                                          12)
    assert found["s02"][A4].penalty == 3.75
    assert found["s01"][A4].possible == 19 and found["s01"][A4].open == 2
    assert "due 2026-11-20 23:59" in found["s01"][A4].said


def test_the_lowest_share_is_dropped_and_never_the_only_one(tmp_path):
    table = rows("s01", A4, share=0.5) + rows("s01", A5) + rows("s02", A4)
    found = standing.standings(table, [], rules(tmp_path, TOML.format(1)), REGISTER)
    assert [found["s01"][name].counts for name in (A4, A5)] == [False, True]
    assert standing.total(found["s01"]) == (18, 22)
    assert [found["s02"][name].counts for name in (A4, A5)] == [True, False]
    assert found["s09"][A4].said == "nothing was handed in"
    only = standing.standings(rows("s01"), [], rules(tmp_path, TOML.format(1)))
    assert only["s01"][A4].counts


@pytest.mark.parametrize(("text", "said"), [
    ("[deadlines]\n09_x = 2026-01-01T00:00:00", "no assignment '09_x'"),
    ("[deadlines]\n04_lstm = '2026-01-01'", "without quotes"),
    ("[late]\nper_day = 200", "from 0 to 100"), ("[total]\ndrop_lowest = -1", "from 0 to"),
    ("[dedlines]", "'dedlines', which nobody reads")])
def test_a_fault_in_the_rules_is_one_sentence(text, said, tmp_path):
    with pytest.raises(settings.SettingsError, match=said):
        rules(tmp_path, text)


def test_the_template_has_rules_that_can_be_read(tmp_path):
    settings.prepare(tmp_path)
    assert standing.rules(settings.read(tmp_path)).per_day == 10


# --- platforms ------------------------------------------------------------------------------------

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Assignment 4: LSTM (771),Quiz 4 (772),\
Assignment 5 (773),Current Score
    Points Possible,,,,,100,10,22,(read only)
"Doe, Jane",12345,u1,jdoe,S1,,7,3,50
"Roe, John",12346,u2,john.roe,S1,1,,,
"Guest, A",999,u9,guest,S1,5,,,
"Student, Test",1,,x,S1,,,,
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Feedback comments
Participant 900001,Jane Doe,jdoe@uni.edu,Submitted,,"19,00",Yes,
Participant 900002,John Roe,JOHN.ROE@uni.edu,Submitted,4,19,Yes,ok
Participant 900003,Guest,guest@uni.edu,No submission,,19,Yes,
"""


@pytest.fixture
def found(tmp_path):
    return standing.standings(rows("s01", hand=1) + rows("s01", A5) + rows("s02"), [],
                              rules(tmp_path), roster.Roster(downloads.STUDENTS[:2]))


def read(text):
    return list(csv.reader(io.StringIO(text)))


def test_canvas_gets_its_own_gradebook_back_with_our_columns_alone(found):
    text, said = platforms.fill(CANVAS, found, REGISTER, {})
    lines = read(text)
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section",
                        "Assignment 4: LSTM (771)", "Assignment 5 (773)"]
    assert lines[1][5:] == ["100", "22"]
    assert lines[2] == ["Doe, Jane", "12345", "u1", "jdoe", "S1", "89.47", "18"]   # 17 of 19
    assert lines[3][5:] == ["78.95", "0"]
    assert lines[4][5:] == ["5", ""] and lines[5][5:] == ["", ""]
    assert "2 students filled." in said and "Assignment 4" in said[0]
    assert said[-1].endswith("several do: Guest, A, Student, Test.")
    mixed = CANVAS.replace("12345,u1", "12345,s02")        # one line, two students of the roster
    assert read(platforms.fill(mixed, found, REGISTER, {})[0])[2][5:] == ["", "3"]


def test_a_column_that_may_be_two_is_asked_about(found):
    doubled = CANVAS.replace("Quiz 4", "Assignment 04 again")
    with pytest.raises(platforms.PlatformError, match="under \\[columns\\]"):
        platforms.fill(doubled, found, REGISTER, {})
    text, _ = platforms.fill(doubled, found, REGISTER, {A4: "Assignment 04 again (772)"})
    assert read(text)[2][5:] == ["8.95", "18"]
    with pytest.raises(platforms.PlatformError, match="no such column"):
        platforms.fill(CANVAS, found, REGISTER, {A4: "LSTM"})


def test_moodle_gets_its_worksheet_back_whole(found):
    text, _ = platforms.fill("\ufeff" + MOODLE, found, REGISTER, {}, A4)
    lines = read(text)
    assert lines[0] == read(MOODLE)[0]
    assert [line[4] for line in lines[1:]] == ["17", "15", ""]
    assert [line[:4] + line[5:] for line in lines] == [line[:4] + line[5:] for line in read(MOODLE)]
    with pytest.raises(platforms.PlatformError, match="ASSIGNMENT="):
        platforms.fill(MOODLE, found, REGISTER, {})


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", CANVAS.replace("Assignment", "Thing")])
def test_what_is_no_gradebook_is_refused(text, found):
    with pytest.raises(platforms.PlatformError):
        platforms.fill(text, found, REGISTER, {})


def test_the_tables_of_a_term(found, tmp_path):
    register = roster.Roster([*downloads.STUDENTS[:1], roster.Student("s02", "=1+1", "j@x")])
    platforms.write_all(tmp_path, found, register)
    lines = {line["student"]: line for line in csv.DictReader(
        io.StringIO((tmp_path / "gradebook.csv").read_text(encoding="utf-8")))}
    assert lines["s01"]["total"] == "35" and lines["s01"]["of"] == "41"
    assert lines["s02"]["name"] == "'=1+1" and lines["s02"][A5] == "0"
    head, possible, *students = read((tmp_path / "canvas.csv").read_text(encoding="utf-8"))
    assert head == [*platforms.CANVAS, A4, A5]
    assert possible == ["Points Possible", "", "", "", "", "19", "22"]
    assert students == [["Jane Doe", "12345", "", "", "", "17", "18"]]
    assert read((tmp_path / "moodle.csv").read_text(encoding="utf-8"))[0][2] == "Email address"
    kept = (tmp_path / "canvas.csv").stat().st_mtime_ns
    platforms.write_all(tmp_path, found, register)
    assert (tmp_path / "canvas.csv").stat().st_mtime_ns == kept


def test_the_command_fills_the_file_that_was_given(tmp_path, capsys):
    group = tmp_path / "class"
    group.mkdir()
    assert platforms.main(["--class", str(group)]) == 1
    (tmp_path / "export.csv").write_text(CANVAS, encoding="utf-8")
    assert platforms.main([str(tmp_path / "export.csv"), "--class", str(group)]) == 1
    assert "platforms need both" in capsys.readouterr().err
    (group / "roster.csv").write_text(downloads.ROSTER, encoding="utf-8")
    with book.Book(group) as kept:
        kept.add_table(json.dumps([vars(row) for row in rows("s01")]), 1)
    assert platforms.main([str(tmp_path / "export.csv"), "--class", str(group)]) == 0
    assert read((group / "filled/export.csv").read_text(encoding="utf-8"))[2][5] == "78.95"


# --- the student's page ---------------------------------------------------------------------------

def test_a_page_has_code_words_notes_and_what_was_said_by_hand(tmp_path):
    notebook = submissions.with_answer("def what_is_left(g):\n    return '<script>' + 'mine'")
    submission = notebooks.parse(json.dumps(notebook).encode())
    own = rows("s01", hand=0.5)
    own[1].status, own[1].points, own[1].note = "not yet right", 0, "two units: it is wrong"
    own[0].comment, own[1].comment = "Well **said** <img src=x>", "Look at row 2"
    one = standing.Standing(14, 19, 1, 1.4, 0, "handed in late")
    page = feedback.page(own, submission, one)
    for said in ("return &#39;&lt;script&gt;&#39; + &#39;mine&#39;", "two units: it is wrong",
                 "not yet right", "About one millionth", "<strong>said</strong>", "Look at row 2",
                 "14 of 19 points. Days late: 1 (handed in late); 1.4 less, so 12.6."):
        assert said in page, said
    assert "<script>" not in page and "<img" not in page and "### BEGIN" not in page
    open_ = feedback.page(rows("s01"), submission)
    assert "2 answers are still to be marked" in open_


def test_a_page_of_a_file_that_cannot_be_read_says_so():
    page = feedback.page([marking.Row("s01", "", "", "", "", "unreadable", "The file is empty.")])
    assert "The file is empty." in page and "unreadable file" in page
