"""Make the course's web site from the stored lessons: `make site`, into build/site.

It opens from disk and asks for nothing from the net: the README as the front page, a page and a
deck for each lesson, formulas, verdicts, and a search over all sections.
"""

import html
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import course, lessons  # noqa: E402  (the path above is needed)
from tools.publish import fonts, pages, slides  # noqa: E402  (the path above is needed)

WEB = Path(__file__).parent / "web"
HEADING = re.compile(r'<h([1-4]) id="([^"]*)">(.*?)<a class="anchor-link".*?</h\1>', re.DOTALL)
SKIPPED = re.compile(r"<style.*?</style>|<math.*?</math>|<div class=.highlight.*?</div>", re.DOTALL)
INLINE = re.compile(r"</?(?:em|strong|code|a|b|i|span)\b[^>]*>")


def plain(markup):
    """Return the words of a piece of HTML on one line, without code and formulas."""
    markup = re.sub(r'<img alt="([^"]*)"[^>]*>', r" \1 ", SKIPPED.sub(" ", markup))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", INLINE.sub("", markup))).split())


def sections(markup):
    """Return the sections of a page as (level, anchor, heading, text)."""
    main = markup[markup.index("<main>"):]
    found = list(HEADING.finditer(main))
    ends = [match.start() for match in found[1:]] + [len(main)]
    return [(int(match[1]), match[2], plain(match[3]), plain(main[match.end():end]))
            for match, end in zip(found, ends, strict=True)]


def navigation(title, entries, at, inside=()):
    """Return the bar and the list of contents of a page.

    Args:
        title: of the course.
        entries: list of (file name, lesson's title), the lessons in their order.
        at: file name of this page.
        inside: (anchor, heading) of the sections of this page.
    """
    names = [name for name, _ in entries]
    links = []
    for name, text in entries:
        current = ' aria-current="page"' if name == at else ""
        below = "".join(f'<li><a href="#{html.escape(anchor)}">{html.escape(heading)}</a></li>'
                        for anchor, heading in inside) if name == at else ""
        links.append(f'<li><a href="{name}"{current}>{html.escape(text)}</a>'
                     + (f"<ol>{below}</ol>" if below else "") + "</li>")
    turns = ""
    if at in names:
        place = names.index(at)
        for step, text, mark in ((-1, "Previous", "prev"), (1, "Next", "next")):
            if 0 <= place + step < len(names):
                turns += f'<a rel="{mark}" href="{names[place + step]}">{text}</a> '
        turns += f'<a href="slides/{at.removeprefix("evidence_")}">Slides</a>'
    return f"""<a class="skip-link" href="#content">To the text</a>
<header class="bar"><a class="home" href="index.html">{html.escape(title)}</a>
<nav aria-label="Lessons in order">{turns}</nav>
<div class="search" role="search"><label for="search">Search</label>
<input id="search" type="search" autocomplete="off" aria-controls="found">
<ul id="found" hidden aria-live="polite"></ul></div></header>
<nav class="contents" aria-label="Contents"><ul>
{chr(10).join(links)}
</ul></nav><a id="content"></a>"""


def head():
    """Return what each page's head names: files beside the page."""
    return ('<link rel="stylesheet" href="site.css">\n<script defer src="search-index.js"></script>'
            '\n<script defer src="site.js"></script>')


def front(title, entries, readme):
    """Return the front page: the README with links to the pages of the site.

    Args:
        title: of the course.
        entries: list of (file name, lesson's title).
        readme: the README's Markdown.
    """
    body = pages.markdown(re.sub(r"<!--.*?-->\n?", "", readme))
    body = pages.with_names(re.sub(r'href="notebooks/([^"]*)"', r'href="\1"', body), ROOT)
    body = pages.without_dead_links(body, {name for name, _ in entries})
    # GitHub writes the anchors of headings in small letters, nbconvert as they stand.
    anchors = {anchor.lower(): anchor for anchor in re.findall(r'<h\d id="([^"]+)"', body)}
    body = re.sub(r'href="#([^"]+)"', lambda m: f'href="#{anchors.get(m[1], m[1])}"', body)
    body = body.replace(' src="data/', ' class="front" src="')
    body = re.sub(r'(<tr>\s*<td><a href="(?:evidence_)?)(\d\d_\w+\.html)(">[^<]*</a></td>)',
                  r'\1\2\3<td><a href="slides/\2">slides</a></td>', body)
    body = body.replace("<th>lesson</th>", "<th>lesson</th><th>deck</th>", 1)
    body = body.replace("<td>together</td>", "<td>together</td><td></td>", 1)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{head()}
</head><body class="index">
{navigation(title, entries, "index.html")}
<main>
{body}
</main></body></html>
"""


def build(paths, folder):
    """Write the site; return the paths of its pages, the front page first.

    Args:
        paths: notebooks of lessons and evidence, in order.
        folder: where the site goes; it is emptied first.
    """
    import nbformat
    shutil.rmtree(folder, ignore_errors=True)
    slides.build([path for path in paths if path.parent == lessons.EVIDENCE], folder / "slides")
    title = course.load()["title"]
    notebooks = {pages.name_of(path): nbformat.read(path, as_version=4) for path in paths}
    entries = [(name, ("Evidence: " if name.startswith("evidence_") else "")
                + lessons.title(notebook, Path(name))) for name, notebook in notebooks.items()]
    paths_of = {pages.name_of(path): path for path in paths}
    known, index = set(notebooks), []
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    made = {"index.html": front(title, entries, readme)}
    for (name, lesson_title), notebook in zip(entries, notebooks.values(), strict=True):
        bare = pages.page(notebook, lesson_title)
        inside = [(anchor, heading) for level, anchor, heading, _ in sections(bare) if level == 2]
        text = pages.page(notebook, f"{lesson_title} \u00b7 {title}",
                          navigation(title, entries, name, inside), head())
        text = course.SLIDES_LINK.sub("slides/", pages.with_names(text, paths_of[name]))
        deck = f"slides/{name.removeprefix('evidence_')}"
        made[name] = pages.without_dead_links(text, known | {"index.html", deck})
    for name, text in made.items():
        for _, anchor, heading, words in sections(text):
            index.append([f"{name}#{anchor}", heading, dict(entries).get(name, title), words])
        (folder / name).write_text(text, encoding="utf-8")
    data = json.dumps(index, ensure_ascii=False).replace("</", "<\\/")
    (folder / "search-index.js").write_text(f"const SEARCH = {data};\n", encoding="utf-8")
    formulas = "".join(re.findall(r"<math.*?</math>", "".join(made.values()), re.DOTALL))
    wanted = set(slides.visible(formulas)) | set(fonts.ITALIC_LETTERS + fonts.ITALIC_GREEK)
    rule = fonts.face("math", wanted & set(fonts.advances("math")))
    style = (WEB / "site.css").read_text(encoding="utf-8")
    (folder / "site.css").write_text(rule + style, encoding="utf-8")
    for file in (WEB / "site.js", ROOT / "data" / "front.png"):
        shutil.copy(file, folder)
    return [folder / name for name in made]


def main():
    """Write the site; return the exit status."""
    made = build(lessons.every(), ROOT / "build" / "site")
    print(f"{len(made)} pages; the site begins at {made[0].relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
