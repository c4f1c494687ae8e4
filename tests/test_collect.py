"""Whose each file of a download is: seven layouts, and everything that lies about in them."""

import datetime
import json
import os
import stat
import zipfile

import pytest

import downloads
import submissions
from coursework.grader import exercises
from coursework.term import book, collect, roster, settings, unpack

GIVEN = settings.read(settings.TEMPLATE.parent)
REGISTER = roster.Roster(downloads.STUDENTS)


def zipped(files, folder, name="download.zip"):
    path = folder / name
    path.write_bytes(downloads.packed(files))
    return path


def contents(layout):
    return {name: content for name, (content, *_) in downloads.DOWNLOADS[layout].items()}


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """What is found in each download, packed as one zip."""
    folder = tmp_path_factory.mktemp("downloads")
    return {layout: collect.plan(zipped(contents(layout), folder, f"{number}.zip"), GIVEN, REGISTER)
            for number, layout in enumerate(downloads.DOWNLOADS)}


ALL = [(layout, name) for layout, files in downloads.DOWNLOADS.items() for name in files]


def test_there_are_enough_files():
    assert len(downloads.DOWNLOADS) >= 7 and len(ALL) >= 60


@pytest.mark.parametrize(("layout", "name"), ALL, ids=lambda text: text[:40])
def test_a_file_is_at_its_student_or_listed(plans, layout, name):
    _, student, assignment, state = downloads.DOWNLOADS[layout][name]
    found = [one for one in plans[layout] if one.file == name or (
        name.endswith(".zip") and one.file.startswith(f"{name}/") and one.state != "left out")]
    if state is None:
        assert found == []                         # read beside the others, and no hand-in itself
        return
    one, = found
    assert (one.student, one.assignment, one.state) == (student, assignment, state), one.why
    assert one.why


def test_late_marks_and_times_are_read(plans):
    late = {one.file for one in plans["Canvas"] if one.late}
    assert late == {"roejohn_LATE_12346_678902_assignment_04_lstm.ipynb"}
    times = {one.student: one.time for one in plans["Blackboard"] if one.state == "counts"}
    assert times["s01"] == "20261121235958"
    times = {one.student: one.time for one in plans["nbgrader"] if one.state == "counts"}
    here = datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC).astimezone()
    assert times["s01"] == here.strftime("%Y%m%d%H%M%S")


@pytest.mark.parametrize(("layout", "part", "said"), [
    ("Canvas", "doejane_12346", "is s02, the name 'doejane' is s01"),
    ("Canvas", "leesam_99999", "may be s05 or s06"),
    ("Canvas", "obrientim", "it is lesson 04_lstm"),
    ("Moodle", "Sam Lee_900004", "may be s05 or s06"),
    ("Blackboard", "ghost", "no id at the end"),
    ("folder", "José Ñandú/a", "nothing says which came last"),
    ("folder", "s07/s08", "s07 or s08"),
    ("nbgrader", "s02/ps4/assignment", "JSON is broken")])
def test_what_is_not_placed_says_why(plans, layout, part, said):
    one, = [one for one in plans[layout] if part in one.file and one.state == "not placed"]
    assert said in one.why


def test_a_folder_gives_what_the_zip_gives(plans, tmp_path):
    for name, content in contents("Moodle").items():
        submissions.save(content, tmp_path / "x" / name)
    assert set(collect.plan(tmp_path / "x", GIVEN, REGISTER)) == set(plans["Moodle"])


# --- without a roster -----------------------------------------------------------------------------

@pytest.mark.parametrize(("layout", "students"), [
    ("Canvas", {"doejane (12345)", "leesam (12349)", "leesam (12350)", "doejane (12346)"}),
    ("Moodle", {"Jane Doe", "John Roe"}),
    ("Google Classroom", {"Sam Lee", "Jane Doe"}),
    ("nbgrader", {"s01", "amw@uni.edu", "nobody"})])
def test_without_a_roster_students_are_called_as_the_platform_calls_them(layout, students,
                                                                         tmp_path):
    found = {one.student for one in collect.plan(zipped(contents(layout), tmp_path), GIVEN, None)}
    assert students <= found


