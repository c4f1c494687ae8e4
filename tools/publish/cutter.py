"""Cut a lesson into the pages of its deck; `tools.slides` says by which rules."""

import html
import re
from dataclasses import dataclass, field

from tools.publish import excerpt, layout, pages, results

SMALLEST_FIGURE = 400
LARGEST_SCALE = 1.3
JOINED_SIZE = 28


@dataclass
class Page:
    """One slide: a heading and pieces of HTML with the height that each takes."""

    heading: str
    section: bool = False                     # whether a new part of the lesson begins here
    first: bool = False                       # whether this page shows the heading large
    title: bool = False
    origin: str = ""                          # which cell of the notebook is shown
    pieces: list = field(default_factory=list)
    kinds: set = field(default_factory=set)
    notes: list = field(default_factory=list)
    cells: set = field(default_factory=set)   # numbers of the cells of code that it shows
    seconds: int | None = None                # how long it is meant to be shown
    used: float = 0.0

    def room(self):
        """Return the height that is left, in pixels."""
        size = 40 if self.first else 26
        lines = layout.lines_of(f"<h2>{self.heading}</h2>", (layout.TEXT_WIDTH - 220) / size)
        head = lines * size * 1.25 + 20
        return layout.HEIGHT - layout.TOP - layout.BOTTOM - head - self.used

    def add(self, kind, markup, height, step=False):
        """Put a piece at the end of the page; with `step` it appears at the next key."""
        self.kinds.add(kind)
        self.pieces.append(f'<div class="{kind}{" fragment" * step}">{markup}</div>')
        self.used += height + 14

    def html(self):
        """Return the page as a section of reveal.js."""
        notes = "\n".join(self.notes)
        level, kind = ("h1", "title") if self.title else ("h2", "first" if self.first else "later")
        origin = f'<span class="origin">{self.origin}</span>' if self.origin else ""
        timing = "" if self.seconds is None else f' data-timing="{self.seconds}"'
        return (f'<section class="page {kind}"{timing}><header>'
                f"<{level}>{self.heading}</{level}>{origin}</header>\n" + "\n".join(self.pieces)
                + (f'\n<aside class="notes">{notes}</aside>' if notes else "") + "</section>")


