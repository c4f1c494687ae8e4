"""Fill data/measurements.csv: run the evidence with five seeds each, then the longer sweeps.

`make measure` runs everything, `make measure LESSON=03` one lesson. A lesson is executed with
COURSE_SEED=0..4 and COURSE_MEASURE=<table>, and `measurements.report` inside it writes the rows; a
cell that fails is named and the run goes on; the stored notebook is not changed. What is too long
for a lesson stands in tools/measure/sweeps/, one module a lesson. An interrupted run goes on where
it was: what was measured since `--since` is not measured again. With `--jobs 4` four processes run
the sweeps, one thread each, and this one alone writes the table.
"""

import argparse
import concurrent.futures
import datetime
import hashlib
import importlib
import multiprocessing
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.measure import sweeps  # noqa: E402  (the path above makes the course importable)
from tools.notebooks import lessons  # noqa: E402  (the path above makes the course importable)
from utils import environment  # noqa: E402
from utils.evidence import measurements  # noqa: E402

REPORTS = "measurements.report("
# A worker that used more than its own core would slow the others down.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1",
              "TF_NUM_INTEROP_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}


def lesson_files(lesson=None, folder=None):
    """Return the notebooks that report measurements, in their order.

    Args:
        lesson: two-digit number such as "03", or None for all.
        folder: where the notebooks are; by default the course's own folder.
    """
    folder = folder or ROOT / "notebooks" / "evidence"
    files = sorted(folder.glob(f"{lesson or '[0-9][0-9]'}_*.ipynb"))
    return [file for file in files if REPORTS in file.read_text(encoding="utf-8")]


def lesson_sweeps(lesson=None):
    """Return the sweeps of one lesson, or of all, from tools/measure/sweeps/lesson_NN.py."""
    names = sorted(module.name for module in pkgutil.iter_modules(sweeps.__path__))
    return [sweep for name in names if lesson is None or name == f"lesson_{lesson}"
            for sweep in importlib.import_module(f"tools.measure.sweeps.{name}").SWEEPS]


def measured(sweep, seed, since, table):
    """Tell whether every row of one run of a sweep is in the table, dated `since` or later."""
    if not os.path.exists(table):
        return False
    with open(table, encoding="utf-8", newline="") as file:
        rows = measurements.csv.DictReader(file)
        found = {row["task"] for row in rows if row["setting"] == sweep.setting
                 and row["seed"] == str(seed) and row["date"] >= since}
    return found >= set(sweep.tasks)


def run_sweep(sweep, seed):
    """Run one seed of a sweep; return its (result, unit) pairs, CPU seconds and versions."""
    with environment.Stopwatch() as watch:
        results = sweep.run(seed)
    return list(results), watch.seconds, measurements.versions()


def run_named(task, setting, seed):
    """Run one seed of the registered sweep with this first task and setting, as `run_sweep` does.

    A worker finds the sweep itself: the functions in it need not survive the way to a process.

    Raises:
        LookupError: no such sweep.
    """
    for sweep in lesson_sweeps(task[:2]):
        if (sweep.tasks[0], sweep.setting) == (task, setting):
            return run_sweep(sweep, seed)
    raise LookupError(f"no sweep is registered as {task!r} with the setting {setting!r}")


def write(sweep, seed, table, results, seconds, versions):
    """Write the rows of one run; return what was measured as a line."""
    shown = []
    for task, (result, unit) in zip(sweep.tasks, results, strict=True):
        measurements.add(task, sweep.setting, seed, result, unit, seconds, path=table,
                         made_with=versions)
        shown.append(f"{result:.4g} {unit}")
    return f"{', '.join(shown)} in {seconds:.1f} CPU s"


def finished(runs, jobs):
    """Yield (sweep, seed, function that returns what `run_sweep` does), as the runs end.

    Args:
        runs: (sweep, seed) pairs, the most important first.
        jobs: processes; 1 is this one.
    """
    if jobs == 1:
        for sweep, seed in runs:
            yield sweep, seed, lambda sweep=sweep, seed=seed: run_sweep(sweep, seed)
        return
    added = {name: value for name, value in ONE_THREAD.items() if name not in os.environ}
    os.environ.update(added)
    # A fresh interpreter each: what TensorFlow or JAX has started does not survive a fork.
    pool = concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        asked = {pool.submit(run_named, sweep.tasks[0], sweep.setting, seed): (sweep, seed)
                 for sweep, seed in runs}
        for future in concurrent.futures.as_completed(asked):
            yield *asked[future], future.result
    finally:
        pool.shutdown(cancel_futures=True)
        for name in added:
            del os.environ[name]


