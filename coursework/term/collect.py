"""Find out whose each file of a download is: `make collect FROM=folder-or-zip`.

The assignment is read from the notebook, the student from the names that the platform gives and
the roster. What does not lead to one student is listed with the reason, and nobody gets it.
"""

import argparse
import datetime
import hashlib
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from coursework.grader import clean, exercises, locked, notebooks
from coursework.term import book, roster, settings, unpack

PLACED, OLDER, UNPLACED, LEFT_OUT = "counts", "older", "not placed", "left out"
HEAD = ("file", "student", "assignment", "attempt", "state", "why")
BEGINNING = 1000                    # bytes that are kept of what is no notebook
WIDEST = 60                         # characters of a column on the screen


@dataclass(frozen=True)
class Placed:
    """One file of a download, and whose it is.

    Args:
        file: its path in the download.
        state: one of the four above.
        why: what led to that.
        student: id of the roster, or without a roster the name that the platform gives.
        assignment: such as "04_lstm", or "".
        attempt: such as "2 of 3", or "".
        layout: name of the pattern.
        person: tells two people of one name apart in the folder `above`, or "".
        late: the platform says that it came late.
        time: when it was handed in, as digits from the year on, or "".
        order: what attempts are sorted by.
        digest: of what it holds.
        data: its bytes.
    """

    file: str
    state: str = UNPLACED
    why: str = ""
    student: str = ""
    assignment: str = ""
    attempt: str = ""
    layout: str = ""
    person: str = ""
    above: str = ""
    late: bool = False
    time: str = ""
    order: str = ""
    digest: str = ""
    data: bytes = b""


def plan(source, given, register):
    """Return a list of Placed, one for each file of a download.

    Args:
        source: folder or zip.
        given: Settings.
        register: Roster, or None.

    Raises:
        UnpackError: the download cannot be read.
    """
    times, found, left = {}, [], []

    def wanted(name):
        rule = given.left_out(name)
        if rule and not name.endswith("timestamp.txt"):
            left.append(Placed(name, LEFT_OUT, f"leave_out has {rule}"))
        return not rule or name.endswith("timestamp.txt")

    for file in unpack.files(source, wanted):
        if file.name.endswith("timestamp.txt") and file.data is not None:
            times[file.name.rpartition("/")[0]] = digits(file.data[:40].decode(errors="replace"))
        else:
            found.append(file)
    # Nothing under this folder tells students apart before all files are known.
    contents = [read(file) for file in found]
    alone = lone_folders(contents)
    placed = [with_student(one, given, register, alone) for one in contents]
    placed = [replace(one, time=one.time or times.get(one.file.rpartition("/")[0], ""))
              for one in placed]
    placed = unmixed(placed)
    return ordered(tidy(placed), given.attempts) + left


