"""Make a deck of slides from every stored lesson: `make slides`, into build/slides.

A deck is one file. It carries reveal.js, its fonts and its pictures, and asks for nothing from the
net. How a lesson becomes slides:

- the marks `slide`, `subslide` and `fragment` say which cells are shown; cells marked `skip` go
  into the speaker's notes (key S), behind what the lecturer does there (`tools.speaker_notes`);
- prose that does not fit is parted between paragraphs; nothing is made smaller than can be read
  from the last row;
- a cell's code is cut down to what it teaches (`tools.excerpt`); its results come on the page
  behind, so that the room can guess first;
- a claim's statement comes first, its verdict at the next step.
"""

import html
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import course, lessons  # noqa: E402  (path)
from tools.publish import cutter, fonts, pages, speaker_notes  # noqa: E402  (path)

WEB = Path(__file__).parent / "web"
REVEAL = "_static/revealjs"


def packaged(name):
    """Return a text file of reveal.js, as the package sphinx-revealjs brings it."""
    text = (fonts.folder("sphinx_revealjs") / REVEAL / name).read_text(encoding="utf-8")
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


def visible(markup):
    """Return the characters that a page shows: its text without tags and data."""
    return html.unescape(re.sub(r"<[^>]*>", " ", markup))


def cut(notebook, talk=None):
    """Return the pages of a lesson.

    Args:
        notebook: NotebookNode with its outputs.
        talk: what the lecturer does, as `speaker_notes.load` gives it, or None.
    """
    found = cutter.Cutter(notebook, course.load()["title"]).pages
    if talk:
        speaker_notes.attach(talk, found)
    return found


def deck(found, title, font_rules, known=()):
    """Return a lesson's slides as one HTML file that carries all it needs.

    Args:
        found: its pages, from `cut`.
        title: of the lesson.
        font_rules: CSS with the fonts inside.
        known: names of the decks that a link may lead to.
    """
    body = pages.without_dead_links(sections(found), known)
    script = "\n".join(packaged(name) for name in ("dist/reveal.js", "plugin/notes/notes.js"))
    filled = {"title": html.escape(title), "fonts": font_rules,
              "reveal": packaged("dist/reveal.css"),
              "style": (WEB / "deck.css").read_text(encoding="utf-8"),
              "slides": body, "script": script.replace("</script", "<\\/script"),
              "start": (WEB / "deck.js").read_text(encoding="utf-8")}
    return re.sub(r"\{\{ (\w+) \}\}", lambda m: filled[m[1]],
                  (WEB / "deck.html").read_text(encoding="utf-8"))


def sections(found):
    """Return pages as nested sections: right leads to the next part, down through a part."""
    markup = ""
    for number, page in enumerate(found):
        markup += ("</section>\n" if page.section and number else "")
        markup += ("<section>\n" if page.section else "") + page.html() + "\n"
    return markup + "</section>\n"


def build(paths, folder):
    """Write the decks of some lessons; return their paths.

    Args:
        paths: notebooks.
        folder: where the decks go.
    """
    import nbformat
    folder.mkdir(parents=True, exist_ok=True)
    notebooks = {path: nbformat.read(path, as_version=4) for path in paths}
    found = {path: cut(notebook, speaker_notes.load(path))
             for path, notebook in notebooks.items()}
    rules = fonts.css(visible("".join(map(sections, found.values()))))
    known = {f"{path.stem}.html" for path in lessons.paths(folder=lessons.EVIDENCE)}
    written = []
    for path, notebook in notebooks.items():
        text = deck(found[path], lessons.title(notebook, path), rules, known)
        written.append(folder / f"{path.stem}.html")
        written[-1].write_text(text, encoding="utf-8")
    return written


def main(words):
    """Write the decks that the command line asks for, or all; return the exit status."""
    for path in build(lessons.paths(*words, folder=lessons.EVIDENCE), ROOT / "build" / "slides"):
        size = path.stat().st_size / 1e6
        print(f"{path.relative_to(ROOT)}  {size:.1f} MB")
    print("Open a deck in a browser; S opens the speaker's view, ? lists the keys.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
