"""What the stored form of every notebook must be: one function, a sentence for each fault.

Lessons and evidence have most rules in common. Slide marks and 25 lines a cell belong to the
evidence; what a lesson must be beyond this stands in `lesson_rules`.
"""

import base64
import copy
import io
import re
import warnings
from collections import Counter

from tools.notebooks import folding, keras_lines, lesson_rules, tolerances

LARGEST_PICTURE = 150 * 1024
LARGEST_ANIMATION = 600 * 1024
# Points of the picture; a usual picture is 450 high.
LARGEST_PICTURE_TOLERANCE = 16
LONGEST_CODE = 25
SHORTEST_ALT = 20
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip"}
DATA_ADDRESS = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")

# nbval leaves a cell unchecked when it finds one of these; here no cell may be left unchecked.
MARKER = re.compile(r"nbval[_-]|pytest_validate_ignore_output", re.IGNORECASE)
FORBIDDEN_CODE = re.compile(r"^\s*[%!]\s*pip\b|\bclear_output\b", re.MULTILINE)
FORBIDDEN_TAGS = re.compile(r"nbval|pytest-validate|raises-exception|skip", re.IGNORECASE)

FORBIDDEN_TEXT = {
    "a memory address": re.compile(r"\b0x[0-9a-f]{6,}\b", re.IGNORECASE),
    "an absolute path": re.compile(
        r"(?<![\w.~:/])/(?:home|root|tmp|usr|var|opt|mnt|etc|work\w*|private|content|Users)/\w"
        r"|\b[A-Z]:\\\w|site-packages"),
    "a time per step": re.compile(r"(?<![A-Za-z])[\u00b5mn]?s/(?:step|epoch|it|sample)\b|\bit/s\b"),
}


def is_lesson(path):
    """Tell whether a notebook is a lesson; the evidence stands in a folder below them."""
    return path.resolve().parent.name == "notebooks"


def joined(text):
    """Return a notebook's text field, a string or a list of lines, as one string."""
    return "".join(text)


def texts(output):
    """Return every text that an output shows, without the bytes of sounds and pictures in it."""
    if output["output_type"] == "stream":
        return [joined(output["text"])]
    return [DATA_ADDRESS.sub("data:", joined(value))
            for kind, value in output.get("data", {}).items()
            if kind.startswith("text/") and isinstance(value, str | list)]


def picture(encoded):
    """Return a stored PNG as a Pillow image.

    Raises:
        ValueError: the text is not a PNG.
    """
    from PIL import Image, UnidentifiedImageError
    try:
        return Image.open(io.BytesIO(base64.b64decode(joined(encoded))))
    except UnidentifiedImageError:
        raise ValueError("not a PNG") from None


def is_blank(image):
    """Tell whether a picture shows nothing: all its points have nearly one colour."""
    from PIL import ImageStat
    return max(ImageStat.Stat(image.convert("RGB")).stddev) < 1.0


def moves(encoded):
    """Tell whether a stored PNG is an animation."""
    try:
        return "loop" in picture(encoded).info
    except ValueError:
        return False


def png_complaints(encoded):
    """Return the faults of one stored PNG, still or moving."""
    try:
        image = picture(encoded)
    except ValueError:
        return ["a picture cannot be read as PNG"]
    found, size, moving = [], len(base64.b64decode(joined(encoded))), moves(encoded)
    largest = LARGEST_ANIMATION if moving else LARGEST_PICTURE
    if size > largest:
        found.append(f"a picture has {size // 1024} KB; {largest // 1024} are allowed")
    if is_blank(image):
        found.append("an animation's first frame is empty" if moving else "a picture is empty")
    if moving and len(set(frames(image))) < 2:
        found.append("an animation does not move: all its frames show the same")
    return found


def frames(image):
    """Return the frames of a picture as bytes of RGB points."""
    from PIL import ImageSequence
    return [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(image)]


def picture_complaints(output):
    """Return the faults of the pictures in one output."""
    found = []
    for kind, encoded in output.get("data", {}).items():
        if not kind.startswith("image/"):
            continue
        if kind != "image/png":
            found.append(f"a picture is {kind}; the tests can compare image/png alone")
            continue
        found += png_complaints(encoded)
        alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
        if len(alt) < SHORTEST_ALT:
            found.append(f"a picture's alt text has {len(alt)} characters; at least {SHORTEST_ALT} "
                         "are needed (figures.show stores it)")
        elif joined(output["data"].get("text/plain", "")) != f"Figure: {alt}":
            found.append("a picture's plain text differs from 'Figure: ' and its alt text")
    return found


