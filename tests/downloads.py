"""Downloads as platforms make them, with what goes wrong in real ones."""

import io
import json
import zipfile

import submissions
from coursework.grader import exercises
from coursework.term import roster

STUDENTS = (
    roster.Student("s01", "Jane Doe", "jdoe@uni.edu", ("12345", "janedoe")),
    roster.Student("s02", "John Roe", "john.roe@uni.edu", ("12346", "j-roe")),
    roster.Student("s03", "José Ñandú", "jose@uni.edu", ("12347", "nandu")),
    roster.Student("s04", "Anna Maria Weiß", "amw@uni.edu", ("12348", "anna-w")),
    roster.Student("s05", "Sam Lee", "sam1@uni.edu", ("12349", "sam-lee")),
    roster.Student("s06", "Sam Lee", "sam2@uni.edu", ("12350", "lee")),
    roster.Student("s07", "O'Brien, Tim", "tim@uni.edu", ("12351", "t_obrien")),
    roster.Student("s08", "张 伟", "zw@uni.edu", ("12352", "zhang")),
    roster.Student("s09", "Ada Last", "ada@uni.edu", ("12353", "ada")),
)
ROSTER = "id,name,email,platform\n" + "".join(
    f'{one.id},"{one.name}",{one.email},{" ".join(one.platform)}\n' for one in STUDENTS)


def notebook(assignment="04_lstm", mark=""):
    """Return an assignment that somebody solved, as bytes; `mark` makes it differ from others."""
    made = submissions.solved(assignment)
    made.cells.append(submissions.code(f"# {mark}"))
    return json.dumps(made).encode()


def other_notebook():
    """Return a notebook that has nothing to do with the course, as bytes."""
    return json.dumps(submissions.nbformat.v4.new_notebook(
        cells=[submissions.code("1 + 1")])).encode()


def lesson():
    """Return lesson 4, as bytes."""
    return (exercises.ROOT / "notebooks" / "04_lstm.ipynb").read_bytes()


def untouched(assignment):
    """Return an assignment as students get it, as bytes."""
    return json.dumps(submissions.unsolved(assignment)).encode()


