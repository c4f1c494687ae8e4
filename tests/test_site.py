"""The web site: every page is opened in Chromium, wide and narrow, light and dark."""

import html
import importlib.metadata
import re
import shutil

import nbformat
import pytest

import browser
import tiny
from tools.notebooks import course, lessons
from tools.publish import website

PATHS = lessons.every()
BUILD = lessons.ROOT / "build"
SITE = BUILD / "site"
AXE = importlib.metadata.distribution("axe-core-python").locate_file("axe_core_python/axe.min.js")
VIOLATIONS = ("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map("
              "v => `${v.id}: ${v.nodes[0].html.slice(0, 120)}`))")
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"
UNSET = "document.querySelectorAll('mjx-merror, [data-mjx-error], .math:not(:has(mjx-container))')"
CUT = ("[...document.querySelectorAll('article pre, article table, article img')]"
       ".filter(e => e.scrollWidth > e.clientWidth + 2 || "
       "e.getBoundingClientRect().right > innerWidth + 2).map(e => e.outerHTML.slice(0, 100))")
NAMES = ["index", "VERDICTS", "BENCHMARKS", "search",
         *(f"guides/{path.stem}" for path in sorted((lessons.ROOT / "guides").glob("*.md"))),
         *(path.relative_to(lessons.ROOT).with_suffix("").as_posix() for path in PATHS)]


@pytest.fixture(scope="module")
def site():
    return website.build(PATHS, SITE)


@pytest.fixture(scope="module")
def chromium():
    browser.find()
    with browser.Browser() as running:
        yield running


def look(tab, axe=True):
    """Return what is wrong with an open page: a list of sentences."""
    tab.wait("document.readyState === 'complete' && "
             "(typeof MathJax === 'undefined' || MathJax.startup.promise.then(() => true))")
    found = [f"a formula that is not set: {text}" for text in
             tab.run(f"[...{UNSET}].map(e => e.outerHTML.slice(0, 100))")]
    if axe:
        tab.run(AXE.read_text(encoding="utf-8") + ";true")
        for mode in ("light", "dark"):
            tab.run(f"document.documentElement.dataset.theme = '{mode}'; true")
            found += [f"{mode}: {said}" for said in tab.run(VIOLATIONS)]
    for size in (1440, 768, 390):
        tab.size(size, 900)
        wide, window = tab.run(WIDTHS)
        found += [f"{wide} pixels wide in a window of {window}"] * (wide > window)
    tab.size(1000, 1400)
    tab.call("Emulation.setEmulatedMedia", media="print")
    found += [f"cut in print: {said}" for said in tab.run(CUT)]
    tab.call("Emulation.setEmulatedMedia", media="")
    return [*found, *tab.faults]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_whole_and_asks_for_nothing(chromium, site, name):
    tab = chromium.tab(1440, 900)
    tab.open(SITE / f"{name}.html")
    tab.picture(BUILD / "screenshots" / "site" / f"{name.replace('/', '_')}.jpg")
    found = look(tab)
    tab.close()
    assert found == []


def test_github_pages_publishes_the_static_folder_too(site):
    assert (SITE / ".nojekyll").is_file() and (SITE / "_static").is_dir()


def test_no_page_is_left_out(site):
    made = {path.relative_to(SITE).with_suffix("").as_posix() for path in site}
    assert made - set(NAMES) == {"genindex"} and set(NAMES) <= made


@pytest.mark.parametrize(("markup", "said"), [
    ("<p style='width: 2000px'>wide</p>", "pixels wide"),
    ("<pre style='width: 90px; white-space: pre !important'>a_long_name_of_a_thing</pre>",
     "cut in print"),
    ("<img src='a.png'>", "image-alt"),
    ("<p style='color: #aaaaaa; background: white'>pale</p>", "color-contrast"),
    (r"<span class='math notranslate nohighlight'>\(\frac{a}\)</span>", "not set"),
    ("<img alt='remote' src='http://example.org/a.png'>", "leaves the machine"),
    ("<link rel='stylesheet' href='none.css'>", "a file was not loaded"),
])
def test_a_broken_page_is_seen(chromium, site, markup, said):
    text = (SITE / "guides" / "machines.html").read_text(encoding="utf-8")
    assert text.count("</article>") == 1
    broken = SITE / "guides" / "broken.html"
    mathjax = '<script async src="../_static/tex-svg.js"></script>'
    broken.write_text(text.replace("</article>", f"{markup}{mathjax}</article>"), encoding="utf-8")
    try:
        tab = chromium.tab(1440, 900)
        tab.open(broken)
        found = look(tab)
        tab.close()
    finally:
        broken.unlink()
    assert any(said in fault for fault in found), found


