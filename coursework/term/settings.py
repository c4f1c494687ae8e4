"""Read a class's folder: class.toml and roster.csv."""

import fnmatch
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from coursework.grader import exercises
from coursework.term import roster

FOLDER = exercises.ROOT / "class"
TEMPLATE = Path(__file__).with_name("class.toml")
GROUPS = {"id", "ends", "name", "person", "late", "time", "order"}


class SettingsError(ValueError):
    """class.toml cannot be used; the message is one sentence."""


@dataclass(frozen=True)
class Pattern:
    """How one platform names what it hands out.

    Args:
        layout: the platform's name.
        rule: compiled regular expression.
        whole: it is for the end of a path with its folders, not for a single name.
    """

    layout: str
    rule: re.Pattern
    whole: bool = False

    def match(self, parts):
        """Return {group: text} for a path in its parts, or None; `above` are the folders before."""
        if self.whole:
            tries = [(self.rule.fullmatch("/".join(parts[n:])), n) for n in range(len(parts))]
        else:
            tries = [(self.rule.fullmatch(part), n) for n, part in enumerate(parts)]
        found, n = next(((match, n) for match, n in tries if match), (None, 0))
        return found and {"above": "/".join(parts[:n]), **{
            name: text for name, text in found.groupdict().items() if text}}


@dataclass(frozen=True)
class Settings:
    """What class.toml says; `more` holds all its other tables."""

    patterns: tuple
    leave_out: tuple
    attempts: str = "latest"
    more: dict = field(default_factory=dict)

    def left_out(self, name):
        """Return the rule that leaves a path out, or None."""
        parts = [part for part in name.split("/") if part not in (".", "..")]
        return next((rule for part in parts for rule in self.leave_out
                     if fnmatch.fnmatchcase(part.lower(), rule.lower())), None)


def read(folder=FOLDER):
    """Return the Settings of a class; without a class.toml of its own, those of the template.

    Raises:
        SettingsError: what stands there cannot be used.
    """
    path = Path(folder) / "class.toml"
    path = path if path.is_file() else TEMPLATE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}; mend that line.") from None
    attempts = data.pop("attempts", "latest")
    if attempts not in ("latest", "first"):
        raise SettingsError(f"{path}: attempts is {attempts!r}; write \"latest\" or \"first\".")
    try:
        made = tuple(pattern(entry) for entry in data.pop("pattern", ()))
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None
    return Settings(made, tuple(data.pop("leave_out", ())), attempts, data)


def pattern(entry):
    """Return the Pattern of one entry.

    Raises:
        SettingsError: it has no rule, a broken one, or groups that nobody reads.
    """
    layout = str(entry.get("layout", "?"))
    text = entry.get("part") or entry.get("path")
    if not text:
        raise SettingsError(f"the pattern {layout} has neither part nor path; give one.")
    try:
        rule = re.compile(text, re.DOTALL)
    except re.error as error:
        raise SettingsError(f"the pattern {layout} is no regular expression: {error}.") from None
    groups = set(rule.groupindex)
    if groups - GROUPS or not groups & {"id", "ends", "name"}:
        raise SettingsError(f"the pattern {layout} has the groups {sorted(groups)}; it needs id, "
                            f"ends or name, and may have {', '.join(sorted(GROUPS))}.")
    return Pattern(layout, rule, "path" in entry and "part" not in entry)


def students(folder=FOLDER):
    """Return the Roster of a class, or None if it has no roster.csv.

    Raises:
        RosterError: what stands there cannot be used.
    """
    path = Path(folder) / "roster.csv"
    return roster.Roster(roster.read(path)) if path.is_file() else None


def prepare(folder=FOLDER):
    """Make a class's folder, with a class.toml to edit."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "class.toml").exists():
        shutil.copy(TEMPLATE, folder / "class.toml")