def digits(text):
    """Return the digits of a time as a platform writes it; UTC becomes the time of here."""
    found = re.sub(r"\D", "", text)[:14]
    try:
        when = datetime.datetime.strptime(f"{found}+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return ""
    return when.astimezone().strftime("%Y%m%d%H%M%S") if "UTC" in text else found


def folders(name):
    """Return the parts of a path; the ending .zip of a packed folder is not part of its name."""
    *above, last = name.split("/")
    return [part[:-4] if part.lower().endswith(".zip") else part for part in above] + [last]


def lone_folders(contents):
    """Return the top folders that hold at most one notebook of each assignment."""
    seen, crowded = {}, set()
    for one in contents:
        top, *rest = folders(one.file)
        if rest and one.file.endswith(".ipynb"):
            if one.assignment in seen.setdefault(top, set()):
                crowded.add(top)
            seen[top].add(one.assignment)
    return seen.keys() - crowded


def read(file):
    """Return a Placed with the assignment that a file holds, without a student yet."""
    if file.data is None or file.problem:
        known = hashlib.sha256(f"{file.name}\0{file.problem}".encode(errors="surrogatepass"))
        return Placed(file.name, why=file.problem, digest=known.hexdigest())
    digest = hashlib.sha256(file.data).hexdigest()
    # Of a film or a data set its beginning is enough to say that it is no notebook.
    named = file.name.lower().endswith(".ipynb")
    made = Placed(file.name, digest=digest, data=file.data if named else file.data[:BEGINNING])
    try:
        submission = notebooks.parse(file.data)
        return replace(made, assignment=locked.which(submission), data=file.data)
    except notebooks.UnreadableError as error:
        return replace(made, why=f"it {error}")


def with_student(one, given, register, alone):
    """Return a Placed with its student, or with the reason why there is none."""
    parts, reasons = folders(one.file), []
    if one.why == unpack.LEADS_OUT:
        return one
    for pattern in given.patterns:
        groups = pattern.match(parts)
        if groups is None:
            continue
        student, why = who(groups, register)
        if student:
            return replace(one, student=student, layout=pattern.layout,
                           why=f"{pattern.layout}: {why}" if one.assignment else one.why,
                           person=groups.get("person", ""), above=groups["above"],
                           late="late" in groups, time=digits(groups.get("time", "")),
                           order=groups.get("order", "").zfill(20))
        reasons.append(f"{pattern.layout}: {why}")
    student, why = plain(parts, register, alone) if register or not reasons else ("", "")
    if student:
        return replace(one, student=student, layout="folder",
                       why=f"folder: {why}" if one.assignment else one.why)
    return replace(one, why="; ".join(filter(None, [one.why, *(reasons or [why])])))


def who(groups, register):
    """Return (student, why) for the named groups of a pattern; the student is "" if unknown."""
    if register is None:
        return unregistered(groups)
    known, said = None, []
    for kind, find in (("id", register.by_id), ("ends", register.by_end)):
        if kind in groups:
            known = find(groups[kind])
            said.append(f"id {known.id if kind == 'ends' and known else groups[kind]}")
            if kind == "ends" and not known:
                said[-1] = f"no id at the end of {groups[kind]!r}"
    if "name" not in groups:
        return (known.id, said[0]) if known else ("", f"{said[0]} is not in the roster")
    named = register.by_name(groups["name"])
    if known:
        others = [one.id for one in named if one is not known]
        if named and known not in named:
            return "", f"{said[0]} is {known.id}, the name {groups['name']!r} is {others[0]}"
        return known.id, said[0]
    if len(named) == 1:
        return named[0].id, f"name {groups['name']!r}"
    if named:
        return "", (f"the name {groups['name']!r} may be "
                    f"{' or '.join(one.id for one in named)}")
    return "", f"the name {groups['name']!r} is not in the roster"


def unregistered(groups):
    """Return (student, why) without a roster: what the platform calls somebody."""
    if "ends" in groups:
        rest = re.split(r"[-_\s]", groups["ends"])
        if len(rest) != 2:
            return "", f"where the id begins in {groups['ends']!r} only a roster can tell"
        return clean.line(rest[1]), f"end of {groups['ends']!r}"
    name, number = groups.get("name", ""), groups.get("id", "")
    called = f"{name} ({number})" if name and number else name or number
    return clean.line(called), "as the platform calls it; there is no roster"


def plain(parts, register, alone):
    """Return (student, why) for a file of a plain folder."""
    stem = parts[-1].rpartition(".")[0] or parts[-1]
    if register is not None:
        found = {one.id: text for text in (parts[0], stem, *parts[1:-1])
                 for one in [register.by_id(text)] if one}
        if not found:
            found = {one.id: text for text in dict.fromkeys((parts[0], stem, *parts[1:-1]))
                     for named in [register.by_name(text)] for one in named}
        if len(found) == 1:
            (student, text), = found.items()
            return student, f"called {text!r}"
        if found:
            return "", f"its path may mean {' or '.join(sorted(found))}"
        return "", "no part of its path is in the roster"
    if len(parts) == 1:
        return clean.line(stem), "the file's name; there is no roster"
    if parts[0] in alone:
        return clean.line(parts[0]), "the folder's name; there is no roster"
    return clean.line("/".join((*parts[:-1], stem))), (
        "folder and file, as the folder holds several notebooks of one assignment")


def unmixed(placed):
    """Take away the student where two people of one name were found side by side."""
    people = {}
    for one in placed:
        if one.person:
            people.setdefault((one.student, one.layout, one.above), set()).add(one.person)
    mixed = {key[0] for key, found in people.items() if len(found) > 1}

    def looked_at(one):
        if one.student and one.student in mixed:
            return replace(one, student="", why=f"two people are called {one.student!r}; the "
                           "roster should have an id of the platform for each")
        return one
    return [looked_at(one) for one in placed]


def tidy(placed):
    """Leave out what stands beside a student's notebooks and needs no answer."""
    own = {}
    for one in placed:
        if one.student and one.assignment:
            own.setdefault(one.student, set()).add(one.assignment)
    seen, result = set(), []
    for one in placed:
        key = one.student, one.assignment, one.digest
        if one.student and one.assignment and key in seen:
            one = replace(one, state=LEFT_OUT, why="the same file again")
        elif one.student in own and not one.assignment and one.digest:
            one = replace(one, state=LEFT_OUT, why=f"beside the student's notebook: {one.why}")
        elif len(own.get(one.student, ())) > 1 and one.assignment and untouched(one):
            one = replace(one, state=LEFT_OUT, why="nothing was written into it")
        elif one.student and (one.assignment or one.digest):
            one = replace(one, state=PLACED if one.assignment else UNPLACED)
        seen.add(key)
        result.append(one)
    return result


def untouched(one):
    """Tell whether a notebook is as students got it."""
    return locked.untouched(notebooks.parse(one.data), one.assignment)


def ordered(placed, attempts):
    """Return files with their attempts numbered; where nothing tells the last, none counts."""
    groups = {}
    for one in placed:
        if one.state == PLACED:
            groups.setdefault((one.student, one.assignment), []).append(one)
    numbered = {}
    for group in groups.values():
        group.sort(key=lambda one: (one.time, one.order))
        keys = [(one.time, one.order) for one in group]
        counts = group[-1 if attempts == "latest" else 0]
        rivals = keys.count((counts.time, counts.order))
        for number, one in enumerate(group, 1):
            made = replace(one, attempt=f"{number} of {len(group)}")
            if (one.time, one.order) == (counts.time, counts.order) and rivals > 1:
                made = replace(one, state=UNPLACED, why=f"{rivals} files of {one.student} for this "
                               "assignment, and nothing says which came last; remove the others")
            elif one is not counts:
                made = replace(made, state=OLDER)
            numbered[one.file] = made
    return [numbered.get(one.file, one) for one in placed]


def missing(register, handed_in):
    """Return {assignment: ids of the roster that handed in nothing}.

    Args:
        register: Roster or None.
        handed_in: set of (student, assignment).
    """
    named = sorted({assignment for _, assignment in handed_in if assignment})
    everybody = [one.id for one in register.students] if register else []
    return {assignment: [one for one in everybody if (one, assignment) not in handed_in]
            for assignment in named}


def shown(rows):
    """Return a table of texts as lines."""
    cells = [[clean.line(cell, WIDEST if n + 1 < len(HEAD) else 300) for n, cell in enumerate(row)]
             for row in [HEAD, *rows]]
    widths = [max(len(row[n]) for row in cells) for n in range(len(HEAD) - 1)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)),
                       row[-1]]).rstrip() for row in cells]


