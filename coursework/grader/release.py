"""Make the bundle that students get: `make release`.

Lessons, helpers, data, assignments without solutions. The bundle is searched for solutions before
it gets its name, and nothing is released if anything is found.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from coursework.grader import exercises, leaks, locked
from utils import checks

OUT = exercises.ROOT / "build" / "release"
COPIED = ("notebooks", "utils", "data", "requirements.txt", "LICENSE", "VERDICTS.md")
PLACEHOLDER = "your-name/"
README = exercises.ROOT / "coursework" / "students.md"
# By Python, by editors, and by lessons that save a model with its scale or its alphabet.
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".*", "*.keras", "*.npz", "*_alphabet.json")
LINK = re.compile(r"coursework/source/\w+/(?=assignment_)")
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
          "language_info": {"name": "python"}}


class ReleaseError(ValueError):
    """Nothing was released; each line of the message says what stands in the way."""


def without_solutions(assignment):
    """Return an assignment as a notebook for students.

    Raises:
        ReleaseError: nbgrader cannot make sense of its markers or its metadata.
    """
    import nbformat
    from nbgrader import preprocessors
    from traitlets.config import Config
    config = Config()
    config.ClearSolutions.code_stub = {"python": leaks.STUB}
    config.ClearSolutions.text_stub = locked.NO_ANSWER
    notebook = nbformat.read(exercises.source(assignment), as_version=4)
    try:
        for kind in ("CheckCellMetadata", "ClearSolutions", "ClearHiddenTests", "ClearMarkScheme",
                     "LockCells", "ClearOutput"):
            step = getattr(preprocessors, kind)(config=config)
            step.enabled = True
            notebook, _ = step.preprocess(notebook, {})
    except Exception as error:
        raise ReleaseError(f"{assignment}: {error}") from None
    notebook.metadata = nbformat.from_dict(KERNEL)
    for cell in notebook.cells:
        for name in ("deletable", "editable"):
            cell.metadata.pop(name, None)
    return notebook


def source_complaints(assignment):
    """Return what is wrong with an assignment as its author wrote it, a sentence each."""
    listed = {exercise.name: exercise for exercise in exercises.load(assignment)}
    graded, answers, found = {}, {}, []
    for cell in locked.source_cells(assignment):
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade"):
            graded[mark["grade_id"]] = mark.get("points")
        if mark.get("solution"):
            answers[mark["grade_id"]] = cell
    for name, exercise in listed.items():
        if name not in graded:
            found.append(f"exercise {name} has no cell with its points")
        elif graded[name] != exercise.points:
            found.append(f"exercise {name} has {graded[name]} points in the notebook and "
                         f"{exercise.points} in the list")
        answer = f"{name}-answer" if isinstance(exercise, exercises.Exercise) else name
        if answer not in answers:
            found.append(f"exercise {name} has no answer cell {answer}")
    found += [f"the cell {name} has points, but no exercise in the list has this name"
              for name in graded if name not in listed]
    for name, cell in answers.items():
        if len(locked.SOLUTION.findall(cell.source)) < 1:
            found.append(f"the answer cell {name} has no ### BEGIN SOLUTION and ### END SOLUTION")
    return [f"{assignment}: {fault}" for fault in found]


def write_checks(folder=checks.FOLDER):
    """Write the public probes of every assignment into data/checks."""
    folder.mkdir(parents=True, exist_ok=True)
    for assignment in exercises.available():
        stored = {exercise.name: exercise.stored() for exercise in exercises.coded(assignment)}
        lines = (f"{json.dumps(name)}: {json.dumps(stored[name], sort_keys=True)}"
                 for name in sorted(stored))
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        (folder / f"{assignment[:2]}.json").write_text(text, encoding="utf-8")
    checks.stored.cache_clear()


def bundle(out=OUT):
    """Make the bundle and return its folder.

    Raises:
        ReleaseError: something would leak, or an assignment is not as it should be.
    """
    import nbformat
    found = [fault for name in exercises.available() for fault in source_complaints(name)]
    if found:
        raise ReleaseError("\n".join(found))
    made, partial = out / "rnn-course", out / ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for name in COPIED:
            path = exercises.ROOT / name
            if path.is_dir():
                shutil.copytree(path, partial / name, ignore=LEFT_BEHIND)
            else:
                shutil.copy(path, partial / name)
        for path in (partial / "notebooks").rglob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            path.write_text(LINK.sub("assignments/", text), encoding="utf-8")
        shutil.copy(README, partial / "README.md")
        (partial / "assignments").mkdir()
        for assignment in exercises.available():
            target = partial / "assignments" / f"assignment_{assignment}.ipynb"
            nbformat.write(without_solutions(assignment), target)
        if found := leaks.scan(partial):
            raise ReleaseError("\n".join(found))
        shutil.rmtree(made, ignore_errors=True)
        partial.rename(made)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return made


def main(words=None):
    """Release; return the exit status."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--checks", action="store_true",
                        help="only write data/checks from the exercises")
    chosen = parser.parse_args(words)
    if chosen.checks:
        write_checks()
        print(f"The probes of {len(exercises.available())} assignments stand in data/checks.")
        return 0
    try:
        made = bundle(chosen.out.resolve())
    except ReleaseError as error:
        print(f"Nothing was released:\n{error}", file=sys.stderr)
        return 1
    print(f"{len(exercises.available())} assignments released in {made}; nothing of a solution or "
          "a hidden check was found in it.")
    if PLACEHOLDER in (made / "data" / "course.toml").read_text(encoding="utf-8"):
        print(f"Warning: its links still lead to {PLACEHOLDER}..., which is nobody's address; give "
              "yours by make colab REPO=owner/name and release again.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
