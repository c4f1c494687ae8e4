"""Execute the lessons in order, write readable pages to build/html, end with the verdicts.

`make run` runs all, `make run LESSON=03` one. The notebooks themselves are not changed.
"""

import sys
import textwrap
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import course, lessons  # noqa: E402  (the path above makes the course importable)
from utils.evidence import claims  # noqa: E402


def verdict_lines(folder):
    """Return the verdicts of executed notebooks as lines for a terminal."""
    lines = []
    for key, verdict, evidence in claims.verdicts(folder):
        lines.append(f"{key:5} {verdict}")
        for text in (f"said: {claims.load()[key]['statement']}", f"measured: {evidence}"):
            lines += textwrap.wrap(text, 100, initial_indent=" " * 6, subsequent_indent=" " * 8)
    return lines


def run(paths, build):
    """Execute lessons and write their pages; return one row a lesson for the list of lessons.

    Args:
        paths: the notebooks, in order.
        build: folder for `html` and `executed`.

    Raises:
        LessonError: a cell failed.
    """
    import nbformat

    from tools.publish import pages
    rows, known = [], {f"{path.stem}.html" for path in paths}
    for path in paths:
        notebook, seconds, setup, cpu = lessons.execute(path)
        line = (f"{seconds:.0f} s; CPU {cpu:.0f} s, of which {setup:.0f} s for the set-up and "
                f"{cpu - setup:.0f} s for the lesson")
        nbformat.write(notebook, build / "executed" / path.name)
        name = f"{path.stem}.html"
        title = lessons.title(notebook, path)
        page = pages.without_dead_links(pages.page(notebook, title), known)
        (build / "html" / name).write_text(page, encoding="utf-8")
        print(f"{path.stem} done in {line}", flush=True)
        rows.append((name, title, line))
    return rows


def main(words):
    """Run what the command line asks for; return the exit status."""
    paths = lessons.chosen(words)
    build = ROOT / "build"
    for folder in ("html", "executed"):
        (build / folder).mkdir(parents=True, exist_ok=True)
        for old in (build / folder).iterdir():
            old.unlink()
    start = time.perf_counter()
    try:
        rows = run(paths, build)
    except lessons.LessonError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    from tools.publish import pages
    table = claims.verdict_table(build / "executed")
    index = build / "html" / "index.html"
    index.write_text(pages.index(course.load()["title"], rows, table), encoding="utf-8")
    print("\nVerdicts\n" + "\n".join(verdict_lines(build / "executed")))
    count = f"{len(rows)} lesson{'s' * (len(rows) > 1)}"
    print(f"\n{count} in {time.perf_counter() - start:.0f} s; the pages begin at "
          f"{index.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
