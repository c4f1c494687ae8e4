"""What each student has for each assignment and in all: deadlines, penalties, dropped lowest."""

import dataclasses
import datetime
import math
from dataclasses import dataclass

from coursework.grader import exercises
from coursework.term import settings

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """When assignments are due, and what it costs to be late.

    Args:
        deadlines: {assignment: datetime}.
        extensions: {student: {assignment: datetime}}.
        handed_in: the same, for hand-ins whose time no download holds.
        per_day, most: per cent of what was earned, for each day begun and at most.
        grace: timedelta that nobody counts.
        drop_lowest: number of assignments.
        columns: {assignment: column of the platform's gradebook}.
    """

    deadlines: dict
    extensions: dict
    handed_in: dict
    per_day: float = 0
    most: float = 100
    grace: datetime.timedelta = datetime.timedelta()
    drop_lowest: int = 0
    columns: dict = None


def rules(given):
    """Return the Rules of a class.

    Args:
        given: Settings.

    Raises:
        SettingsError: a name or a value in class.toml that cannot be used.
    """
    more = given.more
    known = {"deadlines", "late", "extensions", "handed_in", "total", "columns"}
    if unknown := sorted(more.keys() - known):
        raise settings.SettingsError(f"class.toml has {unknown[0]!r}, which nobody reads; it may "
                                     f"have {', '.join(sorted(known))}.")
    late, total = more.get("late", {}), more.get("total", {})
    return Rules(
        times(more.get("deadlines", {}), "deadlines"),
        {name: times(table, f"extensions.{name}")
         for name, table in more.get("extensions", {}).items()},
        {name: times(table, f"handed_in.{name}")
         for name, table in more.get("handed_in", {}).items()},
        number(late, "per_day", 0, 100), number(late, "most", 100, 100),
        datetime.timedelta(minutes=number(late, "grace_minutes", 0, 10**6)),
        int(number(total, "drop_lowest", 0, len(exercises.ASSIGNMENTS))),
        dict(more.get("columns", {})))


def times(table, where):
    """Return {assignment: datetime without a zone} of one table of class.toml."""
    made = {}
    for name, value in table.items():
        if name not in exercises.available():
            raise settings.SettingsError(f"class.toml, {where}: there is no assignment {name!r}; "
                                         f"there are {', '.join(exercises.available())}.")
        if not isinstance(value, datetime.datetime):
            raise settings.SettingsError(f"class.toml, {where}, {name}: write a day and a time "
                                         f"without quotes, such as 2026-11-20T23:59:00; got "
                                         f"{value!r}.")
        made[name] = value.astimezone().replace(tzinfo=None) if value.tzinfo else value
    return made


def number(table, name, default, most):
    """Return a number between 0 and `most` of one table of class.toml."""
    value = table.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise settings.SettingsError(f"class.toml: {name} should be a number from 0 to {most}; got "
                                     f"{value!r}.")
    return value


@dataclass(frozen=True)
class Standing:
    """What a student has for one assignment.

    Args:
        earned: points before the penalty.
        possible: points that can be had.
        days: days late that are counted.
        penalty: points that are taken away.
        open: questions in words that nobody has marked yet.
        said: why, in words, or "".
        counts: it is part of the total.
    """

    earned: float = 0
    possible: int = 0
    days: int = 0
    penalty: float = 0
    open: int = 0
    said: str = ""
    counts: bool = True

    @property
    def points(self):
        """What is left."""
        return round(self.earned - self.penalty, 2)


def possible_points(assignment):
    """Return the points that an assignment has."""
    return sum(exercise.points for exercise in exercises.load(assignment))


def handed_in_at(one, given):
    """Return when a file was handed in as a datetime, or None.

    Args:
        one: a file of the gradebook, a dict.
        given: Rules.
    """
    told = given.handed_in.get(one["student"], {}).get(one["assignment"])
    if told:
        return told
    try:
        return datetime.datetime.strptime(one["time"][:14].ljust(14, "0"), "%Y%m%d%H%M%S")
    except ValueError:
        return None


def lateness(one, given):
    """Return (days late that are counted, why in words) for a file of the gradebook."""
    due = given.extensions.get(one["student"], {}).get(one["assignment"]) \
        or given.deadlines.get(one["assignment"])
    when = handed_in_at(one, given)
    if due is None:
        return 0, ""
    if when is None:
        extended = one["assignment"] in given.extensions.get(one["student"], {})
        if not one["late"]:
            return 0, ""
        return (0, "called late by the platform, with an extension") if extended else (
            1, "called late by the platform, which does not say how late: one day is counted")
    over = when - due - given.grace
    if over <= datetime.timedelta():
        return 0, ""
    days = math.ceil(over / DAY)
    return days, f"handed in {when:%Y-%m-%d %H:%M}, due {due:%Y-%m-%d %H:%M}"


def standings(rows, files, given, register=None):
    """Return {student: {assignment: Standing}} of a term.

    Args:
        rows: list of Row.
        files: the files that count, dicts.
        given: Rules.
        register: Roster, or None; all in it have a standing for every assignment of the class.
    """
    placed = {(one["student"], one["assignment"]): one for one in files}
    grouped = {}
    for row in rows:
        if row.assignment:
            grouped.setdefault((row.student, row.assignment), []).append(row)
    named = sorted({assignment for _, assignment in grouped})
    everybody = {student for student, _ in grouped}
    everybody |= {one.id for one in (register.students if register else ())}
    found = {}
    for student in sorted(everybody):
        found[student] = {}
        for assignment in named:
            own = grouped.get((student, assignment))
            if own is None:
                found[student][assignment] = Standing(
                    possible=possible_points(assignment), said="nothing was handed in")
                continue
            earned = sum(row.earned for row in own if row.earned != "")
            one = placed.get((student, assignment))
            days, said = lateness(one, given) if one else (0, "")
            share = min(days * given.per_day, given.most) / 100
            found[student][assignment] = Standing(
                earned, possible_points(assignment), days, round(earned * share, 2),
                sum(row.earned == "" for row in own), said)
        drop(found[student], given.drop_lowest)
    return found


def drop(own, count):
    """Mark the worst assignments of a student as not counted, by their share of the points."""
    worst = sorted(own, key=lambda name: own[name].points / max(own[name].possible, 1))
    for name in worst[:min(count, len(own) - 1)]:
        own[name] = dataclasses.replace(own[name], counts=False)


def total(own):
    """Return (points, possible) over the assignments that count."""
    counted = [one for one in own.values() if one.counts]
    return (round(sum(one.points for one in counted), 2), sum(one.possible for one in counted))
