"""Make the course's web site from the stored lessons: `make site`, into build/site.

Sphinx makes it from the files of the course as they stand: the README is the front page. It opens
from disk and asks for nothing from the net.
"""

import importlib.metadata
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import course, folding, lessons  # noqa: E402  (the path above is needed)
from tools.publish import slides  # noqa: E402  (the path above is needed)

CONF = Path(__file__).parent / "site"
TEXTS = ("VERDICTS.md", "BENCHMARKS.md", "guides", "LICENSE", "data/pictures")
BADGE = re.compile(r"\[!\[[^\]]*\]\(https://[^)]*\)\]\(")
WIDGET = "application/vnd.jupyter.widget-view+json"
# Assignments are given out by an instructor; the site has none.
ASSIGNMENT = re.compile(r"(?: \u00b7 )?\[([^\]]*)\]\((?:\.\./)+coursework/[^)]*\)")
SLIDES = re.compile(rf"\[slides\]\({course.SLIDES_LINK.pattern}([\w.]+)\)")
MATHJAX = importlib.metadata.distribution("sphinx-mathjax-offline").locate_file(
    "sphinx-mathjax-offline/static/mathjax/tex-svg.js")
CONTENTS = """
```{{toctree}}
:caption: {caption}
:maxdepth: 1
:hidden:
{names}
```
"""


def anchor(heading):
    """Return the anchor of a heading, as JupyterLab makes it, so that one link serves both."""
    return heading.strip().replace(" ", "-")


def staged(notebook, up):
    """Return a notebook as the site needs it.

    The alt text of a picture stands where Sphinx looks for it, a widget is named by its text, the
    deck is the one beside the page, and nothing leads to what the site has not.

    Args:
        notebook: NotebookNode; it is changed.
        up: the way from its folder to the root of the site, such as "../".
    """
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BADGE.sub("[open in Colab](", cell.source)
            text = ASSIGNMENT.sub(lambda m: "" if m[1] == "assignment" else m[1], cell.source)
            cell.source = SLIDES.sub(rf'<a href="{up}slides/\1">slides</a>', text)
        title = folding.title(cell)
        settings = {"code_prompt_show": title, "code_prompt_hide": title} if title else {}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
            if alt := output.get("metadata", {}).get("image/png", {}).get("alt"):
                settings["image"] = {"alt": alt}
        if settings:
            cell.metadata["mystnb"] = settings
    return notebook


def front(readme, titles):
    """Return the front page: the README, and the contents of the site.

    Args:
        readme: its Markdown.
        titles: {caption: names of pages}.
    """
    return readme + "".join(CONTENTS.format(caption=caption, names="\n".join(names))
                            for caption, names in titles.items())


def stage(paths, folder):
    """Bring together what Sphinx reads, in the course's own layout.

    Args:
        paths: notebooks of lessons and evidence.
        folder: where it goes; it is emptied first.
    """
    import nbformat
    shutil.rmtree(folder, ignore_errors=True)
    for name in TEXTS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for path in paths:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * (len(target.relative_to(folder).parts) - 1)
        nbformat.write(staged(nbformat.read(path, as_version=4), up), target)
    names = [path.relative_to(ROOT).with_suffix("").as_posix() for path in paths]
    taught = [name for name in names if "/evidence/" not in name]
    page = front((ROOT / "README.md").read_text(encoding="utf-8"), {
        "Lessons": taught, "Evidence": [name for name in names if name not in taught],
        "Guides": [f"guides/{path.stem}" for path in sorted((ROOT / "guides").glob("*.md"))],
        "Results": ["VERDICTS", "BENCHMARKS"]})
    (folder / "index.md").write_text(page, encoding="utf-8")


def sphinx(source, folder):
    """Make the pages; return Sphinx's exit status, 0 when it found no fault.

    Args:
        source: folder with what Sphinx reads.
        folder: where the pages go.
    """
    from sphinx.cmd.build import main as run
    words = ["-b", "html", "-q", "-W", "--keep-going", "-c", CONF, "-d", source / ".doctrees",
             source, folder]
    return run([str(word) for word in words])


def build(paths, folder):
    """Write the site; return the paths of its pages, the front page first.

    Args:
        paths: notebooks of lessons and evidence, in order.
        folder: where the site goes; it is emptied first.

    Raises:
        RuntimeError: Sphinx finds a fault, such as a link that leads nowhere; it has said which.
    """
    source = folder.with_name(f"{folder.name}.source")
    stage(paths, source)
    shutil.rmtree(folder, ignore_errors=True)
    if sphinx(source, folder):
        raise RuntimeError("Sphinx could not make the site; what is wrong stands above.")
    slides.build([path for path in paths if path.parent == lessons.EVIDENCE], folder / "slides")
    made = sorted(path for path in folder.rglob("*.html")
                  if path.relative_to(folder).parts[0] not in ("slides", "_static"))
    return sorted(made, key=lambda path: path != folder / "index.html")


def main():
    """Write the site; return the exit status."""
    try:
        made = build(lessons.every(), ROOT / "build" / "site")
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(made)} pages; the site begins at {made[0].relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
