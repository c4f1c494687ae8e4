"""How much room a piece of a slide takes: what `tools.slides` needs to know to fill its pages.

Sizes are pixels on a page of 1280 by 720. Text is measured with the fonts that the deck carries, so
what fits here fits on every machine.
"""

import functools
import html
import math
import re
import textwrap
from html.parser import HTMLParser

from tools.publish import fonts, pages

WIDTH, HEIGHT = 1280, 720
SIDE, TOP, BOTTOM = 56, 30, 50
TEXT_WIDTH = WIDTH - 2 * SIDE
LEADING, CODE_LEADING = 1.36, 1.3
CODE_PADDING = 14
MONO = 0.602                                  # width of a character, in parts of the type size
PROSE_SIZES = (34, 32, 30, 28, 26)
CODE_SIZES = (28, 26, 24, 22, 21, 20, 19, 18.5)
OUTPUT_SIZES = (28, 26, 24, 22, 21, 20, 19, 18.5)


class Words(HTMLParser):
    """Collect the widths of the words of a piece of HTML, in parts of the type size."""

    def __init__(self):
        super().__init__()
        self.open, self.widths, self.joined = [], [], False

    def handle_starttag(self, tag, attributes):
        """Remember in which tags the text stands; a formula counts as one word."""
        if tag not in ("br", "img", "input"):
            self.open.append(tag)
        if tag == "math":
            self.add(0)
            self.joined = True

    def handle_endtag(self, tag):
        """Forget a tag."""
        while self.open and self.open.pop() != tag:
            pass
        if tag == "math":
            self.joined = False

    def add(self, size):
        """Add a word, or lengthen the one that is open."""
        if self.joined:
            self.widths[-1] += size
        else:
            self.widths.append(size)

    def handle_data(self, data):
        """Measure text in the font that its tags ask for."""
        if "math" in self.open:
            scale = 0.75 if {"msub", "msup", "msubsup"} & set(self.open) else 1.1
            operator = 0.5 if self.open[-1] == "mo" else 0
            self.add(fonts.width(data.strip(), scale, "math") + operator * (len(data.strip()) == 1))
            return
        face = ("mono" if "code" in self.open else
                "bold" if {"strong", "th", "h1", "h2", "h3"} & set(self.open) else "sans")
        scale = 0.88 if face == "mono" else 1
        if data[:1].strip() and self.widths and not data[:1].isspace():
            first, *rest = data.split() or [""]
            self.widths[-1] += fonts.width(first, scale, face)
        else:
            rest = data.split()
        self.widths += [fonts.width(word, scale, face) for word in rest]
        if data[-1:].isspace():
            self.widths.append(0)


def lines_of(markup, room):
    """Return how many lines a piece of HTML takes.

    Args:
        markup: HTML of one paragraph.
        room: width of a line in parts of the type size.
    """
    words = Words()
    words.feed(markup)
    count, used = 1, 0.0
    for size in words.widths:
        if size and used and used + size > room:
            count, used = count + 1, 0.0
        used += size + (0.22 if size else 0)
    return count


@functools.cache
def rendered(source):
    """Return Markdown as HTML."""
    return pages.markdown(source)


def kind_of(block):
    """Return what a block of Markdown is: formula, list, quote, table, code, or paragraph."""
    marks = {"$$": "formula", "\\begin": "formula", ">": "quote", "|": "table", "```": "code"}
    found = next((kind for mark, kind in marks.items() if block.startswith(mark)), None)
    return found or ("list" if re.match(r"([-*]|\d+\.)\s", block) else "paragraph")


def formula_height(block):
    """Return the height of a formula on its own line, in parts of the type size."""
    rows = block.count("\\\\") + 1
    row = 1.5
    if "frac" in block or "sum" in block or "prod" in block:
        row += 1.1
    if "underbrace" in block or "overbrace" in block:
        row += 1.3
    return rows * row + 0.7


