"""Remember which exercises are solved, in one small file in the user's own data folder.

Nothing is sent anywhere. A file that cannot be read or written never stops a lesson. While
notebooks are stored or tested, nothing is read or written.
"""

import contextlib
import json
import os
import tempfile
from pathlib import Path

import platformdirs

APPLICATION = "rnn-course"
ADVICE = "Set COURSE_PROGRESS to a file that you may write."

_trouble = ""                       # why the last answer could not be kept, for `progress`


def path():
    """Return where the file is: COURSE_PROGRESS, or a place that fits this system.

    Returns:
        Path, or None where nothing is to be remembered.
    """
    if "PYTEST_CURRENT_TEST" in os.environ:
        return None
    if named := os.environ.get("COURSE_PROGRESS"):
        return Path(named).absolute()
    place = platformdirs.user_data_path(APPLICATION, appauthor=False) / "progress.json"
    return place if place.is_absolute() else None      # a user without a home


def names_in(file):
    """Return the set of names that a file holds.

    Raises:
        OSError: it cannot be opened.
        ValueError: it holds something else.
    """
    data = json.loads(file.read_text(encoding="utf-8"))
    names = data.get("solved") if isinstance(data, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("no list of names")
    return set(names)


def read():
    """Return the set of solved exercises, and a sentence on what is wrong with the file, or ""."""
    file = path()
    if file is None:
        return set(), ""
    try:
        return names_in(file), _trouble
    except FileNotFoundError:
        return set(), _trouble
    except OSError as error:
        return set(), f"{file} cannot be read ({error.strerror}). {ADVICE}"
    except (ValueError, RecursionError):
        return set(), f"{file} is damaged; it begins anew with your next right answer."


def add(name):
    """Remember an exercise as solved.

    The file is replaced as a whole: an interruption leaves the old one.
    """
    global _trouble
    if (file := path()) is None:
        return
    names = read()[0]
    if name in names:
        return
    text = json.dumps({"solved": sorted(names | {name})}) + "\n"
    partial = ""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with open(descriptor, "w", encoding="utf-8") as written:
            written.write(text)
        os.replace(partial, file)
        _trouble = ""
    except OSError as error:
        _trouble = f"Your answers cannot be kept in {file} ({error.strerror}). {ADVICE}"
        with contextlib.suppress(OSError):
            os.unlink(partial)
