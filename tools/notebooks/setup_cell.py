"""Give every notebook the set-up cell of the first one: `python tools/notebooks/setup_cell.py`.

Change the cell in notebooks/evidence/01_rnn_types.ipynb, then run this. In a notebook that has a
set-up cell the cell keeps its id, its place and its outputs.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import folding, lessons  # noqa: E402  (the path above makes it importable)


def paths():
    """Return all notebooks that begin with the set-up cell: lessons, evidence, assignments."""
    return [*lessons.every(), *sorted((ROOT / "coursework" / "source").glob("*/*.ipynb"))]


def cell_of(notebook):
    """Return the set-up cell of a notebook: its first cell of code."""
    return next(cell for cell in notebook.cells if cell.cell_type == "code")


def main():
    """Write the cell into all notebooks that have another; return the exit status."""
    import nbformat
    first = nbformat.read(lessons.EVIDENCE / "01_rnn_types.ipynb", as_version=4)
    for path in paths():
        notebook = nbformat.read(path, as_version=4)
        cell = cell_of(notebook)
        if cell.source != cell_of(first).source or not folding.is_folded(cell):
            cell.source = cell_of(first).source
            folding.fold(cell)
            nbformat.write(notebook, path)
            print(f"{path.relative_to(ROOT)} has the set-up cell now")
    return 0


if __name__ == "__main__":
    sys.exit(main())
