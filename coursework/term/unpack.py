"""Look into a download: folders, zips, zips inside zips. Nothing is written under its own name.

What is read goes to the caller as bytes, so no name in a zip can lead out of a folder, and every
amount has a limit, so no zip can fill the memory or the disk.
"""

import contextlib
import io
import os
import posixpath
import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coursework.grader import notebooks

LARGEST_FILE = notebooks.LARGEST_FILE
LARGEST_ZIP = 500 * 2**20           # bytes of a zip inside another
MOST_BYTES = 4 * 2**30              # read out of zips in one download
MOST_FILES = 100_000
# What zipfile raises for zips that are damaged, locked or packed in an unusual way.
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, EOFError)
DEEPEST = 4                         # zips inside one another
LEADS_OUT = "its path leads out of the zip"
UNKNOWN_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")


class UnpackError(ValueError):
    """A download cannot be read as a whole; the message is one sentence."""


@dataclass(frozen=True)
class File:
    """One file of a download.

    Args:
        name: its path, with / between the folders, packed or not.
        data: its bytes, or None if they were not read.
        problem: why they were not read, or "".
    """

    name: str
    data: bytes | None = None
    problem: str = ""


@dataclass
class Budget:
    """What may still be read."""

    size: int
    count: int

    def take(self, stream, most):
        """Return the bytes of a stream, or None if there are more than `most`.

        Raises:
            UnpackError: the download as a whole is too large.
        """
        data = stream.read(most + 1)
        self.size -= len(data)
        if self.size < 0:
            raise UnpackError(f"It unpacks to more than {MOST_BYTES // 2**30} GB; collect it in "
                              "parts.")
        return data if len(data) <= most else None

    def one_more(self):
        """Count a file.

        Raises:
            UnpackError: there are too many.
        """
        self.count -= 1
        if self.count < 0:
            raise UnpackError(f"It holds more than {MOST_FILES} files; collect it in parts.")


def files(source, wanted: Callable = lambda name: True):
    """Yield a File for every file in a folder or a zip, in the order of their names.

    Args:
        source: path of the folder or the zip.
        wanted: tells by its path whether a file is to be read at all.

    Raises:
        UnpackError: neither of them, or too large.
    """
    source, budget = Path(source), Budget(MOST_BYTES, MOST_FILES)
    if source.is_dir():
        yield from in_folder(source, wanted, budget)
    elif zipfile.is_zipfile(source):
        with open(source, "rb") as stream:
            yield from in_zip(stream, "", wanted, budget, 1)
    else:
        raise UnpackError(f"{source} is neither a folder nor a zip; name what you downloaded: "
                          "make collect FROM=folder-or-zip.")


def in_folder(source, wanted, budget):
    """Yield the files below a folder; links are not followed."""
    for folder, names, listed in os.walk(source):
        names.sort()
        inside = Path(folder).relative_to(source)
        names[:] = [name for name in names if wanted((inside / name).as_posix())]
        for name in sorted(listed):
            path, called = Path(folder, name), (inside / name).as_posix()
            if not wanted(called):
                continue
            budget.one_more()
            try:
                kind = path.lstat()
                if not stat.S_ISREG(kind.st_mode):
                    said = "a link" if stat.S_ISLNK(kind.st_mode) else "no ordinary file"
                    yield File(called, problem=f"it is {said}")
                elif zipfile.is_zipfile(path):
                    with open(path, "rb") as stream:
                        yield from in_zip(stream, called, wanted, budget, 1)
                elif kind.st_size > LARGEST_FILE:
                    yield File(called, problem=too_large(LARGEST_FILE))
                else:
                    yield File(called, path.read_bytes(), unknown(called))
            except OSError as error:
                yield File(called, problem=f"it cannot be opened ({error.strerror})")


def in_zip(stream, place, wanted, budget, depth):
    """Yield the files of a zip; `place` is the zip's own path in the download, "" for the whole."""
    try:
        archive = zipfile.ZipFile(stream)
        entries = sorted(archive.infolist(), key=entry_name)
    except BROKEN as error:
        yield File(place, problem=f"the zip is damaged ({error})")
        return
    with archive:
        for entry in entries:
            inner = entry_name(entry)
            called = posixpath.join(place, inner.lstrip("/"))
            if entry.is_dir() or not wanted(called):
                continue
            budget.one_more()
            if problem := entry_problem(entry, inner):
                yield File(called, problem=problem)
                continue
            try:
                yield from content(archive, entry, called, wanted, budget, depth)
            except UnpackError:
                raise
            except BROKEN as error:
                yield File(called, problem=f"it cannot be unpacked ({error})")


def content(archive, entry, called, wanted, budget, depth):
    """Yield what one entry of a zip holds."""
    packed = called.lower().endswith(".zip")
    with archive.open(entry) as stream:
        data = budget.take(stream, LARGEST_ZIP if packed else LARGEST_FILE)
    if data is None:
        yield File(called, problem=too_large(LARGEST_ZIP if packed else LARGEST_FILE))
    elif not packed:
        yield File(called, data, unknown(called))
    elif depth >= DEEPEST:
        yield File(called, problem=f"it is a zip inside {depth} others, which is too deep")
    else:
        yield from in_zip(io.BytesIO(data), called, wanted, budget, depth + 1)


def entry_name(entry):
    """Return the path of an entry, with / and in the letters that it was made with."""
    name = entry.filename
    if not entry.flag_bits & 0x800:               # no word that it is UTF-8, which it often is
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def entry_problem(entry, name):
    """Return why an entry of a zip is not to be read, or ""."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return LEADS_OUT
    if entry.flag_bits & 0x1:
        return "it is locked by a password"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link"
    return ""


def too_large(most):
    """Return the sentence on a file that is too large."""
    return f"it has more than {most // 2**20} MB"


def unknown(name):
    """Return the sentence on an archive that is not read, or ""."""
    ending = posixpath.splitext(name)[1].lower()
    return f"{ending} is an archive that is not read; unpack it" if ending in UNKNOWN_ARCHIVES \
        else ""