def cells_of(row):
    """Return the cells of a row of a Markdown table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table_height(block, size):
    """Return the height of a Markdown table, in pixels."""
    rows = [cells_of(row) for row in block.splitlines()
            if not re.fullmatch(r"[\s|:-]+", row)]
    wanted = [max(fonts.width(row[column], size) for row in rows if column < len(row))
              for column in range(len(rows[0]))]
    spare = TEXT_WIDTH - 1.0 * size * len(wanted)
    narrow = sum(w for w in wanted if w <= spare / len(wanted))
    wide = sum(w for w in wanted if w > spare / len(wanted))
    given = [w if w <= spare / len(wanted) else (spare - narrow) * w / wide for w in wanted]
    return sum(max(math.ceil(1.08 * fonts.width(cell, size) / room) for cell, room in
                   zip(row, given, strict=False)) * 1.25 * size + 0.5 * size + 1
               for row in (r + [" "] for r in rows))


def block_height(block, size):
    """Return the height of one block of Markdown at a type size, in pixels."""
    kind = kind_of(block)
    line, gap = LEADING * size, 0.55 * size
    if kind == "formula":
        return formula_height(block) * 1.1 * size + gap
    if kind == "code":
        return (block.count("\n") - 1) * CODE_LEADING * 0.8 * size + 2 * CODE_PADDING + gap
    if kind == "table":
        return table_height(block, 0.8 * size) + gap
    if kind == "list":
        items = re.findall(r"<li>(.*?)</li>", rendered(block), re.DOTALL)
        return sum(lines_of(item, TEXT_WIDTH / size - 1.4) * line + 0.3 * size
                   for item in items) + gap
    if kind == "quote":
        parts = re.split(r"<br ?/?>|</p>", rendered(block).removesuffix("</blockquote>\n"))
        rows = sum(lines_of(part, TEXT_WIDTH / size - 1.6) for part in parts
                   if re.sub(r"<[^>]*>", "", part).strip())
        return rows * line + 0.7 * size + gap
    return lines_of(rendered(block), TEXT_WIDTH / size) * line + gap


def blocks_of(source):
    """Return the blocks of a Markdown text: what blank lines part, fences and formulas whole."""
    found, fenced = [], False
    for part in re.split(r"\n\s*\n", source.strip()):
        if fenced:
            found[-1] += "\n\n" + part
        else:
            found.append(part.strip("\n"))
        fenced ^= part.count("```") % 2 == 1 or part.count("$$") % 2 == 1
    return [block for block in found if block.strip()]


def rows_of(text, columns):
    """Return how many rows a text takes when its lines are wrapped at a number of columns."""
    return sum(max(1, len(textwrap.wrap(line, columns, drop_whitespace=False)))
               for line in text.splitlines())


def fitting(sizes, height_at, room):
    """Return the largest of `sizes` at which `height_at(size)` is at most `room`, or None."""
    return next((size for size in sizes if height_at(size) <= room), None)


def code_width(lines):
    """Return the width of lines of code at type size 1."""
    return MONO * max((len(line) for line in lines), default=0)


def code_height(lines, size):
    """Return the height of code at a type size, or more than a page if a line is too long."""
    if code_width(lines) * size + 2 * CODE_PADDING > TEXT_WIDTH:
        return HEIGHT
    return len(lines) * CODE_LEADING * size + 2 * CODE_PADDING


def columns_at(size):
    """Return how many characters of printed text stand in a line."""
    return int((TEXT_WIDTH - 2 * CODE_PADDING - 6) / (MONO * size))


def output_height(text, size):
    """Return the height of printed text at a type size; long lines are wrapped."""
    return rows_of(text, columns_at(size)) * CODE_LEADING * size + 2 * CODE_PADDING


def output_size(text, room):
    """Return the type size for printed text: large, but rather smaller than wrapped."""
    longest = max(map(len, text.splitlines()), default=0)
    whole = [size for size in OUTPUT_SIZES if longest <= columns_at(size)]
    return (fitting(whole, lambda size: output_height(text, size), room)
            or fitting(OUTPUT_SIZES[2:], lambda size: output_height(text, size), room))


def sentence_height(text, size):
    """Return the height of a plain sentence at a type size."""
    return lines_of(f"<p>{html.escape(text)}</p>", TEXT_WIDTH / size) * LEADING * size
