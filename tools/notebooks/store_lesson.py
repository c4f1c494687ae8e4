"""Run a lesson and store its outputs in the notebook: `make store LESSON=03`.

Prose and code stay as they are. Cells that have a title are folded, and Keras's bars of progress
become short lines. A lesson may open with the picture that a later cell draws: the one whose
metadata say `"preview": true`; it goes into data/pictures, from where the opening cell shows it.
What the tests would say about the stored form is said here at once.
"""

import base64
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# The path above makes these importable.
from tools.notebooks import (  # noqa: E402
    folding,
    keras_lines,
    lessons,
    notebook_rules,
    tolerances,
)

METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"}}


def pictures_of(cell):
    """Return the outputs of a cell that hold a picture."""
    return [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def keep_preview(notebook, path):
    """Write the picture that a lesson opens with, and let the opening cell show the new one.

    Args:
        notebook: NotebookNode with outputs; the opening cell is changed.
        path: of the lesson; the picture goes to data/pictures beside its folder.
    """
    drawn = [cell for cell in notebook.cells if cell.metadata.get("preview")]
    if not drawn:
        return
    new, = pictures_of(drawn[0])
    file = path.parent.parent / "data" / "pictures" / f"{path.stem}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(base64.b64decode(new.data["image/png"]))
    for cell in notebook.cells:
        if "figures.show_picture(" in cell.source:
            pictures_of(cell)[0].data["image/png"] = new.data["image/png"]


def store(path):
    """Execute a notebook and write it back with its outputs; return what the rules object to.

    Args:
        path: the notebook.

    Raises:
        LessonError: a cell failed; the file is left as it was.
    """
    import nbformat
    notebook, seconds, _, cpu = lessons.execute(path)
    notebook.metadata = nbformat.from_dict(METADATA)
    is_lesson = notebook_rules.is_lesson(path)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if is_lesson:
            folding.fold(cell)
        for node, key in tolerances.fields(cell.get("outputs", []))["stdout"]:
            node[key] = keras_lines.compact(node[key])
    keep_preview(notebook, path)
    partial = path.with_name(f".{path.name}.partial")
    nbformat.write(notebook, partial)
    os.replace(partial, path)
    print(f"{path.name} stored after {seconds:.0f} s, CPU {cpu:.0f} s")
    return notebook_rules.complaints(notebook, is_lesson)


def main(words):
    """Store what the command line asks for; return the exit status."""
    status = 0
    for path in lessons.chosen(words):
        try:
            found = store(path)
        except lessons.LessonError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("Stopped; the notebook is as it was.", file=sys.stderr)
            return 130
        for complaint in found:
            print(f"{path.name}: {complaint}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
