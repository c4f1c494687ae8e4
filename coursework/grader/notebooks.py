"""Read what students hand in, however it looks, and find in it what the grader needs."""

import contextlib
import io
import json
import stat
from dataclasses import dataclass, field

LARGEST_FILE = 20 * 1024 * 1024
MOST_CELLS = 1000


class UnreadableError(ValueError):
    """A file is not a notebook that can be graded; the message says why."""


class LessonError(UnreadableError):
    """A file is a lesson, not an assignment."""


@dataclass
class Submission:
    """A student's notebook: the text of its cells.

    `cells` are (kind, source, grade_id) in order, kind "code" or "markdown"; `points` are those
    that its metadata claims, by grade_id.
    """

    cells: list = field(default_factory=list)
    points: dict = field(default_factory=dict)

    def code(self):
        """Return the sources of the code cells."""
        return [source for kind, source, _ in self.cells if kind == "code"]


def read(path):
    """Return the Submission in a file.

    Raises:
        UnreadableError: not a regular file, too large, not JSON, not a notebook.
    """
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise UnreadableError("is a link, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("is not an ordinary file")
        if status.st_size > LARGEST_FILE:
            raise UnreadableError(f"has {status.st_size // 2**20} MB; at most "
                                  f"{LARGEST_FILE // 2**20} MB are read")
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot be opened ({type(error).__name__})") from None
    return parse(raw)


def parse(raw):
    """Return the Submission that a file's bytes hold.

    Raises:
        UnreadableError: not JSON, not a notebook.
    """
    import nbformat
    if not raw.strip():
        raise UnreadableError("is empty")
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableError("is not text in UTF-8") from None
    except (ValueError, RecursionError):
        raise UnreadableError("is not a notebook: its JSON is broken") from None
    try:
        if data.get("nbformat", 4) < 4:
            with contextlib.redirect_stderr(io.StringIO()):
                data = nbformat.convert(nbformat.reader.reads(json.dumps(data)), 4)
        cells = [(str(cell["cell_type"]), "".join(cell["source"]),
                  str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")))
                 for cell in data["cells"][:MOST_CELLS]]
        marks = [cell.get("metadata", {}).get("nbgrader", {})
                 for cell in data["cells"][:MOST_CELLS]]
        points = {str(mark["grade_id"]): mark.get("points") for mark in marks if mark.get("grade")
                  and not mark.get("solution")}
    except Exception:
        raise UnreadableError("is JSON, but not a notebook") from None
    return Submission(cells, points)


def plain(source):
    """Return a cell's text without what editors change by themselves."""
    lines = [line.rstrip() for line in source.replace("\r\n", "\n").strip().split("\n")]
    return "\n".join(lines)


def runnable(sources):
    """Return code cells as Python: magics and shell lines become calls of `get_ipython()`."""
    from IPython.core.inputtransformer2 import TransformerManager
    found = []
    for source in sources:
        try:
            found.append(TransformerManager().transform_cell(source))
        except Exception:
            found.append(source)           # it will fail in the sandbox, as in the notebook
    return found
