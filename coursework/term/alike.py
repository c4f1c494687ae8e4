"""Find pairs of submissions whose code is alike: winnowing (Schleimer, Wilkerson, Aiken 2003).

Names, numbers and texts are made equal first, so that renaming hides nothing; what everybody was
given and what much of the class shares is taken away, so that what is left is rare.
"""

import hashlib
import io
import keyword
import token
import tokenize
from dataclasses import dataclass

GRAM = 10                           # tokens that are looked at together
WINDOW = 5                          # of so many neighbouring grams one is kept
COMMON = 0.1                        # a gram that more of the class has says nothing
FEWEST = 8                          # grams that two must share
ALIKE = 0.5                         # share of the smaller one's rare grams
SKIPPED = (token.COMMENT, token.NL, token.NEWLINE, token.INDENT, token.DEDENT, token.ENCODING,
           token.ENDMARKER)


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Args:
        one, other: students.
        share: part of the smaller one's rare grams that both have.
        grams: their number.
        line: a line of the first that both have.
    """

    one: str
    other: str
    share: float
    grams: int
    line: str


def tokens(source):
    """Return a list of (token as it is compared, line) for Python code, as far as it can be read.

    A name behind a point stays, for it is a library's and not the student's.
    """
    found, before = [], ""
    try:
        for one in tokenize.generate_tokens(io.StringIO(source).readline):
            if one.type in SKIPPED:
                continue
            text = one.string
            if one.type == token.NAME and not keyword.iskeyword(text) and before != ".":
                text = "name"
            elif one.type == token.NUMBER:
                text = "0"
            elif one.type == token.STRING:
                text = "text"
            before = one.string
            found.append((text, one.line.strip()))
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return found


def grams(listed):
    """Return a number for each run of GRAM neighbouring tokens, in their order."""
    texts = ("\0".join(text for text, _ in listed[n:n + GRAM])
             for n in range(len(listed) - GRAM + 1))
    return [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
            for text in texts]


def fingerprints(sources):
    """Return {fingerprint: line} of pieces of code."""
    found = {}
    for source in sources:
        listed = tokens(source)
        placed = [(value, n) for n, value in enumerate(grams(listed))]
        for n in range(max(1, len(placed) - WINDOW + 1) if placed else 0):
            value, place = min(placed[n:n + WINDOW], key=lambda gram: (gram[0], -gram[1]))
            found.setdefault(value, listed[place][1])
    return found


def every_gram(sources):
    """Return all grams of pieces of code, without choosing among them."""
    return {value for source in sources for value in grams(tokens(source))}


def pairs(works, given):
    """Return the Pairs of a class, the most alike first.

    Args:
        works: {student: list of pieces of code}.
        given: pieces of code that everybody has.
    """
    known = every_gram(given)
    prints = {student: {value: line for value, line in fingerprints(sources).items()
                        if value not in known} for student, sources in works.items()}
    holders = {}
    for student, own in prints.items():
        for value in own:
            holders.setdefault(value, []).append(student)
    most = max(2, COMMON * len(works))
    rare = {student: {value for value in own if len(holders[value]) <= most}
            for student, own in prints.items()}
    shared = {}
    for value, students in holders.items():
        if 2 <= len(students) <= most:
            for n, one in enumerate(sorted(students)):
                for other in sorted(students)[n + 1:]:
                    shared.setdefault((one, other), []).append(value)
    found = []
    for (one, other), values in shared.items():
        share = len(values) / min(len(rare[one]), len(rare[other]))
        if len(values) >= FEWEST and share >= ALIKE:
            line = max((prints[one][value] for value in values), key=len)
            found.append(Pair(one, other, share, len(values), line))
    return sorted(found, key=lambda pair: (-pair.share, -pair.grams, pair.one, pair.other))
