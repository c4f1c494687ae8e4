r"""How far the numbers in a cell's output may move, and what the text says about them.

An author writes this by hand into the metadata of a code cell (in JupyterLab: the gear at the
right, "Cell metadata"). Without an entry, stored and new output must be equal to the letter.

    "tolerance": {"absolute": 2}       each number within 2 of the stored one
    "tolerance": {"relative": 0.1}     each number within a tenth of the stored one
    "picture_tolerance": 8             what a picture shows may move by 8 points (at most 16)

The words between the numbers and the count of numbers must be equal. Blanks and line breaks may
move, since a table is wider where a number is longer. Part of a word, and so equal to the letter,
are numbers in lstm_1, 43ms, 79/79, version 3.12.1, and in the tags of HTML.

The tolerance is the spread that was seen over seeds and machines. It must be narrower than what
the text beside the cell claims, so a cell says what is claimed of its output:

    "states": [{"says": "distance 60: # %", "above": 90},
               {"says": "val_accuracy: #", "place": -1, "above": 0.9, "below": 1.01}]

`says` is a piece of the output with `#` in place of one number; it holds wherever the piece is
found, or with `place` at one of these places alone (0 is the first, -1 the last). Each stored
number, moved by its tolerance, and each new number must lie above `above` and below `below`.
"""

import copy
import math
import re

from tools.notebooks import keras_lines

DIGITS = r"(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
NUMBER = (r"(?:(?<![\w)\].])[-+\u2212]|(?<![\w./#]))" rf"(?:{DIGITS}|nan|inf)" r"(?!\w|/\d|\.\d)")
TAG = r"<[^>]*>"
KINDS = ("stdout", "text/plain", "text/markdown", "text/html")
LARGEST_RELATIVE = 0.5


def value(text):
    """Return a number as it is printed, with its sign and separators, as a float."""
    return float(text.replace(",", "").replace("\u2212", "-"))


def parts(text, html=False):
    """Return (pieces between the numbers, numbers) of a text; the tags of HTML are pieces."""
    pieces, numbers, end = [], [], 0
    for match in re.finditer(f"{TAG}|({NUMBER})" if html else f"({NUMBER})", text):
        if match[1]:
            pieces.append(text[end:match.start()])
            numbers.append(value(match[1]))
            end = match.end()
    pieces.append(text[end:])
    # A full stop behind a number cannot be told from the point of "1.".
    return [" ".join(piece.lstrip(".").split()) for piece in pieces], numbers


def allowed(stored, tolerance):
    """Return by how much a number may differ from the stored one."""
    if "absolute" in tolerance:
        return tolerance["absolute"]
    return tolerance["relative"] * abs(stored)


def near(stored, fresh, tolerance):
    """Tell whether a number lies within the tolerance of the stored one."""
    if not (math.isfinite(stored) and math.isfinite(fresh)):
        return stored == fresh or (math.isnan(stored) and math.isnan(fresh))
    # 0.14 - 0.12 is a little more than 0.02.
    rounding = 1e-12 * (abs(stored) + abs(fresh))
    return abs(stored - fresh) <= allowed(stored, tolerance) + rounding


def difference(stored, fresh, tolerance, html=False):
    """Return what differs between two texts by more than the tolerance, as a sentence, or None."""
    (old_words, old), (new_words, new) = parts(stored, html), parts(fresh, html)
    if len(old) != len(new):
        return f"the output had {len(old)} numbers, now it has {len(new)}"
    for one, other in zip(old_words, new_words, strict=True):
        if one != other:
            return f"the words {one!r} are now {other!r}"
    for place, (one, other) in enumerate(zip(old, new, strict=True), 1):
        if not near(one, other, tolerance):
            return (f"number {place} of {len(old)} was {one:g} and is now {other:g}; "
                    f"{allowed(one, tolerance):g} is allowed")
    return None


def fields(outputs):
    """Return {kind of text: list of (node, key) that hold one} for the outputs of a cell."""
    found = {kind: [] for kind in KINDS}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] == "stdout":
            found["stdout"].append((output, "text"))
        for kind in set(KINDS) & set(output.get("data", {})):
            found[kind].append((output["data"], kind))
    return found


def accept(stored, fresh, tolerance):
    """Give each fresh text that is near enough the words of the stored one.

    Args:
        stored: outputs of a cell.
        fresh: outputs that the cell now has; changed in place.
        tolerance: entry of the cell's metadata.

    Returns:
        List of sentences: what is not near enough.
    """
    said, old, new = [], fields(stored), fields(fresh)
    for kind in KINDS:
        for (a, key), (b, _) in zip(old[kind], new[kind], strict=False):
            sentence = difference(a[key], b[key], tolerance, kind == "text/html")
            if sentence:
                said.append(f"{kind}: {sentence}")
            else:
                b[key] = a[key]
    return said