class Cutter:
    """Cut one lesson into pages."""

    def __init__(self, notebook, course_title):
        self.pages, self.heading, self.course_title = [], "", course_title
        self.figure_page = None
        for cell in notebook.cells:
            mark = cell.metadata.get("slideshow", {}).get("slide_type", "skip")
            if mark in ("skip", "-"):
                self.note(cell)
            elif cell.cell_type == "markdown":
                self.prose(cell.source, mark)
            else:
                self.code(cell, mark)

    # What goes where

    def page(self, section=False, heading=None):
        """Begin a page and return it."""
        first = heading is not None
        if first:
            self.heading = heading
        self.pages.append(Page(self.heading, section or not self.pages, first))
        return self.pages[-1]

    def current(self, mark):
        """Return the page to go on with: the last one for a fragment, otherwise a new one."""
        if mark == "fragment" or (self.pages and not self.pages[-1].pieces):
            return self.pages[-1]
        return self.page(section=mark == "slide")

    def note(self, cell):
        """Put a cell that is not shown into the speaker's notes."""
        if not self.pages:
            return
        page = self.figure_page or self.pages[-1]
        if cell.cell_type == "markdown":
            page.notes.append("<h4>In the notebook</h4>" + pages.markdown(cell.source))
        for output in cell.get("outputs", []):
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            page.notes.append(f"<pre>{html.escape(text)}</pre>")

    # Prose

    def prose(self, source, mark):
        """Show a cell of Markdown, a page or more for each of its headings."""
        for number, part in enumerate(re.split(r"^(?=#{1,3} )", source, flags=re.MULTILINE)):
            if not part.strip():
                continue
            heading = re.match(r"(#{1,3}) (.+)\n?", part)
            blocks = layout.blocks_of(part[heading.end():] if heading else part)
            shown = [block for block in blocks if "[![" not in block]
            if heading and heading[1] == "#":
                self.title(heading[2], shown)
            else:
                section = mark == "slide" and number < 2 or bool(heading and heading[1] == "##")
                self.blocks(shown, section, heading[2] if heading else None)
            self.figure_page = None

    def title(self, heading, blocks):
        """Show the title page, and what the lesson is for on the next."""
        number, name = re.fullmatch(r"(?:(\d+) )?(.+)", inline(heading)).groups()
        page = self.page(section=True, heading=name)
        page.title = True
        if number:
            page.origin = f"Lesson {number}"
        goals = next((n for n, block in enumerate(blocks) if layout.kind_of(block) == "list"), None)
        needs = blocks if goals is None else blocks[goals + 1:]
        page.add("subtitle", f"<p>{html.escape(self.course_title)}</p>", 50)
        for block in needs:
            page.add("needs", pages.markdown(block), 60)
        if goals is not None:
            intro = blocks[goals - 1] if goals else "Goals"
            self.blocks(blocks[goals:goals + 1], False, intro)

    def joins(self, blocks):
        """Tell whether prose says what to see on the last page, and has room there."""
        page = self.pages[-1] if self.pages else None
        return (page and page.pieces and not page.kinds & {"prose", "claim", "verdicts"}
                and blocks and blocks[0].startswith("What to see")
                and sum(layout.block_height(block, JOINED_SIZE) for block in blocks)
                <= page.room() - 24)

    def blocks(self, blocks, section, heading):
        """Show blocks of Markdown on as few pages as they need, each as large as it can be."""
        if not heading and self.joins(blocks):
            return self.fill(self.pages[-1], [blocks], JOINED_SIZE)
        page = self.page(section, inline(heading) if heading else None)
        if not blocks:
            return None
        for count in range(1, len(blocks) + 1):
            room = page.room() if count == 1 else page.room() - 10
            for size in layout.PROSE_SIZES[: None if count == 1 else 4]:
                heights = [layout.block_height(block, size) for block in blocks]
                parts = parted(heights, count)
                if max(sum(heights[n] for n in part) for part in parts) <= room:
                    return self.fill(page, [[blocks[n] for n in part] for part in parts], size)
        return self.fill(page, [[block] for block in blocks], layout.PROSE_SIZES[-1])

    def fill(self, page, parts, size):
        """Put each part of a cell's prose on a page of its own."""
        for number, part in enumerate(parts):
            if number:
                page = self.page()
            markup = pages.markdown("\n\n".join(part))
            if "Predict first" in page.heading:
                markup = markup.replace("<li>", '<li class="fragment">')
            page.add("prose", f'<div style="font-size: {size}px">{markup}</div>',
                     sum(layout.block_height(block, size) for block in part))

    # Code and its results

    def code(self, cell, mark):
        """Show what a cell of code teaches, and then what came out of it."""
        walls = [value for kind, value in results.of(cell) if kind == "wall"]
        found = [item for item in results.of(cell) if item[0] != "wall"]
        kinds = {kind for kind, _ in found}
        source, cut = excerpt.lines(cell.source)
        page = self.current("fragment" if kinds == {"widget"} else mark)
        begun, shown = len(self.pages) - 1, len(page.pieces)
        least = 4 if "figure" in kinds else 2 if "verdict" in kinds else 0
        if "widget" not in kinds and sum(map(bool, source)) > least:
            under = found[0][1] if found and found[0][0] == "text" else ""
            page = self.source(page, source, cut, cell.execution_count, under)
        self.figure_page = None
        while found:
            if found[0][0] == "verdict":
                run = []
                while found and found[0][0] == "verdict":
                    run.append(found.pop(0)[1])
                page = self.verdicts(page, run)
            elif found[0][0] == "table":
                page = self.table(page, found.pop(0)[1])
            else:
                scene = [found.pop(0)]
                while found and found[0][0] not in ("verdict", "table") and not (
                        found[0][0] == "figure" and "figure" in {kind for kind, _ in scene}):
                    scene.append(found.pop(0))
                page = self.scene(page, scene)
        self.pages[-1].notes += [f"<pre>{html.escape(text)}</pre>" for text in walls]
        begun += len(self.pages[begun].pieces) == shown           # it had no room for this cell
        for page in self.pages[begun:]:
            page.cells.add(cell.execution_count)

    def source(self, page, source, cut, count, under):
        """Show code, on two pages or more if it is long; return the last page.

        What was printed, `under`, is left room below the code if it is short.
        """
        parts = code_parts(source, Page(self.heading).room() - 14)
        for number, part in enumerate(parts, 1):
            def high(size, part=part):
                return layout.code_height(part, size)

            size = layout.fitting(layout.CODE_SIZES[:5], high, page.room() - 24)
            if page.pieces and not size:
                page = self.page()
            below = layout.output_height(under, 22) + 14 if under and number == len(parts) else 0
            room = page.room() - (below if below < 170 else 0)
            size = (layout.fitting(layout.CODE_SIZES, high, room)
                    or layout.fitting(layout.CODE_SIZES, high, page.room()) or 18.5)
            page.add("code", f'<pre style="font-size: {size}px">{results.highlighted(part)}</pre>',
                     high(size))
            page.origin = f"cell [{count}]" + ", shortened" * cut
        return page

    def scene(self, page, scene):
        """Show printed text and at most one figure, together if there is room."""
        figure = next((value for kind, value in scene if kind == "figure"), None)
        texts = [item for item in scene if item[0] != "figure"]
        if figure is None:
            for item in texts:
                page = self.text(page, *item)
            return page
        before = scene[:[kind for kind, _ in scene].index("figure")]
        def wanted(items):
            return sum(results.height_of(*item) + 14 for item in items)

        if page.kinds - {"prose"} or page.room() - wanted(texts) < SMALLEST_FIGURE:
            page = self.page() if page.pieces else page
        together = page.room() - wanted(texts) >= SMALLEST_FIGURE
        for item in before:
            page = self.text(page, *item)
        texts = [item for item in texts if item not in before]
        if before and not together:
            page = self.page()
        kept = wanted(texts) if page.room() - wanted(texts) >= SMALLEST_FIGURE else 0
        data, alt = figure
        wide, high = results.png_size(data)
        scale = min((page.room() - kept - 14) / high, layout.TEXT_WIDTH / wide,
                    LARGEST_SCALE)
        page.add("figure", f'<img alt="{html.escape(alt)}" width="{wide * scale:.0f}" '
                 f'height="{high * scale:.0f}" src="data:image/png;base64,{data}">', high * scale)
        self.figure_page = page
        for item in texts:
            page = self.text(page, *item)
        return page

    def text(self, page, kind, value):
        """Show printed text, at the next step if it stands under its code."""
        if kind == "text" and not layout.output_size(value, Page(self.heading).room()):
            for part in parts_of(value.splitlines(), Page(self.heading).room()):
                page = self.text(self.page() if page.pieces else page, kind, part)
            return page
        height = results.height_of(kind, value, page.room())
        if page.pieces and height > page.room():
            page = self.page()
            height = results.height_of(kind, value, page.room())
        step = "code" in page.kinds and kind != "widget"
        if kind == "said":
            page.add("said", f"<p>{html.escape(value)}</p>", height, step)
        elif kind in ("audio", "widget"):
            page.add(kind, value, height, step)
        elif kind == "markdown":
            page.add("prose", f'<div style="font-size: 28px">{pages.markdown(value)}</div>', height,
                     step)
        else:
            size = layout.output_size(value, page.room()) or 18.5
            page.add("output", f'<pre style="font-size: {size}px">{html.escape(value)}</pre>',
                     layout.output_height(value, size), step)
        return page

    def verdicts(self, page, run):
        """Show what the notes claim, and at the next step what the experiment says."""
        def high(match, size):
            shown = [f"{label}: {text}" for label, text in results.told(match)]
            return sum(layout.sentence_height(text, size * 1.05) + 8
                       for text in [f"Claim The notes say {results.statement(match)}", *shown]
                       ) + 1.6 * size + 42

        def total(matches, size):
            return sum(high(match, size) + 14 for match in matches)

        while run:
            if page.pieces and (page.kinds & {"figure", "prose", "code"}
                                or total(run[:1], 26) > page.room()):
                page = self.page()
            count = next((n for n in range(len(run), 1, -1)
                          if total(run[:n], 26) <= page.room()), 1)
            group, run = run[:count], run[count:]
            size = layout.fitting((32, 30, 28, 26, 24), lambda size, group=group:
                                  total(group, size), page.room()) or 22
            for match in group:
                page.add("claim", results.claim(match, size), high(match, size))
        return page

    def table(self, page, markdown):
        """Show the table of verdicts without what was measured, on as many pages as it needs."""
        head, _, *rows = [layout.cells_of(row)[:3] for row in markdown.splitlines()]
        if page.pieces:
            page = self.page()
        for count in range(1, len(rows) + 1):
            for size in (26, 24, 22) if count > 1 else (26, 24, 22, 20):
                empty = layout.table_height(results.in_markdown([], head), size)
                heights = [layout.table_height(results.in_markdown([row], head), size) - empty
                           for row in rows]
                parts = parted(heights, count)
                most = max(sum(heights[n] for n in part) for part in parts)
                if most + 2 * size <= page.room() - 10:
                    for number, part in enumerate(parts):
                        page = self.page() if number else page
                        shown = pages.markdown(results.in_markdown([rows[n] for n in part], head))
                        for verdict, colour in results.COLOUR.items():
                            shown = shown.replace(f">{verdict}</td>", f' class="{colour}">{verdict}'
                                                  "</td>")
                        page.add("verdicts", f'<div style="font-size: {size}px">{shown}</div>',
                                 most)
                    return page
        raise ValueError("A row of the table of verdicts is higher than a page.")


