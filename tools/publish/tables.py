"""Write what is generated: the tables of README.md, VERDICTS.md and the lessons: `make verdicts`.

They come from the stored notebooks, from lectures/ and from data/bench.csv.
"""

import base64
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from coursework.grader import exercises  # noqa: E402  (the path above)
from tools.measure import bench  # noqa: E402  (the path above)
from tools.notebooks import course, lessons  # noqa: E402  (the path above)
from tools.publish import speaker_notes  # noqa: E402  (the path above)
from utils.evidence import claims  # noqa: E402

FRONT = "data/front.png"
PICTURE = "04_lstm.ipynb", "Right answers on stories of mixed distance"
VERDICTS_HEAD = """# Verdicts

What the lecture notes say that this course follows, and what the experiment gave. Each verdict
stands in the evidence of its lesson, with the control that could have proved it wrong.
`make verdicts` writes this page from the stored notebooks.
"""


def lesson_table(root=ROOT):
    """Return the table of the lessons: minutes, verdicts of the evidence, a Colab link.

    A lesson that exists only as evidence leads there.
    """
    import nbformat
    rows, address, found = [], course.load(root), []
    for proof in sorted((root / "notebooks" / "evidence").glob("[0-9]*.ipynb")):
        path = root / "notebooks" / proof.name
        path = path if path.is_file() else proof
        notebook, talk = nbformat.read(path, 4), speaker_notes.load(path, root / "lectures")
        read = sum(map(int, re.findall(r"(\d+) minutes", notebook.cells[0].source)))
        run = re.search(r"(\d+) CPU seconds", notebook.cells[0].source)
        found.append((read, int(run[1]) if run else 0,
                      talk.minutes() if talk else 0, talk.minutes(short=True) if talk else 0,
                      Counter(verdict for _, verdict, _ in claims.verdicts_in(proof))))
        name = path.relative_to(root / "notebooks").as_posix()
        rows.append(f"| [{lessons.title(notebook, path)}](notebooks/{name}) | "
                    f"{costs(*found[-1])} | [evidence](notebooks/evidence/{proof.name}) | "
                    f"[open]({course.colab_link(address, name)}) |")
    *numbers, counted = zip(*found, strict=True)
    together = costs(*map(sum, numbers), sum(counted, Counter()))
    head = "| lesson | to read | to run | lecture (short) | claims tested | proof | in Colab |"
    rows.append(f"| together | {together} | | |")
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def costs(read, run, lecture, short, counted):
    """Return the cells of the table of lessons that say what it takes and what was judged."""
    verdicts = ", ".join(f"{counted[verdict]} {verdict}" for verdict in claims.VERDICTS.values()
                         if counted[verdict])
    return f"{read} min | {run} s | {lecture} ({short}) min | {verdicts or 'none'}"


def lesson_verdicts(path):
    """Return the table of verdicts that stands at the end of a lesson.

    Args:
        path: of the lesson; its verdicts are read from the evidence of the same name.
    """
    rows = []
    for key, verdict, _ in sorted(claims.verdicts_in(path.parent / "evidence" / path.name),
                                  key=lambda row: list(claims.load()).index(row[0])):
        claim = claims.load()[key]
        better = claim.get("correct") if verdict != "true" else None
        correct = f" **Better:** {better}" if better else ""
        rows.append(f"| {key} | {claim['statement']}{correct} | {verdict} |")
    return "\n".join(["| claim | the lecture notes say | verdict |", "|---|---|---|", *rows])


def assignment_table():
    """Return the table of the assignments: exercises, points, and the minutes that they name."""
    import nbformat
    rows = []
    for name in exercises.available():
        first = nbformat.read(exercises.source(name), as_version=4).cells[0].source
        minutes = sum(map(int, re.findall(r"^\| \d-\d+ \|.*\| (\d+) \|$", first, re.MULTILINE)))
        listed = exercises.load(name)
        by_hand = [item for item in listed if isinstance(item, exercises.Explained)]
        coded = exercises.coded(name)
        rows.append(f"| {lessons.heading(first).removeprefix('Assignment ').replace(': ', ' ', 1)} "
                    f"| {len(coded)} + {len(by_hand)} | {sum(item.points for item in coded)} + "
                    f"{sum(item.points for item in by_hand)} | {minutes} |")
    return "\n".join(["| assignment | exercises: marked by machine + by hand | points | minutes |",
                      "|---|---|---|---|", *rows])


