"""Fold a code cell everywhere from one mark: its first line `#@title What it does`.

JupyterLab folds by `jupyter.source_hidden`, the site by the tag `hide-input`, Colab by
`cellView: form`, and each shows the title or what the cell puts out. `make store` calls `fold`, so
an author writes the title and nothing else.
"""

import re

TITLE = re.compile(r"#@title (\S.*)")
TAG = "hide-input"
# What would hide more than the source of a cell, or hide it in one place only.
OTHER_TAGS = {"hide-cell", "hide-output", "remove-cell", "remove-input", "remove-output"}
OTHER_ENTRIES = ("collapsed", "heading_collapsed", "hidden", "jp-MarkdownHeadingCollapsed")


def title(cell):
    """Return the title of a folded code cell, or None."""
    match = TITLE.match(cell["source"]) if cell["cell_type"] == "code" else None
    return match[1].strip() if match else None


def fold(cell):
    """Fold a code cell that has a title, in all places at once; leave any other as it is."""
    if title(cell):
        metadata = cell["metadata"]
        metadata.setdefault("jupyter", {})["source_hidden"] = True
        metadata["cellView"] = "form"
        metadata["tags"] = list(dict.fromkeys([*metadata.get("tags", []), TAG]))


def marks(cell):
    """Return {name of a mark: whether the cell carries it} for the four marks of a folded cell."""
    metadata = cell["metadata"]
    return {"a first line '#@title ...'": title(cell) is not None,
            "jupyter.source_hidden": metadata.get("jupyter", {}).get("source_hidden") is True,
            f"the tag '{TAG}'": TAG in metadata.get("tags", []),
            "cellView 'form'": metadata.get("cellView") == "form"}


def is_folded(cell):
    """Tell whether a reader sees the source of a cell only after a click, everywhere."""
    return all(marks(cell).values())


def folded_title(cell):
    """Return the title of a cell that is folded by all its marks, else None."""
    return title(cell) if is_folded(cell) else None


def complaints(cell):
    """Return what is folded by halves, or otherwise than by the four marks, a sentence each."""
    metadata, seen = cell["metadata"], marks(cell)
    found = []
    if any(seen.values()) and not all(seen.values()):
        missing = [name for name, there in seen.items() if not there]
        found.append(f"it is folded by halves: {' and '.join(missing)} is missing")
    found += [f"its tag {tag!r} hides more than its source"
              for tag in metadata.get("tags", []) if tag in OTHER_TAGS]
    found += [f"its metadata entry {name!r} hides something"
              for name in OTHER_ENTRIES if metadata.get(name)]
    if metadata.get("jupyter", {}).get("outputs_hidden"):
        found.append("its output is hidden")
    return found
