"""Who is in the class: a table with id, name, email and the ids that platforms give."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("id", "name", "email", "platform")


class RosterError(ValueError):
    """The roster cannot be used; the message is one sentence."""


@dataclass(frozen=True)
class Student:
    """One line of the roster; `platform` holds all ids that platforms give, in their order."""

    id: str
    name: str = ""
    email: str = ""
    platform: tuple = ()


def read(path):
    """Return the students of a CSV file, in their order.

    The first line names the columns: id, name, email, platform. A platform's column may hold
    several ids with blanks between them. Comma, semicolon or tab may stand between the columns.

    Raises:
        RosterError: no such file, no column `id`, an id or an address twice.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(f"The roster {path} cannot be read ({error}); save it as CSV in "
                          "UTF-8.") from None
    first = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    heads = {(name or "").strip().lower(): name for name in table.fieldnames or ()}
    if "id" not in heads:
        raise RosterError(f"The roster {path} has no column id; its first line should be "
                          f"{','.join(COLUMNS)}.")
    found, taken = [], {}
    for number, line in enumerate(table, 2):
        cells = {name: str(line.get(heads.get(name)) or "").strip() for name in COLUMNS}
        if not any(cells.values()):
            continue
        if not cells["id"]:
            raise RosterError(f"Line {number} of the roster {path} has no id; give each student "
                              "one.")
        one = Student(cells["id"], cells["name"], cells["email"],
                      tuple(cells["platform"].split()))
        for key in {folded(one.id), folded(one.email), *map(folded, one.platform)} - {""}:
            if taken.setdefault(key, one) is not one:
                raise RosterError(f"Line {number} of the roster {path} has {key!r} again, which "
                                  f"is {taken[key].id}; an id or address leads to one student.")
        found.append(one)
    return found


def folded(text):
    """Return a text as ids are compared: without the case of letters, in one form of Unicode."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def words(name):
    """Return the words of a name without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).casefold())
    return re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))
                      .replace("_", " "))


def spellings(name):
    """Return the ways in which a platform may write a name: any word first, no blanks."""
    parts = words(name)
    return {"".join(parts[n:] + parts[:n]) for n in range(len(parts))}


class Roster:
    """Find the student whom an id or a name means.

    Args:
        students: list of Student.
    """

    def __init__(self, students):
        self.students = list(students)
        self.keys, self.names = {}, {}
        for one in self.students:
            for key in (one.id, one.email, *one.platform):
                if key:
                    self.keys[folded(key)] = one
            for spelling in spellings(one.name):
                self.names.setdefault(spelling, set()).add(one)
        local = {}
        for one in self.students:                  # many platforms use what stands before the @
            if "@" in one.email:
                local.setdefault(folded(one.email.partition("@")[0]), set()).add(one)
        for key, found in local.items():
            if len(found) == 1:
                self.keys.setdefault(key, *found)

    def by_id(self, text):
        """Return the Student with this id, address or platform's id, or None."""
        return self.keys.get(folded(text))

    def by_end(self, text):
        """Return the Student with the longest id that a text ends with behind a sign, or None."""
        starts = [0, *(place.end() for place in re.finditer(r"[-_\s]", text))]
        return next((one for start in starts if (one := self.by_id(text[start:]))), None)

    def by_name(self, text):
        """Return the Students who may be called so; none, one or several."""
        found = set()
        for spelling in spellings(text):
            found |= self.names.get(spelling, set())
        return sorted(found, key=lambda one: one.id)