def shown(outputs):
    """Return what the outputs of a cell say, a text each: no tags of HTML, no times of Keras."""
    found = []
    for output in outputs:
        held = [(kind, node[key]) for kind, places in fields([output]).items()
                for node, key in places]
        for kind, text in held[:1]:
            found.append(re.sub(TAG, " ", text) if kind == "text/html"
                         else keras_lines.without_times(text))
    return found


def stated(state, texts):
    """Return the numbers of which one entry of `states` speaks."""
    before, _, behind = (r"\s+".join(map(re.escape, re.split(r"\s+", piece)))
                         for piece in state["says"].partition("#"))
    word = r"(?<!\w)" if state["says"][:1].isalnum() else ""
    found = [value(match[1]) for text in texts
             for match in re.finditer(f"{word}{before}({NUMBER}){behind}", text)]
    if "place" in state:
        found = found[state["place"]:][:1] if -len(found) <= state["place"] < len(found) else []
    return found


def broken(metadata, texts, tolerance=None):
    """Return, a sentence each, what a cell states and its output does not keep.

    Args:
        metadata: of the cell.
        texts: what its output says, as `shown` returns it.
        tolerance: by how much the numbers may move; None for numbers that stand.
    """
    said = []
    for state in metadata.get("states", []):
        numbers = stated(state, texts)
        if not numbers:
            said.append(f"nothing in its output says {state['says']!r}")
        for number in numbers:
            margin = allowed(number, tolerance) if tolerance else 0
            moved = f"; its tolerance of {margin:g} is wider than the claim" if margin else ""
            if "above" in state and not number - margin > state["above"]:
                said.append(f"{state['says']!r} states more than {state['above']:g}; "
                            f"it is {number:g}{moved}")
            if "below" in state and not number + margin < state["below"]:
                said.append(f"{state['says']!r} states less than {state['below']:g}; "
                            f"it is {number:g}{moved}")
    return said


def is_number(entry):
    """Tell whether an entry of the metadata is a finite number."""
    return isinstance(entry, int | float) and not isinstance(entry, bool) and math.isfinite(entry)


def form_complaints(metadata):
    """Return what is wrong with the form of a cell's `tolerance` and `states`."""
    found, tolerance = [], metadata.get("tolerance")
    if tolerance is not None and not (
            isinstance(tolerance, dict) and len(tolerance) == 1
            and set(tolerance) <= {"absolute", "relative"}
            and all(is_number(entry) and entry > 0 for entry in tolerance.values())
            and tolerance.get("relative", 0) <= LARGEST_RELATIVE):
        found.append('its tolerance is neither {"absolute": a} nor {"relative": r} with a above 0 '
                     f"and r from 0 to {LARGEST_RELATIVE}: {tolerance}")
    states = metadata.get("states", [{"says": "#", "above": 0}])
    for state in states if isinstance(states, list) and states else [states]:
        if not (isinstance(state, dict) and str(state.get("says")).count("#") == 1
                and set(state) <= {"says", "place", "above", "below"}
                and set(state) & {"above", "below"}
                and all(is_number(entry) for key, entry in state.items() if key != "says")
                and isinstance(state.get("place", 0), int)):
            found.append('it states something that is not {"says": "words with one #", "above": a, '
                         f'"below": b, "place": p}} (one bound and the place may be left out): '
                         f"{state}")
    return found


def complaints(cell):
    """Return the faults of a stored cell's tolerance and of what it states, a sentence each."""
    found = form_complaints(cell["metadata"])
    tolerance = cell["metadata"].get("tolerance")
    if found:
        return found
    if tolerance:
        numbers = [abs(number) for kind, held in fields(cell["outputs"]).items()
                   for node, key in held
                   for number in parts(node[key], kind == "text/html")[1]
                   if math.isfinite(number)]
        if not numbers:
            found.append("it has a tolerance, but no number in its output")
        elif tolerance.get("absolute", 0) >= max(numbers) and "states" not in cell["metadata"]:
            found.append(f"its tolerance {tolerance['absolute']:g} is as large as its largest "
                         f"number {max(numbers):g}; say with `states` what must hold")
    return found + broken(cell["metadata"], shown(cell["outputs"]), tolerance)


def scaled(metadata, factor):
    """Return a copy of a cell's metadata with its tolerances multiplied."""
    made = copy.deepcopy(metadata)
    for name in made.get("tolerance", {}):
        made["tolerance"][name] *= factor
    if "picture_tolerance" in made:
        made["picture_tolerance"] = round(factor * made["picture_tolerance"])
    return made
