"""Find the data files inside installed packages and check them against `data/sources.toml`.

No package is imported for it: looking up a folder takes no time, importing music21 takes seconds.
"""

import functools
import hashlib
import importlib
import importlib.metadata
import importlib.util
import tomllib
from pathlib import Path

from utils import environment, validate

_checked = {}


@functools.cache
def sources():
    """Return all rows of `data/sources.toml` as {source id: row}."""
    with open(environment.ROOT / "data" / "sources.toml", "rb") as file:
        return tomllib.load(file)


def path_of(source_id):
    """Return the path of a source's file, after checking its size and SHA-256.

    Each source is checked once in a process.

    Args:
        source_id: id in `data/sources.toml`, of a source that is a single file.

    Returns:
        A pathlib.Path.

    Raises:
        InputError: unknown id, or a source that is no single file.
        CourseError: the package is missing, or its file is missing or changed.
    """
    single = [key for key, row in sources().items() if "file" in row and "files" not in row]
    validate.one_of("source_id", source_id, single)
    return files_of(source_id)[0]


def files_of(source_id):
    """Return the paths of all files of a source, sorted by name, after checking them.

    Args:
        source_id: id in `data/sources.toml`, of a source that has files.

    Returns:
        List of pathlib.Path.

    Raises:
        InputError: unknown id, or a source without files.
        CourseError: the package is missing, or a file is missing or changed.
    """
    with_files = [key for key, row in sources().items() if "file" in row]
    validate.one_of("source_id", source_id, with_files)
    if source_id not in _checked:
        row = sources()[source_id]
        paths = _find(row)
        _compare(row, row["file"], *measure(paths), count=len(paths))
        _checked[source_id] = paths
    return list(_checked[source_id])


def measure(paths):
    """Return the size in bytes and the SHA-256 of one file, or of several files together.

    Several files are hashed as the lines of `sha256sum`, in the order of their names, so that a
    renamed, missing or changed file is noticed.

    Args:
        paths: list of pathlib.Path.

    Returns:
        (size, SHA-256 in hexadecimal digits).
    """
    size, lines = 0, []
    for path in sorted(paths):
        content = path.read_bytes()
        size += len(content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
    if len(lines) == 1:
        return size, lines[0].split()[0]
    return size, hashlib.sha256("".join(lines).encode()).hexdigest()


def check_text(source_id, text):
    """Check that the text which a package generated is the one that the course was built on.

    Args:
        source_id: id in `data/sources.toml`, of a source that is generated.
        text: what the package generated.

    Raises:
        InputError: unknown id.
        CourseError: the text differs.
    """
    generated = [key for key, row in sources().items() if "generated" in row]
    validate.one_of("source_id", source_id, generated)
    if source_id not in _checked:
        row = sources()[source_id]
        content = validate.text("text", text).encode()
        _compare(row, row["generated"], len(content), hashlib.sha256(content).hexdigest())
        _checked[source_id] = True


def require(source_id):
    """Check that a source's package is installed, without importing it.

    Args:
        source_id: id in `data/sources.toml`.

    Returns:
        The package's folder, a pathlib.Path.

    Raises:
        InputError: unknown id.
        CourseError: the package is missing.
    """
    validate.one_of("source_id", source_id, sources())
    return _folder(sources()[source_id])


def _folder(row):
    """Return the folder of a row's package."""
    # A package that was installed a moment ago is not seen without this.
    importlib.invalidate_caches()
    spec = importlib.util.find_spec(row["module"])
    if spec is None or not spec.submodule_search_locations:
        raise environment.CourseError(
            f"The package {row['package']}, which brings {row['what']}, is missing; expected "
            f"{row['package']}{row['version']}; run: "
            f"pip install {row['package']}=={row['tested'][-1]}")
    return Path(list(spec.submodule_search_locations)[0])


def _find(row):
    """Return the files of a row, sorted by name; at least one."""
    paths = sorted(_folder(row).glob(row["file"]))
    if not paths:
        raise environment.CourseError(
            f"The package {_installed(row)} lacks its file {row['file']}; expected "
            f"{row['size']:,} bytes with SHA-256 {row['sha256'][:12]}...; run: {_repair(row)}")
    return paths


def _compare(row, name, size, digest, count=1):
    """Raise CourseError unless size, digest and number of files are those of the row."""
    expected = row.get("files", 1)
    if (size, digest, count) == (row["size"], row["sha256"], expected):
        return
    had, wanted = (f"{count} files, ", f"{expected} files, ") if "files" in row else ("", "")
    raise environment.CourseError(
        f"The data of package {_installed(row)} changed: {name} has {had}{size:,} bytes with "
        f"SHA-256 {digest[:12]}..., expected {wanted}{row['size']:,} bytes with "
        f"{row['sha256'][:12]}...; run: {_repair(row)}")


def _version(row):
    """Return the installed version of a row's package, or None where pip knows of none."""
    try:
        return importlib.metadata.version(row["package"])
    except importlib.metadata.PackageNotFoundError:
        return None


def _installed(row):
    """Return a row's package with its installed version, for a message."""
    return f"{row['package']} {_version(row) or '(version unknown)'}"


def _repair(row):
    """Return the command that puts a package back as it was when the course was tested."""
    version = _version(row) if _version(row) in row["tested"] else row["tested"][-1]
    return f"pip install --force-reinstall --no-deps {row['package']}=={version}"