def number(value):
    """Return a measured number rounded to two digits."""
    return f"{float(f'{value:.2g}'):,g}"


def speed_table(root=ROOT):
    """Return the table of what `make bench` has compared."""
    rows = [f"| {', '.join(filter(None, (row.what, row.size)))} | {number(row.ours)} {row.unit} | "
            f"{row.beside}: {number(row.theirs)} {row.unit} | "
            f"{number(row.times())}{' (slower)' * (row.times() < 1)} |"
            for rows in bench.load(root / "data" / "bench.csv").values() for row in rows
            if row.theirs is not None]
    head = ["| what | ours | compared with | times as fast |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def growth_table(root=ROOT):
    """Return the table of how the time of our code grows, from what `make bench` has measured."""
    grown = {}
    for part, rows in bench.load(root / "data" / "bench.csv").items():
        for row in rows:
            size = re.fullmatch(r"([\d,]+) (\D+)", row.size)
            if size and part != "addition":
                key = row.what, size[2], row.unit
                grown.setdefault(key, {})[int(size[1].replace(",", ""))] = row.ours
    rows = [f"| {what}, {unit} | {kind} | "
            f"{', '.join(f'{size:,}: {number(sizes[size])}' for size in sorted(sizes))} |"
            for (what, kind, unit), sizes in grown.items() if len(sizes) > 1]
    return "\n".join(["| what | grows with | ours |", "|---|---|---|", *rows])


def picture(root=ROOT):
    """Return the PNG and the alt text of the figure that the README shows.

    Raises:
        ValueError: the lesson has no such figure.
    """
    import nbformat
    for cell in nbformat.read(root / "notebooks" / "evidence" / PICTURE[0], as_version=4).cells:
        for output in cell.get("outputs", []):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            if alt.startswith(PICTURE[1]):
                return base64.b64decode(output.data["image/png"]), alt
    raise ValueError(f"{PICTURE[0]} has no figure whose alt text begins with {PICTURE[1]!r}.")


def between_marks(text, name, content, where):
    """Return text with the content between its marks, <!-- name --> and <!-- /name -->, replaced.

    Raises:
        ValueError: a mark is missing or stands twice.
    """
    if any(text.count(mark) != 1 for mark in (f"<!-- {name} -->\n", f"<!-- /{name} -->")):
        raise ValueError(f"{where} must hold the lines <!-- {name} --> and <!-- /{name} --> once "
                         "each.")
    start, rest = text.split(f"<!-- {name} -->\n")
    _, end = rest.split(f"<!-- /{name} -->")
    return f"{start}<!-- {name} -->\n{content}\n<!-- /{name} -->{end}"


def filled(text, root=ROOT):
    """Return README text with its tables and its picture put between their marks.

    Raises:
        ValueError: a mark is missing.
    """
    tables = {"picture": lambda: f"![{picture(root)[1]}]({FRONT})",
              "lessons": lambda: lesson_table(root), "assignments": assignment_table,
              "speed": lambda: speed_table(root),
              "growth": lambda: growth_table(root)}
    for name in tables:
        between_marks(text, name, "", "README.md")
    for name, make in tables.items():
        text = between_marks(text, name, make(), "README.md")
    return text


def with_verdicts(notebook, path):
    """Put the table of verdicts into the one cell of a lesson that holds its marks.

    Args:
        notebook: NotebookNode; it is changed.
        path: of the lesson.

    Raises:
        ValueError: no cell, or more than one, holds the marks.
    """
    cells = [cell for cell in notebook.cells if "<!-- verdicts -->" in cell.source]
    if len(cells) != 1:
        raise ValueError(f"{path.name} must have one cell with the marks of its verdicts; "
                         f"it has {len(cells)}.")
    cells[0].source = between_marks(cells[0].source, "verdicts", lesson_verdicts(path), path.name)
    return notebook


def generated(root=ROOT):
    """Return {path: content} of every file that is written from others, whole."""
    import nbformat
    made = {root / "README.md": filled((root / "README.md").read_text(encoding="utf-8"), root),
            root / "VERDICTS.md": VERDICTS_HEAD + "\n"
            + claims.verdict_table(root / "notebooks" / "evidence") + "\n"}
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        notebook = with_verdicts(nbformat.read(path, as_version=4), path)
        made[path] = nbformat.writes(notebook) + "\n"
    return made


def main():
    """Write every generated file that differs; return the exit status."""
    for path, content in generated(ROOT).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has been brought up to date.")
    (ROOT / FRONT).write_bytes(picture(ROOT)[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
