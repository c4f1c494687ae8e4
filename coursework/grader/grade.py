"""Mark what a class handed in: `make grade`, or `make grade SUBMISSIONS=folder-or-zip`.

What is named is collected first. Then everything that counts in the class's folder is marked, so
the table is that of the whole term. A run that was interrupted goes on where it stopped.
"""

import argparse
import csv
import hashlib
import io
import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from coursework.grader import clean, exercises, feedback, record, sandbox
from coursework.grader.marking import Row, mark
from coursework.term import book, collect, platforms, roster, settings, standing, unpack
from utils import checks, wire

FIELDS = ("student", "assignment", "exercise", "points", "possible", "status", "note", "hand",
          "comment")
UNREAD = "unread"                   # the folder of pages on files that are no assignment


def fingerprint(*values):
    """Return a name for what a file holds and how it is marked."""
    return hashlib.sha256(repr(values).encode(errors="surrogatepass")).hexdigest()[:24]


def rules():
    """Return a digest of the code and the exercises that decide about points."""
    digest = hashlib.sha256()
    files = [*(exercises.ROOT / "coursework" / "grader").glob("*.py"),
             *(exercises.ROOT / "coursework" / "hidden").glob("*.py"),
             *exercises.SOURCE.rglob("*.ipynb"), *Path(checks.__file__).parent.glob("*.py"),
             Path(wire.__file__)]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def table(rows):
    """Return rows as CSV text, in which a spreadsheet finds no formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: clean.cell(value) for name, value in asdict(row).items()})
    return text.getvalue()


def replace_file(path, text):
    """Write a file unless it holds just this."""
    try:
        if path.read_bytes() == text.encode("utf-8"):
            return
    except OSError:
        pass
    book.write(path, text)


def write_pages(folder, rows, paths, standings):
    """Write a page per student and assignment; take away the pages of what is no longer there.

    Args:
        folder: of the class.
        rows: the table.
        paths: {(student, assignment): file}.
        standings: {student: {assignment: Standing}}.
    """
    grouped, made, version = {}, {}, rules()
    for row in rows:
        grouped.setdefault((row.assignment or UNREAD, row.student), []).append(row)
    record_ = folder / "state" / "pages.json"
    written = json.loads(record_.read_text(encoding="utf-8")) if record_.is_file() else {}
    for (assignment, student), own in grouped.items():
        file = paths.get((student, assignment))
        one = standings.get(student, {}).get(assignment)
        path = folder / "feedback" / assignment / f"{clean.identifier(student)}.html"
        name = path.relative_to(folder).as_posix()
        made[name] = fingerprint(own, file and file.name, one, version)
        if written.get(name) != made[name] or not path.is_file():
            replace_file(path, feedback.page(own, file and feedback.read(file), one))
    for path in (folder / "feedback").rglob("*.html"):
        if path.relative_to(folder).as_posix() not in made:
            path.unlink()
    replace_file(record_, json.dumps(made))


def seed_of(folder, seed):
    """Return the seed of a class: the one that is given, or the first that was ever drawn."""
    remembered = folder / "seed.txt"
    if seed is None and remembered.is_file():
        return int(remembered.read_text(encoding="utf-8"))
    seed = secrets.randbits(32) if seed is None else seed
    replace_file(remembered, f"{seed}\n")
    return seed


def grade(source=None, folder=settings.FOLDER, assignment=None, seed=None, seconds=10.0,
          unsafe=False, say=print):
    """Mark everything that counts in a class's folder.

    Args:
        source: folder or zip that is collected first, or None.
        folder: of the class; grades.csv, feedback/ and the gradebook go there.
        assignment: mark this one alone, and leave all others as they are in the last table.
        seed: of the hidden cases; None is the one that the class has.
        seconds: allowed for one step of a submission.
        unsafe: without the sandbox.
        say: shows progress.

    Returns:
        List of Row: the table of the whole term.

    Raises:
        SandboxError: student code cannot be run safely here.
        UnpackError, RosterError, SettingsError: what was handed in cannot be collected.
    """
    sandbox.require(unsafe)
    given, register = settings.read(folder), settings.students(folder)
    ruled = standing.rules(given)
    if source is not None:
        collect.collect(source, folder, say=say, brief=True)
    seed, version, rows = seed_of(folder, seed), rules(), []
    with book.Book(folder) as kept:
        files = kept.current(given.attempts)
        last = kept.table()
        before = [Row(**row) for row in json.loads(last["grades"])] if last else []
        chosen = [one for one in files if assignment in (None, one["assignment"])]
        if assignment is not None:
            rows = [row for row in before if row.assignment != assignment]
        for number, one in enumerate(chosen, 1):
            name = fingerprint(one["digest"], one["student"], seed, seconds, version)
            state = folder / "state" / f"{name}.json"
            if not kept.path(one["digest"]).is_file():         # a link, too large, a broken zip
                found = [Row(one["student"], "", "", "", "", "unreadable",
                             f"The file was not read: {one['why']}.")]
            elif state.is_file():
                found = [Row(**row) for row in json.loads(state.read_text(encoding="utf-8"))]
            else:
                found = mark(kept.path(one["digest"]), one["student"], seed, seconds, unsafe)
                book.write(state, json.dumps([asdict(row) for row in found]))
            rows += found
            points = sum(row.points for row in found if isinstance(row.points, int))
            say(f"{number} of {len(chosen)}: {clean.line(one['student'])}, "
                f"{one['assignment'] or 'no assignment'}, {points} points")
        rows = record.with_hand_marks(rows, folder)
        rows.sort(key=lambda row: (row.student, row.assignment))
        number, new = kept.add_table(json.dumps([asdict(row) for row in rows]), seed)
        if new:
            say(changes(before, rows, number))
        replace_file(folder / "tables" / f"{number:04}.csv", table(rows))
        replace_file(folder / "grades.csv", table(rows))
        paths = {(one["student"], one["assignment"]): kept.path(one["digest"]) for one in files}
        found = standing.standings(rows, files, ruled, register)
        platforms.write_all(folder, found, register)
        write_pages(folder, rows, paths, found)
        record.gradebook(rows, paths, folder)
    return rows


def changes(before, rows, number):
    """Return what a new table changed, as a sentence."""
    def keyed(table_):
        return {(row.student, row.assignment, row.exercise): row.earned for row in table_}
    old, new = keyed(before), keyed(rows)
    other = sum(old[key] != new[key] for key in old.keys() & new.keys())
    return (f"Table {number}: {len(new.keys() - old.keys())} new rows, {other} with other points, "
            f"{len(old.keys() - new.keys())} gone.")


def earlier(folder, number):
    """Write a table as it once was; return its path, or None if there is no such table."""
    with book.Book(folder) as kept:
        found = kept.table(number)
    if found is None:
        return None
    path = folder / "tables" / f"{number:04}.csv"
    replace_file(path, table([Row(**row) for row in json.loads(found["grades"])]))
    return path


def main(words=None):
    """Mark what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="grade", description=__doc__.splitlines()[0])
    parser.add_argument("submissions", type=Path, nargs="?")
    parser.add_argument("--class", dest="folder", type=Path, default=settings.FOLDER)
    parser.add_argument("--assignment", choices=exercises.available())
    parser.add_argument("--seed", type=int)
    parser.add_argument("--table", type=int)
    parser.add_argument("--unsafe", action="store_true")
    chosen = parser.parse_args(words)
    folder = chosen.folder.resolve()
    if chosen.submissions is None and not (folder / "book.db").is_file():
        print("Nothing is collected yet. Write for instance make grade SUBMISSIONS=folder, with a "
              "folder or zip of what students handed in.", file=sys.stderr)
        return 2
    if chosen.table is not None:
        path = earlier(folder, chosen.table)
        print(f"Table {chosen.table} stands in {path}." if path else
              f"There is no table {chosen.table}.", file=sys.stdout if path else sys.stderr)
        return 0 if path else 2
    try:
        if chosen.submissions is not None:
            collect.refuse_the_course(chosen.submissions)
        rows = grade(chosen.submissions, folder, chosen.assignment, chosen.seed,
                     unsafe=chosen.unsafe)
    except (sandbox.SandboxError, unpack.UnpackError, roster.RosterError,
            settings.SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    seed = (folder / "seed.txt").read_text(encoding="utf-8").strip()
    print(f"{len(rows)} rows in {folder / 'grades.csv'}; a page per student in "
          f"{folder / 'feedback'}; seed {seed}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
