"""Write the tables and the picture of README.md: `make verdicts`.

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
from tools.measure.measure import bench  # noqa: E402  (the path above)
from tools.notebooks import course, lessons  # noqa: E402  (the path above)
from tools.publish import speaker_notes  # noqa: E402  (the path above)
from utils.evidence import claims  # noqa: E402

FRONT = "data/front.png"
PICTURE = "04_lstm.ipynb", "Accuracy at the blank against distance"


def lesson_table(root=ROOT):
    """Return the table of the lessons that exist: verdicts counted, minutes, a Colab link."""
    import nbformat
    rows, address, found = [], course.load(root), []
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        talk = speaker_notes.load(path, root / "lectures")
        read, run = (int(match[1]) if match else 0 for match in (
            re.search(rf"(\d+) {unit}", notebook.cells[0].source)
            for unit in ("minutes to read", "CPU seconds to run")))
        found.append((Counter(verdict for _, verdict, _ in claims.verdicts_in(path)), read, run,
                      talk.minutes() if talk else 0, talk.minutes(short=True) if talk else 0))
        rows.append(f"| [{lessons.title(notebook, path)}](notebooks/{path.name}) | "
                    f"{costs(*found[-1])} | [open]({course.colab_link(address, path.name)}) |")
    counted, *numbers = zip(*found, strict=True)
    together = costs(sum(counted, Counter()), *map(sum, numbers))
    return "\n".join(["| lesson | claims tested | to read | to run | lecture (short) | in Colab |",
                      "|---|---|---|---|---|---|", *rows, f"| together | {together} | |"])


def costs(counted, read, run, lecture, short):
    """Return the cells of the table of lessons that say what was judged and what it takes."""
    verdicts = ", ".join(f"{counted[verdict]} {verdict}" for verdict in claims.VERDICTS.values()
                         if counted[verdict])
    return f"{verdicts or 'none'} | {read} min | {run} s | {lecture} ({short}) min"


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
    for cell in nbformat.read(root / "notebooks" / PICTURE[0], as_version=4).cells:
        for output in cell.get("outputs", []):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            if alt.startswith(PICTURE[1]):
                return base64.b64decode(output.data["image/png"]), alt
    raise ValueError(f"{PICTURE[0]} has no figure whose alt text begins with {PICTURE[1]!r}.")


def filled(text, root=ROOT):
    """Return README text with its tables and its picture put between their markers.

    Raises:
        ValueError: a marker is missing.
    """
    tables = {"picture": lambda: f"![{picture(root)[1]}]({FRONT})",
              "lessons": lambda: lesson_table(root), "assignments": assignment_table,
              "speed": lambda: speed_table(root),
              "growth": lambda: growth_table(root),
              "verdicts": lambda: claims.verdict_table(root / "notebooks")}
    for name in tables:
        if any(text.count(mark) != 1 for mark in (f"<!-- {name} -->\n", f"<!-- /{name} -->")):
            raise ValueError(f"README.md must hold the lines <!-- {name} --> and <!-- /{name} --> "
                             "once each.")
    for name, make in tables.items():
        start, rest = text.split(f"<!-- {name} -->\n")
        _, end = rest.split(f"<!-- /{name} -->")
        text = f"{start}<!-- {name} -->\n{make()}\n<!-- /{name} -->{end}"
    return text


def main():
    """Rewrite README.md where it differs; return the exit status."""
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = filled(old, ROOT)
    if old != new:
        readme.write_text(new, encoding="utf-8")
    (ROOT / FRONT).write_bytes(picture(ROOT)[0])
    print("README.md has been brought up to date." if old != new
          else "README.md is up to date already.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
