"""What the whole course costs: every notebook run from the top in a kernel of its own."""

import io

from tools.measure.benchmarks import Row
from tools.notebooks import lessons


def kind(path):
    """Return what a notebook is: "lesson" or "evidence"."""
    return "evidence" if path.parent == lessons.EVIDENCE else "lesson"


def run():
    """Print the CPU seconds of each notebook and of all; return rows."""
    print("Each notebook run from the top in a clean kernel: CPU seconds (wall-clock seconds).\n")
    rows, clock = [], 0
    for path in lessons.every():
        _, seconds, _, cpu = lessons.execute(path, stream=io.StringIO())
        name = f"{kind(path)} {path.stem[:2]}"
        print(f"{name:24}{cpu:8.0f} ({seconds:4.0f})", flush=True)
        rows.append(Row("running", name, cpu, "CPU s"))
        clock += seconds
    total = sum(row.ours for row in rows)
    print(f"{'all':24}{total:8.0f} ({clock:4.0f})")
    return [*rows, Row("running", "all", total, "CPU s")]