def tolerance_complaints(cell):
    """Return the faults of what a code cell's metadata say about its numbers and pictures."""
    if cell.get("execution_count") is None:
        return tolerances.form_complaints(cell.metadata)
    found, reach = tolerances.complaints(cell), cell.metadata.get("picture_tolerance")
    if reach is None:
        return found
    if type(reach) is not int or not 0 < reach <= LARGEST_PICTURE_TOLERANCE:
        found.append(f"its picture_tolerance is {reach!r}, not a whole number from 1 to "
                     f"{LARGEST_PICTURE_TOLERANCE}")
    if not any("image/png" in output.get("data", {}) for output in cell.outputs):
        found.append("it has a picture_tolerance, but no picture")
    return found


def code_complaints(cell, position, lesson):
    """Return the faults of one code cell, the `position`-th from 1."""
    found = tolerance_complaints(cell)
    lines = [line for line in cell["source"].splitlines() if line.strip()]
    if not lines:
        found.append("the cell is empty")
    if not lesson and not folding.is_folded(cell) and len(lines) > LONGEST_CODE:
        found.append(f"it has {len(lines)} lines of code; {LONGEST_CODE} are allowed")
    if cell.get("execution_count") != position:
        found.append(f"its execution count is {cell.get('execution_count')}, not {position}: "
                     "store the outputs of one clean run from top to bottom")
    if MARKER.search(cell["source"]):
        found.append("it holds a marker that would keep its output from being compared")
    if match := FORBIDDEN_CODE.search(cell["source"]):
        found.append(f"it uses {match[0].strip()}, which not every place of execution has")
    for output in cell.get("outputs", []):
        if output["output_type"] == "error":
            found.append(f"an error is stored: {output.get('ename')}")
        if output.get("name") == "stderr":
            found.append(f"stderr is stored: {joined(output['text'])[:80]!r}")
        for text in texts(output):
            text = keras_lines.without_times(text) if lesson else text
            found += [f"its output shows {what}: {match[0]!r}"
                      for what, pattern in FORBIDDEN_TEXT.items()
                      if (match := pattern.search(text))]
        found += picture_complaints(output)
    return found


def read(path):
    """Return a stored notebook as it is; `nbformat.read` would mend some of its faults."""
    import nbformat
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def complaints(notebook, lesson=False):
    """Return what is wrong with the stored form of a notebook, a sentence each.

    Args:
        notebook: NotebookNode; one that `read` has read still has its faults.
        lesson: whether it is a lesson, else it belongs to the evidence.

    Returns:
        List of sentences; empty if all is well.
    """
    import nbformat

    from tools.notebooks import lessons
    found = []
    try:
        with warnings.catch_warnings(action="ignore"):
            nbformat.validate(copy.deepcopy(notebook))
    except nbformat.ValidationError as error:
        found.append(f"it is not valid nbformat: {str(error).splitlines()[0]}")
    seen = Counter(cell.get("id") for cell in notebook.cells)
    found += [f"{count} cells have the id {name}" for name, count in seen.items() if count > 1]
    position = 0
    for number, (cell, following, name) in enumerate(zip(
            notebook.cells, [*notebook.cells[1:], None], lessons.names(notebook), strict=True), 1):
        faults = []
        if lesson:
            faults += lesson_rules.cell_complaints(cell, following)
        elif cell.metadata.get("slideshow", {}).get("slide_type") not in SLIDE_TYPES:
            faults.append("it has no slide mark")
        faults += [f"its tag {tag!r} is not allowed" for tag in cell.metadata.get("tags", [])
                   if FORBIDDEN_TAGS.search(tag)]
        if cell.cell_type == "code":
            position += 1
            faults += code_complaints(cell, position, lesson)
        found += [f"cell {number} ({name}): {fault}" for fault in faults]
    if not position:
        found.append("it has no code cell")
    return found + (lesson_rules.complaints(notebook, moves) if lesson else [])
