"""The gradebook of a term: what was handed in, and every table of points that was ever made.

One SQLite file, book.db in the class's folder. Lines are added, never changed and never removed;
a change is written whole or not at all. The files themselves stand in files/, named by what they
hold.
"""

import datetime
import os
import sqlite3
from pathlib import Path

from coursework.grader import clean

SCHEMA = """
create table if not exists collections (
    number integer primary key, made text not null, source text not null);
create table if not exists files (
    student text not null, assignment text not null, digest text not null, file text not null,
    layout text not null, late integer not null, time text not null, "order" text not null,
    state text not null, why text not null, collection integer not null,
    primary key (student, assignment, digest));
create table if not exists tables (
    number integer primary key, made text not null, seed integer not null, grades text not null);
"""


def now():
    """Return the time of day as a text."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def write(path, content):
    """Write a file so that it is there whole or not at all.

    Args:
        path: its folder is made if needed.
        content: text or bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{os.getpid()}.partial")
    with open(partial, "wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


class Book:
    """The gradebook in a class's folder; use it in a `with` statement.

    Args:
        folder: of the class; it is made if needed.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        self.base = sqlite3.connect(self.folder / "book.db", timeout=60)
        self.base.row_factory = sqlite3.Row
        self.base.executescript(SCHEMA)
        return self

    def __exit__(self, *error):
        self.base.close()

    def path(self, digest):
        """Return where the file with a digest stands."""
        return self.folder / "files" / f"{digest}.ipynb"

    def add_files(self, placed, source):
        """Add files that are not known yet; return their number.

        Args:
            placed: list of collect.Placed, with student and data.
            source: where they come from, in words.
        """
        known = {(row["student"], row["assignment"], row["digest"]) for row in
                 self.base.execute("select student, assignment, digest from files")}
        new = {(one.student, one.assignment, one.digest): one for one in placed
               if (one.student, one.assignment, one.digest) not in known}
        if not new:
            return 0
        for one in new.values():
            if one.data and not self.path(one.digest).is_file():
                write(self.path(one.digest), one.data)
        with self.base:
            number = self.base.execute("insert into collections (made, source) values (?, ?)",
                                       (now(), clean.line(source))).lastrowid
            self.base.executemany(
                "insert into files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(one.student, one.assignment, one.digest, clean.line(one.file), one.layout,
                  one.late, one.time, one.order, one.state, clean.line(one.why), number)
                 for one in new.values()])
        return len(new)

    def current(self, attempts="latest"):
        """Return the files that count, a dict each, in the order of student and assignment.

        Args:
            attempts: "latest" or "first".

        A file without an assignment is among them as long as its student has handed in nothing
        since that can be read.
        """
        groups, unread = {}, {}
        for row in self.base.execute("select * from files order by rowid"):
            if not row["assignment"]:
                unread.setdefault(row["student"], []).append(dict(row))
            else:
                groups.setdefault((row["student"], row["assignment"]), []).append(dict(row))
        found, newest = [], {}
        for (student, _), rows in groups.items():
            rows.sort(key=sorting(rows))
            found.append(rows[-1 if attempts == "latest" else 0])
            newest[student] = max(newest.get(student, 0), *(row["collection"] for row in rows))
        for student, rows in unread.items():
            found += [row for row in rows if row["collection"] > newest.get(student, 0)]
        return sorted(found, key=lambda row: (row["student"], row["assignment"], row["file"]))

    def add_table(self, grades, seed):
        """Add a table of points if it differs from the last; return (its number, whether new)."""
        last = self.table()
        if last is not None and (last["grades"], last["seed"]) == (grades, seed):
            return last["number"], False
        with self.base:
            number = self.base.execute("insert into tables (made, seed, grades) values (?, ?, ?)",
                                       (now(), seed, grades)).lastrowid
        return number, True

    def table(self, number=None):
        """Return a table as a dict with number, made, seed and grades, or None.

        Args:
            number: None is the last one.
        """
        row = self.base.execute(
            "select * from tables where number = coalesce(?, (select max(number) from tables))",
            (number,)).fetchone()
        return row and dict(row)


def sorting(rows):
    """Return the key by which the attempts of a student are sorted.

    What one platform says about times and numbers can be compared; otherwise the collection that
    a file came with decides.
    """
    if len({row["layout"] for row in rows}) == 1:
        return lambda row: (row["time"], row["order"], row["collection"])
    return lambda row: (row["collection"], row["time"], row["order"])