def packed(files):
    """Return a zip of {path: bytes}, as bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


A4, A5 = "04_lstm", "05_gru"
LONG = "x" * 400
# layout: {path: (content, student or "", assignment or "", state)}
DOWNLOADS = {
    "Canvas": {
        "doejane_12345_678901_assignment_04_lstm.ipynb": (notebook(mark="c1"), "s01", A4, "older"),
        "doejane_12345_678955_assignment_04_lstm-1.ipynb":
            (notebook(mark="c2"), "s01", A4, "counts"),
        "roejohn_LATE_12346_678902_assignment_04_lstm.ipynb":
            (notebook(mark="c3"), "s02", A4, "counts"),
        "ñandújosé_12347_678903_tarea final (1).ipynb": (notebook(mark="c4"), "s03", A4, "counts"),
        "leesam_12349_678904_a_b_c.ipynb": (notebook(mark="c5"), "s05", A4, "counts"),
        "leesam_12350_678905_a_b_c.ipynb": (notebook(mark="c6"), "s06", A4, "counts"),
        "leesam_99999_678906_x.ipynb": (notebook(mark="c7"), "", A4, "not placed"),
        "doejane_12346_678907_x.ipynb": (notebook(mark="c8"), "", A4, "not placed"),
        "obrientim_12351_678908_lesson.ipynb": (lesson(), "s07", "", "not placed"),
        "weißannamaria_777_678909_hw.ipynb": (notebook(mark="c9"), "s04", A4, "counts"),
        "zhangwei_12352_text.html": (b"<p>here is my answer</p>", "s08", "", "not placed"),
        "lastada_12353_678910_hw.zip": (packed({
            "hw/assignment.ipynb": notebook(mark="c10"), "hw/data.csv": b"a,b",
            "__MACOSX/hw/._assignment.ipynb": b"junk"}), "s09", A4, "counts"),
    },
    "Moodle": {
        "Jane Doe_900001_assignsubmission_file_/hw.ipynb": (notebook(mark="m1"), "s01", A4,
                                                            "counts"),
        "Jane Doe_900001_assignsubmission_onlinetext_/onlinetext.html":
            (b"<p>see file</p>", "s01", "", "left out"),
        "John Roe_900002_assignsubmission_file_/lstm v2.ipynb":
            (notebook(mark="m2"), "s02", A4, "counts"),
        "John Roe_900002_assignsubmission_file_/lstm v1.pdf": (b"%PDF-1.7", "s02", "", "left out"),
        "José Ñandú_900003_assignsubmission_file_/a.ipynb": (notebook(mark="m3"), "s03", A4,
                                                             "counts"),
        "Sam Lee_900004_assignsubmission_file_/a.ipynb": (notebook(mark="m4"), "", A4,
                                                          "not placed"),
        "Sam Lee_900005_assignsubmission_file_/a.ipynb": (notebook(mark="m5"), "", A4,
                                                          "not placed"),
        "Weiß Anna Maria_900006_assignsubmission_file_hw.ipynb":
            (notebook(A5, "m6"), "s04", A5, "counts"),
        "张 伟_900008_assignsubmission_file_/作业.ipynb":
            (notebook(mark="m7"), "s08", A4, "counts"),
        "Participant_12353_assignsubmission_file_/x.ipynb": (notebook(mark="m8"), "s09", A4,
                                                             "counts"),
        "desktop.ini": (b"[x]", "", "", "left out"),
    },
    "Blackboard": {
        "Assignment 04_jdoe_attempt_2026-11-20-10-00-00_hw.ipynb":
            (notebook(mark="b1"), "s01", A4, "older"),
        "Assignment 04_jdoe_attempt_2026-11-21-23-59-58_hw.ipynb":
            (notebook(mark="b2"), "s01", A4, "counts"),
        "Assignment 04_jdoe_attempt_2026-11-21-23-59-58.txt":
            (b"Name: Jane Doe (jdoe)", "s01", "", "left out"),
        "Assignment 04_t_obrien_attempt_2026-11-22-00-00-00_a.ipynb":
            (notebook(mark="b3"), "s07", A4, "counts"),
        "My_Unit_4_ada_attempt_2026-11-22-00-00-00_ada_final.ipynb":
            (notebook(mark="b4"), "s09", A4, "counts"),
        "Assignment 04_ghost_attempt_2026-11-22-00-00-00_a.ipynb":
            (notebook(mark="b5"), "", A4, "not placed"),
        "Thumbs.db": (b"\0", "", "", "left out"),
    },
    "Google Classroom": {
        "Jane Doe - Copy of assignment_04_lstm.ipynb": (notebook(mark="g1"), "s01", A4, "counts"),
        "John Roe - assignment_05_gru.ipynb": (notebook(A5, "g2"), "s02", A5, "counts"),
        "José Ñandú - Kopie von assignment_04 - final.ipynb":
            (notebook(mark="g3"), "s03", A4, "counts"),
        "Sam Lee - Copy of assignment_04_lstm.ipynb": (notebook(mark="g4"), "", A4, "not placed"),
        "Tim O'Brien - Untitled0.ipynb": (other_notebook(), "s07", "", "not placed"),
    },
    "GitHub Classroom": {
        "lstm-submissions/lstm-janedoe/assignments/assignment_04_lstm.ipynb":
            (notebook(mark="h1"), "s01", A4, "counts"),
        "lstm-submissions/lstm-janedoe/assignments/assignment_05_gru.ipynb":
            (untouched(A5), "s01", A5, "left out"),
        "lstm-submissions/lstm-janedoe/notebooks/04_lstm.ipynb": (lesson(), "s01", "", "left out"),
        "lstm-submissions/lstm-janedoe/README.md": (b"# Mine", "s01", "", "left out"),
        "lstm-submissions/lstm-janedoe/.git/config": (b"[core]", "", "", "left out"),
        "lstm-submissions/lstm-j-roe/assignment_04_lstm.ipynb":
            (notebook(mark="h2"), "s02", A4, "counts"),
        "lstm-submissions/lstm-sam-lee/assignment_04_lstm.ipynb":
            (notebook(mark="h3"), "s05", A4, "counts"),
        "lstm-submissions/lstm-lee/assignment_04_lstm.ipynb":
            (notebook(mark="h4"), "s06", A4, "counts"),
        "lstm-submissions/lstm-octocat/assignment_04_lstm.ipynb":
            (notebook(mark="h5"), "", A4, "not placed"),
    },
    "nbgrader": {
        "submitted/s01/ps4/assignment_04_lstm.ipynb": (notebook(mark="n1"), "s01", A4, "counts"),
        "submitted/s01/ps4/timestamp.txt": (b"2026-11-20 10:00:00.000000 UTC", "", "", None),
        "submitted/amw@uni.edu/ps4/assignment_04_lstm.ipynb":
            (notebook(mark="n2"), "s04", A4, "counts"),
        "submitted/s02/ps4/.ipynb_checkpoints/assignment_04_lstm-checkpoint.ipynb":
            (notebook(mark="n3"), "", "", "left out"),
        "submitted/s02/ps4/assignment_04_lstm.ipynb": (b"{broken", "s02", "", "not placed"),
        "inbound/s09+ps4+2026-11-20 10:00:00 UTC/assignment_04_lstm.ipynb":
            (notebook(mark="n4"), "s09", A4, "older"),
        "inbound/s09+ps4+2026-11-21 09:00:00 UTC/assignment_04_lstm.ipynb":
            (notebook(mark="n5"), "s09", A4, "counts"),
        "submitted/nobody/ps4/assignment_04_lstm.ipynb": (notebook(mark="n6"), "", A4,
                                                          "not placed"),
    },
    "folder": {
        "s01.ipynb": (notebook(mark="p1"), "s01", A4, "counts"),
        "John Roe/homework.ipynb": (notebook(mark="p2"), "s02", A4, "counts"),
        "John Roe/second.ipynb": (notebook(A5, "p3"), "s02", A5, "counts"),
        "José Ñandú/a.ipynb": (notebook(mark="p4"), "s03", A4, "not placed"),
        "José Ñandú/b.ipynb": (notebook(mark="p5"), "s03", A4, "not placed"),
        "section 1/ada.ipynb": (notebook(mark="p6"), "s09", A4, "counts"),
        "section 1/__pycache__/x.pyc": (b"\0", "", "", "left out"),
        "anna-w.zip": (packed({"work/a4.ipynb": notebook(mark="p7")}), "s04", A4, "counts"),
        "s07/s08.ipynb": (notebook(mark="p8"), "", A4, "not placed"),
        "Untitled.ipynb": (notebook(mark="p9"), "", A4, "not placed"),
        "._s01.ipynb": (b"\0", "", "", "left out"),
        f"zhang/{LONG}.ipynb": (notebook(mark="p10"), "s08", A4, "counts"),
    },
}
