"""Measure how fast the course is, beside the libraries that do the same: `make bench`.

`python tools/measure/bench.py` runs every part, `python tools/measure/bench.py cells` one of them.
Seconds are CPU seconds of all threads and of all processes that a part starts. What was measured
goes into data/bench.csv, from which `make verdicts` writes the tables of the README.
"""

import csv
import datetime
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.measure.benchmarks import Row, cells, grading, translation, whole_course, word2vec  # noqa: E402
from utils import environment  # noqa: E402  (the path above)
from utils.evidence import measurements  # noqa: E402  (the path above)

TABLE = ROOT / "data" / "bench.csv"
FIELDS = ("part", *Row._fields, "date", "versions")
PARTS = {"cells": cells.run, "decoding": translation.run_decoding,
         "addition": translation.run_addition, "word2vec": word2vec.run, "grading": grading.run,
         "course": whole_course.run}


def load(path=TABLE):
    """Return {part: list of Row} as the table holds them."""
    found = {}
    with open(path, encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            row = {name: line[name] for name in Row._fields}
            row["ours"] = float(row["ours"])
            row["theirs"] = float(row["theirs"]) if row["theirs"] else None
            found.setdefault(line["part"], []).append(Row(**row))
    return found


def record(part, rows, path=TABLE):
    """Write the rows of one part in place of its old ones."""
    kept = []
    if path.exists():
        with open(path, encoding="utf-8", newline="") as file:
            kept = [line for line in csv.DictReader(file) if line["part"] != part]
    today, versions = datetime.date.today().isoformat(), measurements.versions()
    for row in rows:
        shown = row._asdict() | {"ours": f"{row.ours:.4g}",
                                 "theirs": "" if row.theirs is None else f"{row.theirs:.4g}"}
        kept.append({"part": part, **shown, "date": today, "versions": versions})
    order = list(PARTS)
    kept.sort(key=lambda line: order.index(line["part"]))
    partial = path.with_suffix(".partial")
    with open(partial, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    os.replace(partial, path)


def main(names):
    """Run the parts that are named, or all, and record them.

    Args:
        names: names of parts.
    """
    import numpy as np
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"Unknown part {unknown[0]!r}; there are: {', '.join(PARTS)}.")
    environment.load_keras()
    print(f"{os.cpu_count()} processors, NumPy {np.__version__}")
    for name in names or PARTS:
        print(f"\n== {name} ==")
        began = time.perf_counter()
        record(name, PARTS[name]())
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