def title(sweep, seed):
    """Return the name of one run as it is shown."""
    return f"{sweep.tasks[0]} | {sweep.setting} | seed {seed}"


def marker(file, seed, folder):
    """Return the path whose existence says that this very notebook ran to its end with `seed`."""
    content = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return folder / f"{file.stem}-seed-{seed}-{content}"


def run_lesson(file, seed, table):
    """Execute a lesson in a kernel of its own; return a line that names the cells that failed."""
    import nbformat
    from nbclient import NotebookClient
    notebook = nbformat.read(file, as_version=4)
    total = len(notebook.cells)

    def show_progress(cell, cell_index):
        print(f"\r{file.stem} seed {seed}: cell {cell_index + 1} of {total}", end="", flush=True)

    client = NotebookClient(notebook, km=lessons.kernel_manager(), timeout=None, allow_errors=True,
                            extra_arguments=list(lessons.KERNEL_ARGUMENTS),
                            resources={"metadata": {"path": str(file.parent)}},
                            on_cell_start=show_progress)
    seeded = lessons.kernel_environment(COURSE_SEED=str(seed), COURSE_MEASURE=str(table))
    client.execute(env=seeded, stderr=subprocess.DEVNULL, cleanup_kc=True)
    failed = [f"{name} ({output.ename})"
              for cell, name in zip(notebook.cells, lessons.names(notebook), strict=True)
              for output in cell.get("outputs", []) if output.output_type == "error"]
    return f"failed: {', '.join(failed)}" if failed else "every cell ran"


def arguments(words=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="measure", description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", help="two-digit number of one lesson, such as 03")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="sweeps whose task or setting contains TEXT; no lesson is executed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--since", default=datetime.date.today().isoformat(), metavar="YYYY-MM-DD",
                        help="measure again what is older than this day (default: today)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N",
                        help="processes that run the sweeps (default: 1)")
    parser.add_argument("--table", type=Path, default=measurements.TABLE)
    parser.add_argument("--list", action="store_true", help="name what would run, and stop")
    chosen = parser.parse_args(words)
    if chosen.lesson is not None and chosen.lesson not in [f"{n:02}" for n in range(1, 9)]:
        parser.error(f"--lesson must be one of 01 to 08; got {chosen.lesson!r}.")
    if chosen.jobs < 1:
        parser.error(f"--jobs must be at least 1; got {chosen.jobs}.")
    try:
        datetime.date.fromisoformat(chosen.since)
    except ValueError:
        parser.error(f"--since must be a day such as 2026-01-31; got {chosen.since!r}.")
    return chosen


def main(words=None):
    """Measure what the command line asks for."""
    chosen = arguments(words)
    table, done = chosen.table.resolve(), ROOT / "build" / "measured" / chosen.since
    notebooks = [] if chosen.only else [
        (file, seed) for file in lesson_files(chosen.lesson) for seed in chosen.seeds
        if not marker(file, seed, done).exists()]
    runs = [(sweep, seed) for sweep in lesson_sweeps(chosen.lesson)
            for seed in sweep.seeds or chosen.seeds
            if any(chosen.only in name for name in (sweep.setting, *sweep.tasks))
            and not measured(sweep, seed, chosen.since, table)]
    print(f"{len(notebooks)} lesson runs and {len(runs)} sweep runs to do")
    for file, seed in notebooks:
        if not chosen.list:
            print(f"\r{file.stem} seed {seed}: {run_lesson(file, seed, table)}", flush=True)
            done.mkdir(parents=True, exist_ok=True)
            marker(file, seed, done).touch()
        else:
            print(f"{file.stem} seed {seed}")
    if chosen.list:
        print(*(title(sweep, seed) for sweep, seed in runs), sep="\n")
        return 0
    failures = 0
    for sweep, seed, outcome in finished(runs, chosen.jobs):
        try:
            line = write(sweep, seed, table, *outcome())
        except Exception as error:                # one run that fails must not lose the others
            failures += 1
            line = f"failed: {type(error).__name__}: {error}"
        print(f"{title(sweep, seed)}: {line}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
