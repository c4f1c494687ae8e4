"""Read what students hand in, however it looks, and find in it what the grader needs."""

import contextlib
import io
import json
import re
import stat
from dataclasses import dataclass, field

LARGEST_FILE = 20 * 1024 * 1024
MOST_CELLS = 1000


class UnreadableError(ValueError):
    """A file is not a notebook that can be graded; the message says why."""


@dataclass
class Submission:
    """A student's notebook: the text of its cells.

    `cells` are (kind, source, grade_id) in order, kind "code" or "markdown".
    """

    cells: list = field(default_factory=list)

    def code(self):
        """Return the sources of the code cells."""
        return [source for kind, source, _ in self.cells if kind == "code"]


def read(path):
    """Return the Submission in a file.

    Raises:
        UnreadableError: not a regular file, too large, not JSON, not a notebook.
    """
    import nbformat
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
    except Exception:
        raise UnreadableError("is JSON, but not a notebook") from None
    return Submission(cells)


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


def which_assignment(submission, path, assignments):
    """Return the assignment that a notebook belongs to.

    Args:
        submission: the notebook.
        path: its path; a number from 01 to 08 in the name decides where the content does not.
        assignments: {name: list of function names and locked texts}.

    Raises:
        UnreadableError: none of them.
    """
    whole = "\n".join(plain(source) for _, source, _ in submission.cells)
    counts = {name: sum(text in whole for text in texts) for name, texts in assignments.items()}
    best = max(counts, key=counts.get, default=None)
    if best is not None and counts[best]:
        return best
    for number in re.findall(r"(?<!\d)0?([1-8])(?!\d)", path.stem):
        for name in assignments:
            if name.startswith(f"0{number}"):
                return name
    raise UnreadableError("holds no exercise of this course")
