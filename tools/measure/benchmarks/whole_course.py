"""What the whole course costs: every lesson run from the top in a kernel of its own."""

import io

from tools.notebooks import lessons
from tools.measure.benchmarks import Row


def run():
    """Print the CPU seconds of each lesson and of all; return rows."""
    print("Each lesson run from the top in a clean kernel: CPU seconds (wall-clock seconds).\n")
    rows, clock = [], 0
    for path in lessons.paths():
        _, seconds, _, cpu = lessons.execute(path, stream=io.StringIO())
        print(f"{path.stem:24}{cpu:8.0f} ({seconds:4.0f})", flush=True)
        rows.append(Row("running", f"lesson {path.stem[:2]}", cpu, "CPU s"))
        clock += seconds
    total = sum(row.ours for row in rows)
    print(f"{'all':24}{total:8.0f} ({clock:4.0f})")
    return [*rows, Row("running", "all lessons", total, "CPU s")]
