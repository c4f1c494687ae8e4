r"""The lecturer's notes: a file a lesson in lectures/, shown in the speaker's view of its deck.

A file has the lesson's title, an introduction, and a part for each section of the lesson:

    ## 2 Six lines

    8 minutes, may be left out.

    **Ask.** What would you forget first?

    ### Cell [5]

    **Board.** $c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t$

A part begins with its minutes. What follows stands beside the section's first slide; below a
sub-heading it stands beside the first slide of that cell, or of the lesson's heading of that name.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tools.publish import pages

FOLDER = Path(__file__).resolve().parents[2] / "lectures"
LABELS = ("Ask", "Predict", "Board", "Expect", "Show", "Say")
MINUTES = re.compile(r"(\d+) minutes?(, may be left out)?\.\s*")
UNTIMED = {"What to read"}


@dataclass
class Part:
    """What to do in one section of a lesson."""

    heading: str
    minutes: int
    optional: bool
    notes: dict = field(default_factory=dict)     # {sub-heading, "" for the section: Markdown}


@dataclass
class Talk:
    """The notes of one lesson."""

    title: str
    introduction: str
    parts: list

    def minutes(self, short=False):
        """Return the minutes that the lecture takes, or those without what may be left out."""
        return sum(part.minutes for part in self.parts if not (short and part.optional))

    def plan(self):
        """Return the sections with their minutes as a Markdown table."""
        rows = [f"| {part.heading} | {part.minutes} | {'' if part.optional else part.minutes} |"
                for part in self.parts]
        total = f"| **together** | **{self.minutes()}** | **{self.minutes(short=True)}** |"
        return "\n".join(["| section | minutes | short version |", "|---|---|---|", *rows, total])


def headings(source, level):
    """Return a Markdown text cut at its headings of a level: {heading: text}, "" for the start."""
    start, *rest = re.split(rf"^{'#' * level} (.+)\n", source, flags=re.MULTILINE)
    return {"": start.strip()} | {name.strip(): text.strip()
                                  for name, text in zip(rest[::2], rest[1::2], strict=True)}


def read(text, name):
    """Return the Talk that a file holds.

    Args:
        text: of the file.
        name: of the file, for the sentences that say what is wrong.

    Raises:
        ValueError: a part does not begin with its minutes, or two headings are the same.
    """
    (title, body), = [item for item in headings(text, 1).items() if item[0]]
    introduction, *sections = re.split(r"^## (.+)\n", body, flags=re.MULTILINE)
    parts = []
    for heading, section in zip(sections[::2], sections[1::2], strict=True):
        timed = MINUTES.match(section.strip())
        if not timed:
            raise ValueError(f"{name}: the part {heading!r} must begin with a line such as "
                             "'5 minutes.' or '5 minutes, may be left out.'")
        below = section.strip()[timed.end():]
        if len(set(found := re.findall(r"^### (.+)$", below, re.MULTILINE))) < len(found):
            raise ValueError(f"{name}: the part {heading!r} has a sub-heading twice.")
        parts.append(Part(heading.strip(), int(timed[1]), bool(timed[2]), headings(below, 3)))
    return Talk(title, introduction.strip(), parts)


def load(path, folder=None):
    """Return the Talk of a lesson, or None if it has none.

    Args:
        path: of the lesson's notebook.
        folder: of the notes; by default the course's own.
    """
    file = (folder or FOLDER) / f"{path.stem}.md"
    return read(file.read_text(encoding="utf-8"), file.name) if file.is_file() else None


def plain(text):
    """Return a heading's words without Markdown and HTML, for comparison."""
    return re.sub(r"<[^>]*>|[*`$\\]", "", text).strip()