def inline(source):
    """Return one line of Markdown as HTML without a paragraph around it."""
    return re.sub(r"^<p>|</p>\n?$", "", pages.markdown(source))


def parted(heights, count):
    """Return `count` runs of places, in order, so that the highest run is as low as it can be."""
    best = None

    def try_cuts(start, left, runs):
        nonlocal best
        if left == 1:
            runs = [*runs, range(start, len(heights))]
            worst = max(sum(heights[n] for n in run) for run in runs)
            if best is None or worst < best[0]:
                best = worst, runs
            return
        for end in range(start + 1, len(heights) - left + 2):
            try_cuts(end, left - 1, [*runs, range(start, end)])

    try_cuts(0, count, [])
    return best[1]


def code_parts(lines, room):
    """Return lines of code in parts that fit a page, cut where a statement of the cell begins."""
    tops = [n for n in range(1, len(lines)) if re.match(r"[\w@#]", lines[n])
            and not re.match(r"(else|elif|except|finally)\b", lines[n])]
    found = [lines]
    for count in range(1, len(lines) + 1):
        places = tops if len(tops) >= count - 1 else range(1, len(lines))
        found = parted_at(lines, places, count, indent)
        if all(layout.fitting(layout.CODE_SIZES, lambda size, part=part:
                              layout.code_height(part, size), room) for part in found):
            break
    return found


def parts_of(lines, room):
    """Return printed lines as texts that each fit a page, cut at blank lines if there are any."""
    blanks = [n for n in range(1, len(lines)) if not lines[n - 1].strip()]
    for count in range(2, len(lines) + 1):
        places = blanks if len(blanks) >= count - 1 else range(1, len(lines))
        found = parted_at(lines, places, count, indent)
        texts = ["\n".join(part) for part in found]
        if all(layout.output_size(text, room) for text in texts):
            return texts
    return ["\n".join(lines)]


def parted_at(lines, places, count, cost=lambda line: 0):
    """Return lines in `count` parts of about equal length, cut at some of `places`."""
    wanted = [len(lines) * k / count for k in range(1, count)]
    cuts = sorted({min(places, key=lambda n, at=at: abs(n - at) + cost(lines[n]))
                   for at in wanted})
    found = [lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    return ["\n".join(part).strip("\n").split("\n") for part in found]


def indent(line):
    """Return by how many places a line is indented; an empty line is no place for a cut."""
    return len(line) - len(line.lstrip()) if line.strip() else 100
