"""The web site: every page is opened in Chromium, wide and narrow; links, search, navigation."""

import re

import pytest

import browser
import tiny
from tools.notebooks import course, lessons
from tools.publish import pages, website

PATHS = lessons.every()
BUILD = lessons.ROOT / "build"
NAMES = ["index.html", *map(pages.name_of, PATHS)]
LOOK = "faultsIn(document.body, {smallest: 12})"
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def site():
    return {path.name: path for path in website.build(PATHS, BUILD / "site")}


@pytest.fixture(scope="module")
def chromium():
    browser.find()
    with browser.Browser() as running:
        yield running


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_whole_and_asks_for_nothing(chromium, site, name):
    tab = chromium.tab(1280, 900)
    tab.open(site[name])
    tab.run(browser.CHECKS)
    assert tab.run(LOOK) == []
    wide, window = tab.run(WIDTHS)
    assert wide == window == 1280
    tab.picture(BUILD / "screenshots" / "site" / f"{name.removesuffix('.html')}.jpg")
    tab.size(400, 800)
    wide, window = tab.run(WIDTHS)
    assert wide == window == 400
    assert tab.faults == []
    tab.close()


@pytest.mark.parametrize(("markup", "said"), [
    ("<p style='width: 2000px'>wide</p>", "wide"),
    ("<div style='overflow: hidden; width: 90px'><code>a_long_name_of_a_thing</code></div>",
     "cut off at the right"),
    ("<img src='a.png'>", "a picture has no alt text"),
    ("<p style='color: #aaaaaa'>pale</p>", "contrast"),
    ("<p>where $h_t$ stands</p>", "a formula that is not set"),
    ("<img alt='remote' src='http://example.org/a.png'>", "leaves the machine"),
    ("<link rel='stylesheet' href='none.css'>", "a file was not loaded"),
])
def test_a_broken_page_is_seen(chromium, site, tmp_path, markup, said):
    text = site["evidence_02_bptt.html"].read_text(encoding="utf-8")
    for file in ("site.css", "site.js", "search-index.js"):
        (tmp_path / file).write_bytes((site["index.html"].parent / file).read_bytes())
    assert text.count("<main>") == 1
    (tmp_path / "page.html").write_text(text.replace("<main>", f"<main>{markup}"),
                                        encoding="utf-8")
    tab = chromium.tab(1280, 900)
    tab.open(tmp_path / "page.html")
    tab.run(browser.CHECKS)
    found = [*tab.run(LOOK), *tab.faults]
    wide, window = tab.run(WIDTHS)
    tab.close()
    found += ["wide"] * (wide > window)
    assert any(said in fault for fault in found), found


def test_search_finds_sections_and_leads_to_them(chromium, site):
    tab = chromium.tab(1280, 900)
    tab.open(site["index.html"])
    found = "[...document.querySelectorAll('#found a')].map(a => a.textContent)"
    hidden = "document.getElementById('found').hidden"

    def ask(words):
        tab.run(f"box.value = {words!r}; box.dispatchEvent(new Event('input'))")
        return tab.run(found)

    assert tab.run(hidden) is True
    assert ask("truncated BACKPROPAGATION")[0] == "6 Truncated backpropagation"
    assert tab.run(hidden) is False
    assert ask("zzqx") == [] and "Nothing was found." in tab.run(
        "document.getElementById('found').textContent")
    assert ask("") == [] and tab.run(hidden) is True
    ask("truncated backpropagation")
    tab.loaded = False
    tab.run("document.querySelector('#found a').click()")
    tab.wait("location.pathname.endsWith('evidence_02_bptt.html')"
             " && document.readyState === 'complete'")
    at = tab.run("document.getElementById(decodeURIComponent(location.hash.slice(1)))"
                 ".getBoundingClientRect().top")
    assert -5 < at < 300 and tab.faults == []
    tab.close()


def test_every_local_link_and_anchor_is_there(site):
    anchors = {name: set(re.findall(r'\bid="([^"]+)"', path.read_text(encoding="utf-8")))
               for name, path in site.items()}
    count = 0
    for name, path in site.items():
        text = re.sub(r"<style.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r'<a[^>]* href="([^"]+)"', text):
            if link.startswith(("https://", "http://")):
                continue
            file, _, anchor = link.partition("#")
            assert not file or (path.parent / file).is_file(), f"{name}: {link}"
            if anchor and (file or name) in anchors:
                assert pages.html.unescape(anchor) in anchors[file or name], f"{name}: {link}"
            count += 1
    assert count > 20 * len(PATHS)


def test_the_front_page_is_the_readme_with_all_lessons_and_verdicts(site):
    text = site["index.html"].read_text(encoding="utf-8")
    for path in lessons.paths(folder=lessons.EVIDENCE):
        lesson = lessons.NOTEBOOKS / path.name
        shown = pages.name_of(lesson if lesson.is_file() else path)
        assert f'<td><a href="{shown}">' in text
        assert f'<td><a href="{pages.name_of(path)}">evidence</a>' in text
        assert f'<td><a href="slides/{path.stem}.html">slides</a></td>' in text
        assert (site["index.html"].parent / "slides" / f"{path.stem}.html").is_file()
    for heading in ("For students", "For lecturers", "For instructors"):
        assert f">{heading}<" in text
    assert course.load()["title"] in text and 'class="front" src="front.png"' in text
    widths = {row.count("<td>") for row in re.findall(r"<tr>.*?</tr>", text.split('id="Lessons"')[1]
              .split("</table>")[0], re.DOTALL) if "<td>" in row}
    assert widths == {8}
    assert "<!--" not in text.split("<main>")[1]


def test_pages_lead_to_their_neighbours(site):
    for before, after in zip(NAMES[1:], NAMES[2:], strict=False):
        for at, rel, to in ((before, "next", after), (after, "prev", before)):
            assert f'<a href="{to}" rel="{rel}">' in site[at].read_text(encoding="utf-8")


def test_the_first_cell_leads_to_the_deck_beside_the_page(site):
    for path in PATHS:
        text = site[pages.name_of(path)].read_text(encoding="utf-8")
        assert text.count(f'<a href="slides/{path.stem}.html">slides</a>') == 1
        assert "github.io" not in text and ">assignment<" not in text


def test_a_widget_is_named_where_it_cannot_run(site):
    text = site["evidence_03_gradient_problems.html"].read_text(encoding="utf-8")
    assert "A slider for the gain and a choice of activation" in text


def test_sections_of_a_page():
    made = pages.page(tiny.notebook(
        prose="# T\n\nFirst $x_1$.\n\n## A *b*, c\n\nSecond `code`."), "T")
    assert website.sections(made) == [(1, "T", "T", "First ."), (2, "A-b,-c", "A b, c",
                                                               "Second code.")]
