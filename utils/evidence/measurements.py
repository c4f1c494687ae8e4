"""Seeded measurements: what the table in `data/` holds, and how a live run compares with it.

A lesson runs one seed live and calls `report`. `make measure` runs the same lesson with other
seeds and lets `report` write the rows, so the table and the lesson cannot drift apart. Sweeps that
are too long for a lesson stand in `tools/measure/measure.py` and end in `add` as well.
"""

import csv
import datetime
import importlib.metadata
import os
import platform
import statistics

from utils import environment, validate

TABLE = environment.ROOT / "data" / "measurements.csv"
FIELDS = ("task", "setting", "seed", "result", "unit", "seconds", "date", "versions")


def seed():
    """Return the seed of this run: 0, or what `make measure` has set in COURSE_SEED.

    Raises:
        InputError: COURSE_SEED is no whole number.
    """
    text = os.environ.get("COURSE_SEED", "0")
    return validate.whole_number("COURSE_SEED", int(text) if text.isdecimal() else text, minimum=0)


def recording():
    """Tell whether this run writes rows (under `make measure`) instead of comparing with them."""
    return "COURSE_MEASURE" in os.environ


def versions():
    """Return the versions that a result depends on, as one string.

    Beside the backend of Keras other than TensorFlow stands the kind of device that it runs on.
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    found = [f"{name} {importlib.metadata.version(name)}" for name in (backend, "keras", "numpy")]
    if backend == "jax":
        import jax
        found[0] += f" on {jax.default_backend()}"
    return "; ".join([f"python {platform.python_version()}", *found])


def load(task, setting=None, path=None):
    """Return the stored rows of a task.

    Args:
        task: name of the task, such as "01 digit names".
        setting: name of the setting, or None for all.
        path: the table; by default `data/measurements.csv`.

    Returns:
        List of dicts with the keys of FIELDS; seed is an int, result and seconds are floats.

    Raises:
        InputError: the table has no such rows, or there is no table.
    """
    path = path or TABLE
    if not os.path.exists(path):
        raise validate.InputError(f"The table {os.path.basename(path)} does not exist; make it "
                                  "with `make measure`.")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tasks = sorted({row["task"] for row in rows})
    validate.one_of("task", task, tasks)
    rows = [row for row in rows if row["task"] == task]
    if setting is not None:
        validate.one_of("setting", setting, sorted({row["setting"] for row in rows}))
        rows = [row for row in rows if row["setting"] == setting]
    return [row | {"seed": int(row["seed"]), "result": float(row["result"]),
                   "seconds": float(row["seconds"])} for row in rows]


def add(task, setting, run_seed, result, unit, seconds, path=None, made_with=None):
    """Write one row; a row of the same task, setting and seed is replaced.

    Args:
        task: name of the task, starting with the lesson's number.
        setting: model and hyperparameters, as a reader would say them.
        run_seed: seed of the run.
        result: the figure that was measured.
        unit: its unit, such as "%", "MSE" or "steps".
        seconds: CPU seconds that the run took.
        path: the table; by default the file in COURSE_MEASURE, else `data/measurements.csv`.
        made_with: the versions that the run used; by default those of this process.

    Raises:
        InputError: a name or unit that is no text, a seed that is no whole number, a result or
            seconds that is no finite number.
    """
    validate.text("task", task)
    validate.text("setting", setting)
    validate.text("unit", unit)
    validate.whole_number("run_seed", run_seed, minimum=0)
    validate.real_number("result", result)
    validate.real_number("seconds", seconds, minimum=0)
    path = path or os.environ.get("COURSE_MEASURE") or TABLE
    rows = []
    if os.path.exists(path):
        with open(path, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file)
                    if (row["task"], row["setting"], row["seed"])
                    != (task, setting, str(run_seed))]
    rows.append({"task": task, "setting": setting, "seed": str(run_seed),
                 "result": f"{float(result):.6g}", "unit": unit, "seconds": f"{seconds:.1f}",
                 "date": datetime.date.today().isoformat(), "versions": made_with or versions()})
    rows.sort(key=lambda row: (row["task"], row["setting"], int(row["seed"])))
    partial = f"{path}.partial"
    with open(partial, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(partial, path)


def spread(task, setting, digits=1, path=None):
    """Return the stored results of one setting as a sentence: median, least and most over seeds."""
    rows = load(task, setting, path)
    results = [row["result"] for row in rows]
    unit = rows[0]["unit"]
    return (f"{len(rows)} seeds: median {statistics.median(results):.{digits}f} {unit}, "
            f"least {min(results):.{digits}f}, most {max(results):.{digits}f}")


def report(task, setting, result, unit, seconds, tolerance, digits=1):
    """Print a live result beside the stored seeds, and fail if it lies outside their range.

    Under `make measure` it writes the row instead.

    Args:
        task: name as in the table.
        setting: name as in the table.
        result: the figure that this run measured.
        unit: its unit.
        seconds: CPU seconds of this run.
        tolerance: how far outside the stored range the result may lie, in `unit`.
        digits: decimals to print.

    Raises:
        InputError: no such rows in the table, another unit than there, or no finite number.
        AssertionError: the live result does not fit the stored ones.
    """
    validate.real_number("result", result)
    validate.real_number("seconds", seconds, minimum=0)
    validate.real_number("tolerance", tolerance, minimum=0)
    if recording():
        add(task, setting, seed(), result, unit, seconds)
        print(f"{setting}: \u2248 {result:.{digits}f} {unit} recorded")
        return
    rows = load(task, setting)
    if unit != rows[0]["unit"]:
        raise validate.InputError(f"unit must be {rows[0]['unit']!r}, as in the table; "
                                  f"got {unit!r}.")
    stored = [row["result"] for row in rows]
    print(f"{setting}: this run \u2248 {result:.{digits}f} {unit} in \u2248 {seconds:.0f} CPU s; "
          f"{spread(task, setting, digits)}")
    assert min(stored) - tolerance <= result <= max(stored) + tolerance, (
        f"{setting}: this run gave {result:.{digits}f} {unit}, the stored seeds gave "
        f"{min(stored):.{digits}f} to {max(stored):.{digits}f}.")