def test_without_a_roster_two_people_of_one_name_are_not_made_one(tmp_path):
    found = collect.plan(zipped(contents("Moodle"), tmp_path), GIVEN, None)
    both = [one for one in found if one.file.startswith("Sam Lee")]
    assert {(one.student, one.state) for one in both} == {("", "not placed")}
    assert all("two people are called 'Sam Lee'" in one.why for one in both)


def test_without_a_roster_no_login_is_cut_out_of_a_longer_name(tmp_path):
    found = collect.plan(zipped(contents("GitHub Classroom"), tmp_path), GIVEN, None)
    one, = [one for one in found if "lstm-sam-lee" in one.file]
    assert one.student == "" and "only a roster can tell" in one.why


def test_a_plain_folder_without_a_roster(tmp_path):
    files = {"anna/04/x.ipynb": b"{}", "ben.ipynb": b"{}", "cleo/a.ipynb": b"{}",
             "cleo/b.ipynb": b"[]", "dan/4.ipynb": downloads.notebook(),
             "dan/5.ipynb": downloads.notebook("05_gru"), ".hidden/z.ipynb": b"{}"}
    found = collect.plan(zipped(files, tmp_path), GIVEN, None)
    assert {one.file: one.student for one in found} == {
        "anna/04/x.ipynb": "anna", "ben.ipynb": "ben", "cleo/a.ipynb": "cleo/a",
        "cleo/b.ipynb": "cleo/b", "dan/4.ipynb": "dan", "dan/5.ipynb": "dan", ".hidden/z.ipynb": ""}


# --- zips -----------------------------------------------------------------------------------------

def raw_zip(folder, *entries):
    path = folder / "raw.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize("name", ["../s01.ipynb", "/etc/s01.ipynb", "C:/s01.ipynb",
                                  "a/../../s01.ipynb", "..\\s01.ipynb"])
def test_no_path_leads_out(name, tmp_path):
    path = raw_zip(tmp_path, (name, downloads.notebook(), stat.S_IFREG | 0o644))
    collect.collect(path, tmp_path / "class", say=lambda text: None)
    one, = collect.plan(path, GIVEN, REGISTER)
    assert one.state == "not placed" and "leads out" in one.why
    assert not (tmp_path / "class/files").exists()
    assert {entry.name for entry in tmp_path.iterdir()} == {"class", "raw.zip"}


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    path = raw_zip(tmp_path, ("s01.ipynb", "/etc/passwd", stat.S_IFLNK | 0o777))
    assert collect.plan(path, GIVEN, REGISTER)[0].why.startswith("it is a link")


def test_links_and_pipes_in_a_folder_are_not_read(tmp_path):
    os.symlink("/etc/passwd", tmp_path / "s01.ipynb")
    os.symlink("/etc", tmp_path / "s02")
    os.mkfifo(tmp_path / "s03.ipynb")
    assert {one.file: one.why.split(";")[0] for one in collect.plan(tmp_path, GIVEN, REGISTER)} == {
        "s01.ipynb": "it is a link", "s03.ipynb": "it is no ordinary file"}


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "LARGEST_FILE", 10**6)
    bomb = downloads.packed({"s01.ipynb": b" " * 3 * 10**6, "s02.ipynb": downloads.notebook()})
    assert len(bomb) < 10**6
    found = {one.file: one for one in collect.plan(zipped({"s03.zip": bomb}, tmp_path), GIVEN,
                                                   REGISTER)}
    assert "more than 0 MB" in found["s03.zip/s01.ipynb"].why
    monkeypatch.setattr(unpack, "MOST_BYTES", 10**6)
    with pytest.raises(unpack.UnpackError, match="collect it in parts"):
        collect.plan(zipped({"s03.zip": bomb}, tmp_path), GIVEN, REGISTER)


