"""Our grader beside stock nbgrader, on the same solved assignment, for classes of several sizes.

nbgrader runs the check cells inside the student's notebook, in a kernel of its own, with whatever
the notebook has defined. Ours runs the functions in a sandbox and compares their answers outside.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from coursework.grader import exercises
from tools.measure.benchmarks import Row

ASSIGNMENT = "04_lstm"
CLASSES = (4, 8, 16)
CONFIG = """c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "bench"
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError"}}
"""


def measured(command, folder):
    """Run a command in a folder; return its CPU and its wall-clock seconds, children included.

    Raises:
        RuntimeError: the command failed; the message ends with what it said.
    """
    def used():
        import resource
        times = resource.getrusage(resource.RUSAGE_CHILDREN)
        return times.ru_utime + times.ru_stime

    # nbgrader starts a program, alembic, that stands beside this Python.
    beside = str(Path(sys.executable).parent)
    variables = os.environ | {"PATH": os.pathsep.join([beside, os.environ["PATH"]])}
    before, began = used(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {done.stderr[-1500:]}")
    return used() - before, time.perf_counter() - began


def by_ours(count, folder):
    """Mark `count` copies of the solved assignment with `make grade`'s program; return seconds."""
    import nbformat
    for number in range(count):
        place = folder / "handed-in" / f"student-{number}.ipynb"
        place.parent.mkdir(exist_ok=True)
        nbformat.write(exercises.solved(ASSIGNMENT), place)
    program = exercises.ROOT / "coursework" / "grader" / "grade.py"
    taken = measured([sys.executable, program, folder / "handed-in", "--class", folder / "grades"],
                     folder)
    rows = (folder / "grades" / "grades.csv").read_text(encoding="utf-8")
    assert rows.count("student-") == count * len(exercises.load(ASSIGNMENT)), rows
    return taken


def by_nbgrader(count, folder):
    """Mark the same copies with `nbgrader autograde`; return seconds."""
    import nbformat
    name = f"assignment_{ASSIGNMENT}.ipynb"
    (folder / "nbgrader_config.py").write_text(CONFIG.format(root=str(folder)), encoding="utf-8")
    (folder / "source" / ASSIGNMENT).mkdir(parents=True)
    shutil.copy(exercises.source(ASSIGNMENT), folder / "source" / ASSIGNMENT / name)
    nbgrader = [sys.executable, "-m", "nbgrader"]
    measured([*nbgrader, "generate_assignment", ASSIGNMENT], folder)
    for number in range(count):
        place = folder / "submitted" / f"student-{number}" / ASSIGNMENT
        place.mkdir(parents=True)
        nbformat.write(exercises.solved(ASSIGNMENT), place / name)
        # The set-up cell looks for the helpers in the folder above the notebook's.
        above = folder / "autograded" / f"student-{number}"
        above.mkdir(parents=True)
        (above / "utils").symlink_to(exercises.ROOT / "utils")
    taken = measured([*nbgrader, "autograde", ASSIGNMENT], folder)
    marked = list((folder / "autograded").glob(f"*/{ASSIGNMENT}/{name}"))
    assert len(marked) == count, f"nbgrader marked {len(marked)} of {count} submissions"
    return taken


def run(classes=CLASSES):
    """Print the seconds of both graders against the size of the class; return rows in CPU s."""
    print(f"Assignment {ASSIGNMENT}, solved; CPU seconds (wall-clock seconds) of the class.\n")
    print(f"{'students':>8}{'ours':>18}{'nbgrader autograde':>22}")
    rows = []
    for count in classes:
        found = []
        for way in (by_ours, by_nbgrader):
            with tempfile.TemporaryDirectory() as folder:
                found.append(way(count, Path(folder)))
        ours, theirs = found
        print(f"{count:8}{ours[0]:10.1f} ({ours[1]:5.1f}){theirs[0]:14.1f} ({theirs[1]:5.1f})",
              flush=True)
        rows.append(Row("grading", f"{count} students", ours[0], "CPU s",
                        "nbgrader autograde", theirs[0]))
    return rows
