"""Tables of points: for the instructor, and the gradebooks that Canvas and Moodle take back.

A platform makes a new column where it does not know a name, so the safe way is to give us the
gradebook that it exports and to get it back filled: `make gradebook FROM=export.csv`.
"""

import argparse
import csv
import io
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from coursework.grader import clean, exercises, marking
from coursework.term import book, roster, settings, standing

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Email address", "ID number", "Username", "Identifier")


class PlatformError(ValueError):
    """A gradebook cannot be filled; the message is one sentence."""


def text(lines):
    """Return lines of values as CSV text."""
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(lines)
    return made.getvalue()


def shown(value):
    """Return points as a table shows them, without a needless zero."""
    return f"{value:g}" if isinstance(value, float) else value


def gradebook(found, register):
    """Return the table of the term: a line a student, a column an assignment, the total.

    Args:
        found: what `standing.standings` returned.
        register: Roster, or None.
    """
    named = sorted({name for own in found.values() for name in own})
    people = {one.id: one for one in (register.students if register else ())}
    lines = [["student", "name", "email", *named, "total", "of", "dropped", "still to be marked"]]
    for student, own in found.items():
        points, possible = standing.total(own)
        who = people.get(student, roster.Student(student))
        lines.append([student, who.name, who.email, *(shown(own[name].points) for name in named),
                      shown(points), possible,
                      " ".join(name for name, one in own.items() if not one.counts),
                      sum(one.open for one in own.values())])
    return text([[clean.cell(value) for value in line] for line in lines])


def details(found):
    """Return the table that explains each number of the gradebook."""
    lines = [["student", "assignment", "earned", "days late", "penalty", "points", "of", "counts",
              "still to be marked", "why"]]
    lines += [[student, name, shown(one.earned), one.days, shown(one.penalty), shown(one.points),
               one.possible, "yes" if one.counts else "dropped", one.open, one.said]
              for student, own in found.items() for name, one in own.items()]
    return text([[clean.cell(value) for value in line] for line in lines])


def canvas(found, register):
    """Return a table for Canvas: its five columns, a line of possible points, the students.

    Canvas knows a student by the number in ID; those without one are left out.
    """
    named = sorted({name for own in found.values() for name in own})
    lines = [[*CANVAS, *named],
             ["Points Possible", "", "", "", "", *map(standing.possible_points, named)]]
    for one in register.students:
        number = next((key for key in one.platform if key.isdigit()), "")
        if number and one.id in found:
            lines.append([clean.cell(one.name), number, "", "", "",
                          *(shown(found[one.id][name].points) for name in named)])
    return text(lines)


def moodle(found, register):
    """Return a table for Moodle's grade import, which is to be mapped by the e-mail address."""
    named = sorted({name for own in found.values() for name in own})
    lines = [["ID number", "Full name", "Email address", *named]]
    lines += [[clean.cell(one.id), clean.cell(one.name), one.email,
               *(shown(found[one.id][name].points) for name in named)]
              for one in register.students if one.id in found and one.email]
    return text(lines)


def write_all(folder, found, register):
    """Write the tables of a term; those of platforms need a roster."""
    made = {"gradebook.csv": gradebook(found, register), "standings.csv": details(found)}
    if register is not None:
        made |= {"canvas.csv": canvas(found, register), "moodle.csv": moodle(found, register)}
    for name, content in made.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            book.write(path, content)


def fill(content, found, register, columns, assignment=None):
    """Return a platform's own gradebook with our points in it, and sentences on what was done.

    Args:
        content: the text of the CSV file that the platform gave.
        found: what `standing.standings` returned.
        register: Roster.
        columns: {assignment: name of its column}, for names that do not tell.
        assignment: what a table of Moodle with a single column Grade is about.

    Raises:
        PlatformError: it is no such table, or a column may mean two assignments.
    """
    lines = list(csv.reader(io.StringIO(content.lstrip("\ufeff"))))
    if not lines:
        raise PlatformError("The gradebook is empty; export it again.")
    head = [name.strip() for name in lines[0]]
    if {"Student", "ID", "Section"} <= set(head):
        return fill_canvas(lines, head, found, register, columns)
    if "Grade" in head and set(MOODLE) & set(head):
        return fill_moodle(lines, head, found, register, assignment)
    raise PlatformError("This is neither Canvas's gradebook (columns Student, ID, Section) nor "
                        "Moodle's grading worksheet (columns Identifier, Email address, Grade); "
                        "export it again.")


def column_of(assignment, head, columns):
    """Return the place of an assignment's column, or None.

    Raises:
        PlatformError: several columns may be meant.
    """
    if assignment in columns:
        if columns[assignment] not in head:
            raise PlatformError(f"class.toml says that {assignment} is {columns[assignment]!r}, "
                                "and the gradebook has no such column.")
        return head.index(columns[assignment])
    number, topic = assignment.split("_", 1)
    sign = re.compile(rf"(?:assignment|exercise|homework|problem set|sheet)\W*0?{int(number)}\b"
                      rf"|{number}[_ ]{topic.replace('_', '[_ ]')}", re.IGNORECASE)
    places = [n for n, name in enumerate(head)
              if sign.search(re.sub(r"\(\d+\)$", "", name))]
    if len(places) > 1:
        raise PlatformError(f"{assignment} may be {head[places[0]]!r} or {head[places[1]]!r}; say "
                            "which under [columns] in class.toml.")
    return places[0] if places else None