def attach(talk, found):
    """Put a lecturer's notes beside the slides of a lesson, and give each slide its seconds.

    Args:
        talk: the Talk.
        found: the pages of the lesson, from `cutter`.

    Raises:
        ValueError: a part or a sub-heading of the notes has no slide.
    """
    for page in found:
        page.seconds = 0
    told = {0: [pages.markdown(f"{talk.introduction}\n\n{talk.plan()}")]}
    spans = [(part, starting(part, found)) for part in talk.parts]
    ends = [start for _, start in spans[1:]] + [len(found)]
    for (part, start), end in zip(spans, ends, strict=True):
        span = found[start:end]
        left = " This section may be left out." if part.optional else ""
        told.setdefault(start, []).append(f"<h4>{part.minutes} minutes.{left}</h4>")
        for sub, text in part.notes.items():
            place = next((start + n for n, page in enumerate(span) if fits(page, sub)), None)
            if place is None:
                raise ValueError(f"The notes of {part.heading!r} name {sub!r}, "
                                 "which has no slide there.")
            told.setdefault(place, []).append(pages.markdown(text))
        for number, page in enumerate(span):
            page.seconds = (60 * part.minutes * (number + 1) // len(span)
                            - 60 * part.minutes * number // len(span))
    for place, notes in told.items():
        found[place].notes[:0] = notes


def starting(part, found):
    """Return the place of the slide that begins a section."""
    for place, page in enumerate(found):
        if page.first and plain(page.heading) == plain(part.heading):
            return place
    raise ValueError(f"The notes have a part {part.heading!r}, and no slide begins with it.")


def fits(page, sub):
    """Tell whether a page is the one that a sub-heading of the notes means."""
    if cell := re.fullmatch(r"Cell \[(\d+)\]", sub):
        return int(cell[1]) in page.cells
    return not sub or page.first and plain(page.heading) == plain(sub)


def complaints(talk, notebook):
    """Return what is wrong with a lecturer's notes, a sentence for each fault.

    Args:
        talk: the Talk.
        notebook: the lesson, a NotebookNode with its outputs.
    """
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    sections = [plain(name) for name in re.findall(r"^## (.+)$", prose, re.MULTILINE)]
    wanted = [name for name in sections if name not in UNTIMED]
    told = [plain(part.heading) for part in talk.parts]
    faults = []
    if told != wanted:
        faults.append(f"the parts are {told}, the sections of the lesson {wanted}")
    text = "\n".join(note for part in talk.parts for note in part.notes.values())
    labels = re.findall(r"^\*\*(\w[\w ]*)\.\*\*", text, re.MULTILINE)
    faults += [f"the label {label!r} is none of {', '.join(LABELS)}"
               for label in sorted(set(labels) - set(LABELS))]
    faults += [f"{label} occurs {labels.count(label)} times; at least {least} are wanted"
               for label, least in (("Ask", 5), ("Predict", 2), ("Board", 2))
               if labels.count(label) < least]
    faults += [f"a formula is not set: {unset[0]}"
               for unset in pages.UNSET.finditer(pages.markdown(f"{talk.introduction}\n\n{text}"))]
    faults += [f"the part {part.heading!r} says nothing" for part in talk.parts
               if not any(part.notes.values())]
    if not 60 <= talk.minutes() <= 100:
        faults.append(f"the lecture takes {talk.minutes()} minutes; 60 to 100 are wanted")
    if talk.minutes(short=True) > 50:
        faults.append(f"the short version takes {talk.minutes(short=True)} minutes; at most 50 are "
                      "wanted")
    return faults + unprinted(f"{talk.introduction}\n{text}", notebook)


def unprinted(text, notebook):
    """Return a sentence for each number of a text that its lesson neither prints nor writes.

    Whole numbers up to 100 are free: they count sections, steps, minutes and hands.
    """
    known = "\n".join(str(value) for cell in notebook.cells for value in
                      [cell.source, *(o.get("text", "") for o in cell.get("outputs", [])),
                       *(v for o in cell.get("outputs", []) for k, v in o.get("data", {}).items()
                         if k.startswith("text/"))])
    known = set(re.findall(r"\d+(?:\.\d+)?", known.replace(",", "")))
    text = re.sub(r"`[^`]*`", "", text).replace("{,}", "").replace(",", "")
    return [f"the number {number} is not in the lesson"
            for number in sorted(set(re.findall(r"\d+(?:\.\d+)?", text)) - known)
            if "." in number or int(number) > 100]
