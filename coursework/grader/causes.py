"""Say why a function is not there, or stops: the cause with the line in which it lies."""

import difflib
import re

MERGE = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(\s|$)")
LONGEST_LINE = 80                   # characters of a student's line that a note repeats


def makes(name):
    """Return the pattern of code that gives a name its meaning."""
    name = re.escape(name)
    return re.compile(rf"\b(def|class)\s+{name}\b|^\s*{name}\s*(:[^=]+)?=(?!=)"
                      rf"|^\s*(import|from)\b.*\b{name}\b", re.MULTILINE)


def failures(found):
    """Return {number of a cell: event} for the cells that stopped or took too long."""
    made = {}
    for event in found.events:
        for kind in ("failed", "slow"):
            place = event.get(kind)
            if isinstance(place, list) and len(place) == 2 and place[0] == "cell":
                made[place[1]] = event
    return made


def quoted(event, cells):
    """Return (words that name the line of an event, the line); ("", "") if it has none."""
    try:
        cell, number = event["line"]
        text = cells[cell].split("\n")[number - 1].strip()
    except (KeyError, TypeError, ValueError, IndexError):
        return "", ""
    shown = text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}..."
    return f"line {number}, `{shown}`", text


def cause(event, cells):
    """Return what went wrong at an event, as the end of a sentence that begins with "it"."""
    where, line = quoted(event, cells)
    error = str(event.get("error", "no answer"))[:200]
    kind = error.partition(":")[0]
    if not where:
        return f"stops with {error}"
    if MERGE.match(line):
        return (f"has a merge marker of git in {where}: choose one of the two versions and take "
                "the markers away")
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        error = re.sub(r" \(cell \d+, line \d+\)", "", error)
        return f"is not valid Python in {where}: {error}"
    if re.search(r"\bgoogle\b|\bdrive\s*\.", line):
        return (f"asks for Google Drive in {where}, which is not there when it is marked: do that "
                f"in a cell of its own ({error})")
    if kind == "EOFError" and "input" in line:
        return (f"waits in {where}, for somebody who types: take input() away, or put it into a "
                "cell of its own")
    if kind in ("ModuleNotFoundError", "ImportError"):
        return f"imports in {where}, what is not there when it is marked ({error})"
    return f"stops in {where}, with {error}"


def absent(function, found, faults, cells):
    """Return (status, note) for a function that is not there after all cells have run."""
    failed, pattern = failures(found), makes(function)
    for number in reversed(range(len(cells))):
        if not pattern.search(cells[number]):
            continue
        if ("cell", number) in faults:
            status = faults["cell", number]
            return status, (f"{function} is not there: its cell " + (
                "did not end in the time allowed." if status == "timeout" else "ended the run."))
        if number in failed and "slow" in failed[number]:
            return "timeout", (f"{function} is not there: its cell did not end in the time "
                               f"allowed{at(failed[number], cells)}.")
        if number in failed:
            return "stopped", (f"{function} is not there, because its cell "
                               f"{cause(failed[number], cells)}.")
    named = re.findall(r"^\s*def\s+(\w+)", "\n".join(cells), re.MULTILINE)
    close = difflib.get_close_matches(function, set(named) - {function}, 1, 0.8)
    other = f"; is {close[0]} meant" if close else ""
    return "missing", f"There is no function {function}{other}{'?' if close else '.'}"


def at(event, cells):
    """Return the words that name the line of an event behind a sentence, or ""."""
    where, _ = quoted(event, cells)
    return f" and was in {where}" if where else ""


def stopped(event, found, cells):
    """Return why a function stops, as a sentence; with the cause of a name that is not defined."""
    said = f"it {cause(event, cells)}"
    missing = re.match(r"NameError: name '(\w+)'", str(event.get("error", "")))
    if missing:
        for number, failed in failures(found).items():
            if makes(missing[1]).search(cells[number]):
                what = "took too long" if "slow" in failed else cause(failed, cells)
                return f"{said}, because the cell that makes {missing[1]} {what}"
    return said