def report(placed, register, handed_in, brief=False):
    """Return what is said about a download, as lines: the unplaced last, where they are seen."""
    order = {LEFT_OUT: 0, OLDER: 1, PLACED: 2, UNPLACED: 3}
    listed = [one for one in placed if one.state == UNPLACED] if brief else placed
    rows = sorted(listed, key=lambda one: (order[one.state], one.assignment, one.student, one.file))
    lines = shown([(one.file, one.student, one.assignment, one.attempt, one.state,
                    one.why + (", late" if one.late else "")) for one in rows]) if rows else []
    counts = {state: sum(one.state == state for one in placed) for state in order}
    for assignment, names in missing(register, handed_in).items():
        if names:
            lines.append(f"{assignment}: nothing from {len(names)} of "
                         f"{len(register.students)}: {', '.join(map(clean.line, names))}")
    if register is None:
        lines.append("There is no roster.csv in the class's folder, so nobody is missed; its first "
                     f"line is {','.join(roster.COLUMNS)}.")
    lines.append(f"{len(placed)} files: {counts[PLACED]} count, {counts[OLDER]} older, "
                 f"{counts[LEFT_OUT]} left out, {counts[UNPLACED]} not placed.")
    return lines


def collect(source, folder=settings.FOLDER, dry=False, say=print, brief=False):
    """Put a download into a class's gradebook.

    Args:
        source: folder or zip.
        folder: of the class.
        dry: only say what would be done.
        say: shows lines.
        brief: show of the files only those that were not placed.

    Returns:
        List of Placed.

    Raises:
        UnpackError, RosterError, SettingsError: a sentence says what to mend.
    """
    given, register = settings.read(folder), settings.students(folder)
    placed = plan(source, given, register)
    known = {(one.student, one.assignment) for one in placed if one.state == PLACED}
    if dry:
        say("\n".join(report(placed, register, known)))
        return placed
    settings.prepare(folder)
    with book.Book(folder) as kept:
        new = kept.add_files([one for one in placed if one.state in (PLACED, OLDER)
                              or one.state == UNPLACED and one.student and one.digest
                              and not one.assignment], str(source))
        known |= {(one["student"], one["assignment"]) for one in kept.current(given.attempts)}
    say("\n".join(report(placed, register, known, brief)))
    if strangers := sorted({student for student, _ in known}
                           - {one.id for one in register.students}) if register else ():
        say("Collected before, and not in the roster: "
            f"{', '.join(map(clean.line, strangers))}. They keep their rows; to begin anew with "
            "the roster, name another folder: CLASS=folder.")
    say(f"{new} of them are new in {folder}.")
    return placed


def main(words=None):
    """Collect what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="collect", description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path)
    parser.add_argument("--class", dest="folder", type=Path, default=settings.FOLDER)
    parser.add_argument("--dry-run", action="store_true")
    chosen = parser.parse_args(words)
    if chosen.source is None:
        print("Which download? Write for instance make collect FROM=submissions.zip.",
              file=sys.stderr)
        return 2
    try:
        refuse_the_course(chosen.source)
        collect(chosen.source, chosen.folder.resolve(), chosen.dry_run)
    except (unpack.UnpackError, roster.RosterError, settings.SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def refuse_the_course(source):
    """Raise UnpackError if a folder is this course itself, above it, or one of its parts."""
    source, root = Path(source).resolve(), exercises.ROOT
    own = {root / name for name in ("coursework", "notebooks", "tests", "tools", "utils", "data",
                                    "lectures", ".venv")}
    if source == root or source in root.parents or source in own or own & set(source.parents):
        raise unpack.UnpackError(f"{source} holds the course itself, not what students handed in; "
                                 "name the folder or zip that you downloaded.")


if __name__ == "__main__":
    sys.exit(main())