def fill_canvas(lines, head, found, register, columns):
    """Fill Canvas's gradebook; only the columns that Canvas needs and ours are kept."""
    named = sorted({name for own in found.values() for name in own})
    places = {name: place for name in named
              if (place := column_of(name, head, columns)) is not None}
    if not places:
        raise PlatformError("No column of the gradebook belongs to an assignment; name them under "
                            "[columns] in class.toml.")
    kept = [n for n, name in enumerate(head) if name in CANVAS]
    said = [f"{name}: column {head[place]!r}" for name, place in places.items()]
    most = next((line for line in lines[1:4] if line and "points possible" in line[0].lower()), [])
    made, filled, others = [[lines[0][n] for n in (*kept, *places.values())]], 0, []
    for line in lines[1:]:
        mine = line + [""] * (len(head) - len(line))
        student = who(register, [mine[head.index(name)] for name in CANVAS[1:4] if name in head])
        own = found.get(student, {})
        values = []
        for name, place in places.items():
            values.append(scaled(own[name], place < len(most) and most[place]) if name in own
                          else mine[place])
        filled += bool(own)
        others += [] if own or line is most else [line[0]]
        made.append([mine[n] for n in kept] + values)
    return text(made), [*said, *untold(filled, others)]


def fill_moodle(lines, head, found, register, assignment):
    """Fill Moodle's grading worksheet; all its columns are kept."""
    named = sorted({name for own in found.values() for name in own})
    if assignment not in named:
        raise PlatformError("A worksheet of Moodle does not say which assignment it is for; write "
                            f"ASSIGNMENT=, one of {', '.join(named)}.")
    place, most = head.index("Grade"), head.index("Maximum Grade") if "Maximum Grade" in head else 0
    made, filled, others = [lines[0]], 0, []
    for line in lines[1:]:
        line = line + [""] * (len(head) - len(line))
        student = who(register, [line[head.index(name)] for name in MOODLE if name in head])
        one = found.get(student, {}).get(assignment)
        if one is not None:
            line[place] = scaled(one, most and line[most])
            filled += 1
        else:
            others.append(line[head.index("Full name")] if "Full name" in head else line[0])
        made.append(line)
    return text(made), [f"{assignment}: column 'Grade'", *untold(filled, others)]


def untold(filled, others):
    """Return the sentences on how many lines were filled, and which were not."""
    said = [f"{filled} students filled."]
    if others:
        said.append("Left as they were, for no line of the roster fits or several do: "
                    f"{', '.join(map(clean.line, others))}.")
    return said


def who(register, keys):
    """Return the id of the student whom one of a line's keys means, or None."""
    found = {one.id for key in keys if key.strip() and (one := register.by_id(key))}
    return found.pop() if len(found) == 1 else None


def scaled(one, most):
    """Return the points of a Standing out of as many as the platform has for it."""
    try:
        most = float(str(most).replace(",", "."))
    except ValueError:
        most = one.possible
    return shown(round(one.points * most / one.possible, 2) if most and one.possible
                 else one.points)


def main(words=None):
    """Fill the gradebook that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="gradebook", description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, nargs="?")
    parser.add_argument("--class", dest="folder", type=Path, default=settings.FOLDER)
    parser.add_argument("--assignment", choices=exercises.available())
    chosen = parser.parse_args(words)
    folder = chosen.folder.resolve()
    try:
        if chosen.source is None:
            raise PlatformError("Which gradebook? Write for instance make gradebook "
                                "FROM=export.csv, with what Canvas or Moodle exported.")
        register, given = settings.students(folder), settings.read(folder)
        if register is None or not (folder / "book.db").is_file():
            raise PlatformError(f"{folder} has no roster.csv, or nothing was graded there yet; "
                                "platforms need both.")
        with book.Book(folder) as kept:
            last, files = kept.table(), kept.current(given.attempts)
        if last is None:
            raise PlatformError("Nothing is graded yet; run make grade first.")
        rows = [marking.Row(**row) for row in json.loads(last["grades"])]
        ruled = standing.rules(given)
        found = standing.standings(rows, files, ruled, register)
        content = chosen.source.read_text(encoding="utf-8-sig")
        filled, said = fill(content, found, register, ruled.columns, chosen.assignment)
    except (PlatformError, roster.RosterError, settings.SettingsError, OSError,
            UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    path = folder / "filled" / chosen.source.name
    book.write(path, filled)
    print("\n".join([*said, f"It stands in {path}; import that file."]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