def test_search_from_disk_finds_sections_and_code(chromium, site):
    def found(words):
        tab = chromium.tab(1440, 900)
        tab.open(f"{(SITE / 'search.html').as_uri()}?q={words}")
        tab.wait("/finished|did not match/.test(document.querySelector('#search-results')"
                 "?.textContent)")
        links = tab.run("[...document.querySelectorAll('#search-results li > a')]"
                        ".map(a => [a.textContent, a.getAttribute('href')])")
        faults = tab.faults
        tab.close()
        assert faults == []
        return links

    assert any("A doctor for gradients" in text
               and link.endswith("03_gradient_problems.html#a-doctor-for-gradients")
               for text, link in found("doctor+for+gradients"))
    assert any("notebooks/04_lstm.html" in link for _, link in found("mask_zero"))
    assert found("zzqxzz") == []


def test_pictures_keep_their_alt_text(site):
    count = 0
    for path in PATHS:
        page = (SITE / path.relative_to(lessons.ROOT)).with_suffix(".html")
        page = page.read_text(encoding="utf-8")
        shown = [html.unescape(alt) for alt in re.findall(r'<img alt="([^"]*)"', page)]
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    assert output.metadata["image/png"]["alt"] in shown
                    count += 1
    assert count > 10 * len(PATHS) // 2


def test_a_page_has_its_deck_and_what_a_reader_does_with_it(site):
    for path in PATHS:
        page = SITE / path.relative_to(lessons.ROOT).with_suffix(".html")
        text = page.read_text(encoding="utf-8")
        deck = re.search(r'<a href="([^"]*)">slides</a>', text)[1]
        assert (page.parent / deck).resolve() == SITE / "slides" / f"{path.stem}.html"
        assert (page.parent / deck).is_file() and "github.io" not in text
        address = course.load()["repository"]
        name = path.relative_to(lessons.ROOT).as_posix()
        assert f"colab.research.google.com/github/{address}/blob/main/{name}" in text
        assert f"github.com/{address}/edit/main/{name}" in text
        assert "btn-download-source-button" in text and "theme-switch-button" in text
        assert "Set up the course" in text or "Set-up" in text


def test_a_widget_is_named_where_it_cannot_run(site):
    page = SITE / "notebooks" / "evidence" / "03_gradient_problems.html"
    text = page.read_text(encoding="utf-8")
    assert "A slider for the gain and a choice of activation" in text


def test_what_the_site_has_not_is_not_linked():
    made = website.staged(tiny.notebook(prose=(
        "# T\n[![Open In Colab](https://x.org/a.svg)](https://c) \u00b7 "
        "[slides](https://me.github.io/c/slides/04_lstm.html) \u00b7 "
        "[assignment](../coursework/source/a.ipynb) \u00b7 [evidence](evidence/04_lstm.ipynb)\n"
        "Then [build](../../coursework/source/a.ipynb).")), "../")
    assert made.cells[0].source == (
        '# T\n[open in Colab](https://c) \u00b7 <a href="../slides/04_lstm.html">slides</a> \u00b7 '
        "[evidence](evidence/04_lstm.ipynb)\nThen build.")


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path, capfd):
    source, made = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "index.md").write_text("# T\n\n[gone](gone.md)\n", encoding="utf-8")
    assert website.sphinx(source, made) != 0 and "gone.md" in capfd.readouterr().err
    (source / "index.md").write_text("# T\n", encoding="utf-8")
    shutil.rmtree(made, ignore_errors=True)
    assert website.sphinx(source, made) == 0 and (made / "index.html").is_file()