def test_too_many_files_and_too_deep_zips_stop(tmp_path, monkeypatch):
    deep = downloads.packed({"s01.ipynb": downloads.notebook()})
    for _ in range(6):
        deep = downloads.packed({"s01.zip": deep})
    found = collect.plan(zipped({"s01.zip": deep}, tmp_path), GIVEN, REGISTER)
    assert "too deep" in found[0].why
    monkeypatch.setattr(unpack, "MOST_FILES", 3)
    with pytest.raises(unpack.UnpackError, match="more than 3 files"):
        collect.plan(zipped({f"{n}.ipynb": b"" for n in range(5)}, tmp_path), GIVEN, REGISTER)


def test_damaged_locked_and_foreign_archives_are_listed(tmp_path):
    good = downloads.packed({"a.ipynb": downloads.notebook()})
    damaged = bytearray(good)
    damaged[60:90] = bytes(30)
    locked = bytearray(good)
    locked[6] |= 1
    locked[good.rindex(b"PK\x01\x02") + 8] |= 1
    files = {"s01.zip": bytes(damaged), "s02.zip": bytes(locked), "s03.zip": b"no zip",
             "s04.rar": b"Rar!", "s05.7z": b"7z"}
    found = {one.file.split(".")[0]: one.why for one in collect.plan(zipped(files, tmp_path), GIVEN,
                                                                      REGISTER)}
    for name, said in (("s01", "cannot be unpacked"), ("s02", "password"), ("s03", "damaged"),
                       ("s04", ".rar is an archive"), ("s05", ".7z is an archive")):
        assert said in found[name], found


def test_names_in_utf8_are_read_where_the_zip_does_not_say_so(tmp_path):
    data = bytearray(downloads.packed({"José Ñandú - x.ipynb": downloads.notebook()}))
    for place in (6, data.rindex(b"PK\x01\x02") + 8):
        data[place + 1] &= ~0x08
    (tmp_path / "a.zip").write_bytes(bytes(data))
    one, = collect.plan(tmp_path / "a.zip", GIVEN, REGISTER)
    assert one.student == "s03"


# --- the class's folder ---------------------------------------------------------------------------

