"""Execute the lessons in order and write readable pages to build/html.

`make run` runs all lessons, `make run LESSON=03` one; with EVIDENCE=1 the evidence is run too, and
its verdicts are shown. The notebooks themselves are not changed.
"""

import sys
import textwrap
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import course, lessons  # noqa: E402  (the path above makes it importable)
from utils.evidence import claims  # noqa: E402


def verdict_lines(folder):
    """Return the verdicts of executed notebooks as lines for a terminal."""
    lines = []
    for key, verdict, evidence in claims.verdicts(folder):
        lines.append(f"{key:5} {verdict}")
        for text in (f"said: {claims.load()[key]['statement']}", f"measured: {evidence}"):
            lines += textwrap.wrap(text, 100, initial_indent=" " * 6, subsequent_indent=" " * 8)
    return lines


def asked_for(words):
    """Return the notebooks that a command line asks for: with `--evidence` lessons and evidence.

    Args:
        words: as `lessons.chosen` takes them.
    """
    numbers = [word for word in words if word != "--evidence"]
    found = lessons.chosen(numbers) if "--evidence" not in words or lessons.there(numbers) else []
    return [*found, *(lessons.chosen(words) if "--evidence" in words else [])]


def run(paths, build):
    """Execute notebooks and write their pages; return one row each for the list of lessons.

    Args:
        paths: the notebooks, in order.
        build: folder for `html` and `executed`.

    Raises:
        LessonError: a cell failed.
    """
    import nbformat

    from tools.publish import pages
    rows, known = [], {pages.name_of(path) for path in paths}
    for path in paths:
        notebook, seconds, setup, cpu = lessons.execute(path)
        line = (f"{seconds:.0f} s; CPU {cpu:.0f} s, of which {setup:.0f} s for the set-up and "
                f"{cpu - setup:.0f} s for the rest")
        name, title = pages.name_of(path), lessons.title(notebook, path)
        nbformat.write(notebook, (build / "executed" / name).with_suffix(".ipynb"))
        page = pages.with_names(pages.page(notebook, title), path)
        (build / "html" / name).write_text(pages.without_dead_links(page, known), encoding="utf-8")
        print(f"{Path(name).stem} done in {line}", flush=True)
        rows.append((name, title, line))
    return rows


def main(words):
    """Run what the command line asks for; return the exit status."""
    paths = asked_for(words)
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
    judged = claims.verdicts(build / "executed")
    table = claims.verdict_table(build / "executed") if judged else ""
    index = build / "html" / "index.html"
    index.write_text(pages.index(course.load()["title"], rows, table), encoding="utf-8")
    if judged:
        print("\nVerdicts\n" + "\n".join(verdict_lines(build / "executed")))
    count = f"{len(rows)} notebook{'s' * (len(rows) > 1)}"
    print(f"\n{count} in {time.perf_counter() - start:.0f} s. Open next: "
          f"{index.relative_to(ROOT).as_posix()} in a browser to read, or "
          "python course.py lab to work with them.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
