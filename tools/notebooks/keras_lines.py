"""Keras's own lines of progress: made short when a lesson is stored, compared without their times.

`fit`, `evaluate` and `predict` write one line an epoch, with verbose=1 a bar that is redrawn many
times, with verbose=2 plain text. What a step took is different in every run; the number of
steps and every metric must stay.
"""

import re

ANSI = re.compile(r"\x1b\[[\d;]*m")
OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.MULTILINE)
LINE = re.compile(
    r" *(?P<steps>\d+/(?:\d+|Unknown)) (?:\u2501* *|- )(?P<time>\d[\d:]*s?) (?:- )?"
    r"(?P<step>\d+[mu]?s/(?:step|epoch))(?P<metrics>(?: - [^:\n]+: \S+)*) *")


def rewritten(text, form):
    """Return a text whose lines of progress have another form; every other line stays as it is."""
    lines = []
    for line in text.split("\n"):
        seen = OVERWRITTEN.sub("", ANSI.sub("", line).replace("\b", ""))
        match = LINE.fullmatch(seen.rstrip("\r"))
        lines.append(match.expand(form) if match else line)
    return "\n".join(lines)


def compact(text):
    """Return a stream's text with each line of progress as `verbose=2` writes it, without a bar."""
    return rewritten(text, r"\g<steps> - \g<time> - \g<step>\g<metrics>")


def without_times(text):
    """Return a stream's text with each line of progress cut to its steps and its metrics."""
    return rewritten(text, r"\g<steps>\g<metrics>")