@pytest.fixture
def group(tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class/roster.csv").write_text(downloads.ROSTER, encoding="utf-8")
    return tmp_path / "class"


def counted(folder):
    with book.Book(folder) as kept:
        return {(one["student"], one["assignment"]): one["digest"] for one in kept.current()}


def quiet(source, folder, **more):
    said = []
    collect.collect(source, folder, say=said.append, **more)
    return "\n".join(said)


def test_a_dry_run_changes_nothing_and_says_the_same(group, tmp_path):
    path = zipped(contents("Canvas"), tmp_path)
    said = quiet(path, group, dry=True)
    assert [entry.name for entry in group.iterdir()] == ["roster.csv"]
    lines = said.splitlines()
    assert lines[0].split() == list(collect.HEAD)
    assert any("s01" in line and "04_lstm" in line and "2 of 2" in line and "counts" in line
               for line in lines)
    assert "04_lstm: nothing from 2 of 9: s07, s08" in said
    assert lines[-1].startswith(f"{len(collect.plan(path, GIVEN, REGISTER))} files: ")
    assert quiet(path, group).startswith(said)


def test_the_same_download_twice_changes_nothing(group, tmp_path):
    path = zipped(contents("Moodle"), tmp_path)
    quiet(path, group)
    kept = {file: file.read_bytes() for file in group.rglob("*") if file.is_file()}
    assert "0 of them are new" in quiet(path, group)
    assert kept == {file: file.read_bytes() for file in group.rglob("*") if file.is_file()}


def test_the_latest_attempt_counts_in_whatever_order_downloads_come(group, tmp_path):
    first = zipped({"A4_jdoe_attempt_2026-11-20-10-00-00_a.ipynb": downloads.notebook(mark="1")},
                   tmp_path, "1.zip")
    second = zipped({"A4_jdoe_attempt_2026-11-21-10-00-00_a.ipynb": downloads.notebook(mark="2")},
                    tmp_path, "2.zip")
    for order in ((first, second), (second, first)):
        folder = tmp_path / f"class {order[0].name}"
        folder.mkdir()
        (folder / "roster.csv").write_text(downloads.ROSTER, encoding="utf-8")
        for path in order:
            quiet(path, folder)
        latest = collect.plan(second, GIVEN, REGISTER)[0]
        assert counted(folder) == {("s01", "04_lstm"): latest.digest}
        with book.Book(folder) as kept:
            earliest, = kept.current("first")
            assert earliest["digest"] != latest.digest


def test_an_unreadable_file_is_forgotten_when_a_readable_one_comes(group, tmp_path):
    quiet(zipped({"s01.ipynb": b"{"}, tmp_path), group)
    assert list(counted(group)) == [("s01", "")]
    quiet(zipped({"s01.ipynb": downloads.notebook()}, tmp_path), group)
    assert list(counted(group)) == [("s01", "04_lstm")]


def test_who_was_collected_before_there_was_a_roster_is_named(group, tmp_path):
    path = zipped({"jane.ipynb": downloads.notebook()}, tmp_path)
    listed = (group / "roster.csv").rename(group / "later.csv")
    assert "not in the roster" not in quiet(path, group)
    listed.rename(group / "roster.csv")
    assert "Collected before, and not in the roster: jane." in quiet(path, group)


def test_a_pattern_of_ones_own_is_used(group, tmp_path):
    path = zipped({"HW4#j-roe#x.ipynb": downloads.notebook()}, tmp_path)
    assert "not placed" in quiet(path, group, dry=True)
    settings.prepare(group)
    with open(group / "class.toml", "a", encoding="utf-8") as file:
        file.write("\n[[pattern]]\nlayout = \"ours\"\npart = 'HW\\d#(?P<id>[^#]+)#.*'\n")
    assert "s02" in quiet(path, group, dry=True)


@pytest.mark.parametrize(("text", "said"), [
    ("attempts = 3", "write \"latest\" or \"first\""), ("x = [", "cannot be read"),
    ("[[pattern]]\nlayout = 'a'", "neither part nor path"),
    ("[[pattern]]\nlayout = 'a'\npart = '('", "no regular expression"),
    ("[[pattern]]\nlayout = 'a'\npart = '(?P<who>x)'", "it needs id, ends or name")])
def test_a_fault_in_class_toml_is_one_sentence(group, text, said):
    (group / "class.toml").write_text(text, encoding="utf-8")
    with pytest.raises(settings.SettingsError, match=said) as error:
        settings.read(group)
    assert "\n" not in str(error.value).strip() and "class.toml" in str(error.value)


@pytest.mark.parametrize(("text", "said"), [
    ("name\nJane", "no column id"), ("id;name\n1;a\n1;b", "'1' again"), ("id,name\n,a", "no id"),
    ("id,email\n1,a@b\n2,A@b", "'a@b' again"), (b"id\n\xff", "cannot be read")])
def test_a_fault_in_the_roster_is_one_sentence(tmp_path, text, said):
    submissions.save(text, tmp_path / "roster.csv")
    with pytest.raises(roster.RosterError, match=said):
        roster.read(tmp_path / "roster.csv")


def test_a_roster_from_a_spreadsheet_is_read(tmp_path):
    (tmp_path / "r.csv").write_bytes(b"\xef\xbb\xbfID;Name;Group\r\n7;J\xc3\xb6rg M;A\r\n;;\r\n")
    assert roster.read(tmp_path / "r.csv") == [roster.Student("7", "Jörg M")]


@pytest.mark.parametrize("folder", ["", "notebooks", "coursework/source", ".."])
def test_the_course_itself_is_not_collected(folder):
    with pytest.raises(unpack.UnpackError, match="holds the course itself"):
        collect.refuse_the_course(exercises.ROOT / folder)


@pytest.mark.parametrize(("words", "said"), [
    ([], "make collect FROM="), (["/no"], "neither a folder"),
    ([str(exercises.ROOT)], "the course itself")])
def test_the_command_says_what_is_wrong_in_one_sentence(words, said, tmp_path, capsys):
    assert collect.main([*words, "--class", str(tmp_path / "c")]) != 0
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_what_is_kept_is_what_was_handed_in(group, tmp_path):
    quiet(zipped(contents("folder"), tmp_path), group)
    with book.Book(group) as kept:
        for one in kept.current():
            data = kept.path(one["digest"]).read_bytes()
            assert json.loads(data) if one["assignment"] else data
