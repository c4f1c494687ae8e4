"""Write what is generated: `make verdicts`.

That is VERDICTS.md, and the tables of the README, BENCHMARKS.md, the guides and the lessons. They
come from the stored notebooks, from lectures/ and from data/bench.csv.
"""

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

# The lesson whose opening picture the README shows; the picture itself stands in data/pictures.
FRONT = "01_rnn_types"
VERDICTS_HEAD = """# Verdicts

What the lecture notes say that this course follows, and what the experiment gave. Each verdict
stands in the evidence of its lesson, with the control that could have proved it wrong.
`make verdicts` writes this page from the stored notebooks.
"""


def lesson_table(root=ROOT):
    """Return the table of the lessons: minutes, seconds, verdicts of the evidence, a Colab link.

    A lesson that exists only as evidence leads there.
    """
    import nbformat
    rows, address, found = [], course.load(root), []
    for proof in sorted((root / "notebooks" / "evidence").glob("[0-9]*.ipynb")):
        path = root / "notebooks" / proof.name
        path = path if path.is_file() else proof
        notebook = nbformat.read(path, 4)
        read = sum(map(int, re.findall(r"(\d+) minutes", notebook.cells[0].source)))
        run = re.search(r"(\d+) CPU seconds", notebook.cells[0].source)
        found.append((read, int(run[1]) if run else 0,
                      Counter(verdict for _, verdict, _ in claims.verdicts_in(proof))))
        name = path.relative_to(root / "notebooks").as_posix()
        rows.append(f"| [{lessons.title(notebook, path)}](notebooks/{name}) | "
                    f"{costs(*found[-1])} | [evidence](notebooks/evidence/{proof.name}) | "
                    f"[open]({course.colab_link(address, name)}) |")
    *numbers, counted = zip(*found, strict=True)
    rows.append(f"| together | {costs(*map(sum, numbers), sum(counted, Counter()))} | | |")
    head = "| lesson | to read | to run | claims tested | proof | in Colab |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def costs(read, run, counted):
    """Return the cells of the table of lessons that say what it takes and what was judged."""
    verdicts = ", ".join(f"{counted[verdict]} {verdict}" for verdict in claims.VERDICTS.values()
                         if counted[verdict])
    return f"{read} min | {run} s | {verdicts or 'none'}"


def lecture_table(root=ROOT):
    """Return the table of the lectures: the minutes of the whole and of the short version."""
    import nbformat
    rows = []
    for proof in sorted((root / "notebooks" / "evidence").glob("[0-9]*.ipynb")):
        talk = speaker_notes.load(proof, root / "lectures")
        path = root / "notebooks" / proof.name
        path = path if path.is_file() else proof
        if talk:
            rows.append(f"| {lessons.title(nbformat.read(path, 4), path)} | {talk.minutes()} min | "
                        f"{talk.minutes(short=True)} min |")
    return "\n".join(["| lecture | whole | short |", "|---|---|---|", *rows])


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
    """Return Markdown that shows a lesson's opening picture, with its alt text.

    Raises:
        ValueError: the lesson opens without a picture.
    """
    import nbformat
    for cell in nbformat.read(root / "notebooks" / f"{FRONT}.ipynb", as_version=4).cells:
        for output in cell.get("outputs", []):
            if alt := output.get("metadata", {}).get("image/png", {}).get("alt", ""):
                return f"![{alt}](data/pictures/{FRONT}.png)"
    raise ValueError(f"{FRONT} has no picture with an alt text.")


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


# The files that hold tables between marks, and who makes each.
TABLES = {"README.md": {"picture": picture, "lessons": lesson_table},
          "BENCHMARKS.md": {"speed": speed_table, "growth": growth_table},
          "guides/lecturers.md": {"lectures": lecture_table},
          "guides/instructors.md": {"assignments": lambda root: assignment_table()}}


def filled(name, root=ROOT):
    """Return the text of a file with its tables and its picture put between their marks.

    Args:
        name: of the file, a key of TABLES.
        root: of the course.

    Raises:
        ValueError: a mark is missing.
    """
    text = (root / name).read_text(encoding="utf-8")
    for mark in TABLES[name]:
        between_marks(text, mark, "", name)
    for mark, make in TABLES[name].items():
        text = between_marks(text, mark, make(root), name)
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
    made = {root / name: filled(name, root) for name in TABLES}
    made[root / "VERDICTS.md"] = (VERDICTS_HEAD + "\n"
                                  + claims.verdict_table(root / "notebooks" / "evidence") + "\n")
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
