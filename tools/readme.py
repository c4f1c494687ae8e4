"""Write the tables of README.md from the stored notebooks: `make verdicts`."""

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import course, lessons  # noqa: E402  (the path above makes it importable)
from utils import claims  # noqa: E402


def lesson_table(root=ROOT):
    """Return the table of the lessons that exist, with their verdicts counted and a Colab link."""
    import nbformat
    rows, address = [], course.load(root)
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        title = lessons.title(nbformat.read(path, as_version=4), path)
        counted = Counter(verdict for _, verdict, _ in claims.verdicts_in(path))
        verdicts = ", ".join(f"{counted[verdict]} {verdict}" for verdict in claims.VERDICTS.values()
                             if counted[verdict])
        rows.append(f"| [{title}](notebooks/{path.name}) | {verdicts or 'none'} | "
                    f"[open]({course.colab_link(address, path.name)}) |")
    return "\n".join(["| lesson | claims tested | in Colab |", "|---|---|---|", *rows])


def filled(text, root=ROOT):
    """Return README text with both tables put between their markers.

    Raises:
        ValueError: a marker is missing.
    """
    tables = {"lessons": lesson_table(root), "verdicts": claims.verdict_table(root / "notebooks")}
    for name, table in tables.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(f"README.md must hold the lines {start.strip()} and {end} once each.")
        text = re.sub(f"(?<={re.escape(start)}).*(?={re.escape(end)})",
                      lambda _, table=table: f"{table}\n", text, flags=re.DOTALL)
    return text


def main():
    """Rewrite README.md where it differs; return the exit status."""
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = filled(old, ROOT)
    if old != new:
        readme.write_text(new, encoding="utf-8")
    print("README.md has been brought up to date." if old != new
          else "README.md is up to date already.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
