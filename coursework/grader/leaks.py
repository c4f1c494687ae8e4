"""Search what is about to be released for anything that belongs to the instructor."""

import ast
import base64
import binascii
import difflib
import io
import json
import re
import tokenize

from coursework.grader import exercises, locked

STUB = locked.STUB
MARKERS = ("begin solution", "end solution", "begin hidden tests", "end hidden tests",
           "begin mark scheme", "end mark scheme")
SHORTEST = 12                      # characters without spaces in a line that gives something away
ALLOWED_METADATA = {"nbgrader", "slideshow"}
# How the set-up cell is folded, to the letter.
FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
PRIVATE_PLACES = {"coursework", "source", "hidden", "grader", "gradebook.db"}
SECRET_FILE = re.compile(r"\.(py[co]|db|sqlite|bak|orig|swp|zip)$|~$|^\.")


def squeezed(text):
    """Return a text without white space, as lines are compared."""
    return re.sub(r"\s+", "", text)


def telling(lines):
    """Return the squeezed lines that are long enough to give something away."""
    return {line for line in map(squeezed, lines) if len(line) >= SHORTEST}


def public_lines(root=exercises.ROOT):
    """Return the lines that everybody has: lessons, helpers, and the heads of given functions.

    Other lines that an assignment shows do not count: they may be the leak.
    """
    lines = []
    for path in (root / "utils").rglob("*.py"):
        lines += path.read_text(encoding="utf-8").splitlines()
    notebooks = [*(root / "notebooks").rglob("[0-9]*.ipynb")]
    for path in notebooks:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            lines += "".join(cell["source"]).splitlines()
    for assignment in exercises.available():
        for cell in locked.source_cells(assignment):
            lines += [line for line in locked.SOLUTION.sub("", cell.source).splitlines()
                      if line.lstrip().startswith(("def ", "import ", "from ", '"""'))]
    return telling(lines)


def secret_lines(root=exercises.ROOT):
    """Return {line: where it stands} for solutions and hidden cases, without what is public."""
    found = {}
    for assignment in exercises.available():
        for cell in locked.source_cells(assignment):
            for region in locked.SOLUTION.findall(cell.source):
                for line in telling(region.splitlines()[1:-1]):
                    found[line] = f"a solution of {assignment}"
    for path in (root / "coursework" / "hidden").glob("a*.py"):
        for line in telling(path.read_text(encoding="utf-8").splitlines()):
            found.setdefault(line, path.name)
    public = public_lines(root)
    return {line: where for line, where in found.items() if line not in public}


def strings(data):
    """Yield every text in parsed JSON, keys included; a list of lines counts as one text."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        if data and all(isinstance(item, str) for item in data):
            yield "".join(data)
        else:
            for item in data:
                yield from strings(item)
    elif isinstance(data, dict):
        for key, item in data.items():
            yield key
            yield from strings(item)


def decoded(text):
    """Return what a base64 text holds, if it is one and holds text, or ""."""
    if len(text) < SHORTEST or not re.fullmatch(r"[A-Za-z0-9+/=\s]+", text):
        return ""
    try:
        return base64.b64decode(text, validate=False).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def texts(path):
    """Return every text that a file holds; a notebook's are taken out of its JSON and base64."""
    raw = path.read_bytes()
    whole = raw.decode("utf-8", errors="replace")
    if path.suffix not in (".ipynb", ".json"):
        return [whole]
    found = list(strings(json.loads(whole)))
    return found + [inner for text in found if (inner := decoded(text))]


def near_marker(line):
    """Tell whether a comment looks like one of nbgrader's markers, even misspelt."""
    words = re.sub(r"[^a-z]+", " ", line.lower()).strip()
    if not re.match(r"\s*(#|<!--|//|%)", line) or not words:
        return False
    return any(difflib.SequenceMatcher(None, words, marker).ratio() > 0.75 for marker in MARKERS)


def comments(source):
    """Yield the comments in Python code; all lines if it is no Python."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield token.string
    except (tokenize.TokenError, SyntaxError):
        yield from source.splitlines()


def is_stub(source):
    """Tell whether a cell holds functions that only stop with the sentence of STUB."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    if not body or not all(isinstance(node, ast.FunctionDef) for node in body):
        return False
    for node in body:
        inner = node.body[1:] if ast.get_docstring(node) else node.body
        if len(inner) != 1 or ast.unparse(inner[0]) != ast.unparse(ast.parse(STUB)):
            return False
    return True


def assignment_complaints(path, assignment):
    """Return what a released assignment has that it must not have, a sentence each."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    functions = [exercise.function for exercise in exercises.coded(assignment)]
    found = []
    if extra := set(notebook["metadata"]) - {"kernelspec", "language_info"}:
        found.append(f"the notebook's metadata holds {', '.join(sorted(extra))}")
    for number, cell in enumerate(notebook["cells"], 1):
        source = "".join(cell["source"])
        mark = cell["metadata"].get("nbgrader", {})
        faults = []
        if extra := {entry for entry, value in cell["metadata"].items()
                     if entry not in ALLOWED_METADATA and FOLDED.get(entry) != value}:
            faults.append(f"its metadata holds {', '.join(sorted(extra))}")
        if set(mark) - {"grade_id", "grade", "solution", "locked", "task", "points", "cell_type",
                        "schema_version", "checksum"}:
            faults.append("its nbgrader metadata holds more than nbgrader writes")
        if cell.get("attachments"):
            faults.append("it has an attachment")
        if cell.get("outputs"):
            faults.append("it has a stored output")
        if cell["cell_type"] == "code":
            if mark.get("solution"):
                if not is_stub(source):
                    faults.append("an answer cell holds more than functions that are not written "
                                  "yet: is a marker misspelt, or code outside the markers?")
            else:
                faults += [f"it defines {name}, which the student has to write"
                           for name in functions if re.search(rf"\bdef\s+{name}\b", source)]
        elif mark.get("solution") and source.strip() != locked.NO_ANSWER:
            faults.append("an answer in words holds more than the line for the student")
        lines = comments(source) if cell["cell_type"] == "code" else source.splitlines()
        if any(near_marker(line) for line in lines):
            faults.append("it holds something that looks like a marker of nbgrader")
        found += [f"cell {number}: {fault}" for fault in faults]
    return found


def scan(folder, root=exercises.ROOT):
    """Return every reason not to release a folder, a sentence each.

    Args:
        folder: the bundle.
        root: the repository that it was made from.
    """
    secrets, found = secret_lines(root), []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_symlink():
            found.append(f"{name}: it is a link")
            continue
        if path.is_dir():
            continue
        if SECRET_FILE.search(path.name) or PRIVATE_PLACES & set(name.parts):
            found.append(f"{name}: such a file has no place in a bundle")
            continue
        if path.suffix == ".ipynb" and name.parts[0] == "assignments":
            assignment = path.stem.removeprefix("assignment_")
            found += [f"{name}: {fault}" for fault in assignment_complaints(path, assignment)]
        for text in texts(path):
            lines = telling(text.splitlines())
            found += [f"{name}: a line of {secrets[line]}: {line[:60]}"
                      for line in sorted(lines & set(secrets))]
            if name.parts[0] in ("assignments", "data") and len(text) < 200_000:
                whole = squeezed(text)
                found += [f"{name}: within a text, a line of {where}: {line[:60]}"
                          for line, where in secrets.items()
                          if line not in lines and len(line) > 20 and line in whole]
    return found
