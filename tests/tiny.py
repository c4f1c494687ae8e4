"""Tiny notebooks for the tests: built from sources, stored in the way that lessons are."""

import nbformat

from tools.notebooks import lessons, store_lesson

FIND_COURSE = f"import sys; sys.path.insert(0, {str(lessons.ROOT)!r})"
PROSE = "# A tiny lesson\n\nWith a formula: $h_t = \\tanh(W x_t + U h_{t-1})$."


def notebook(*sources, prose=PROSE):
    """Return a notebook: one cell of prose, then a code cell for each source."""
    cells = [nbformat.v4.new_markdown_cell(prose)] if prose else []
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    for number, cell in enumerate(cells):
        cell.id = f"tiny-{number}"
        cell.metadata["slideshow"] = {"slide_type": "skip"}
    return nbformat.v4.new_notebook(cells=cells, metadata=store_lesson.METADATA)


def write(made, path):
    """Write a notebook to `path` and return the path."""
    nbformat.write(made, path)
    return path


def stored(path, *sources, **settings):
    """Write a notebook to `path`, run it and store its outputs; return it as read again."""
    write(notebook(*sources, **settings), path)
    complaints = store_lesson.store(path)
    assert not complaints, complaints
    return nbformat.read(path, as_version=4)


def code(made, number):
    """Return the code cell of a notebook with this number, from 0."""
    return [cell for cell in made.cells if cell.cell_type == "code"][number]
