"""The decks: every slide is opened in Chromium; and what a deck is made of, without one."""

import json
import re

import nbformat
import pytest

import browser
import tiny
from tools.notebooks import lessons, notebook_rules
from tools.publish import excerpt, fonts, layout, pages, results, slides

PATHS = lessons.paths(folder=lessons.EVIDENCE)
BUILD = lessons.ROOT / "build"
SHOW = """new Promise(done => {
  const slide = Reveal.getSlides()[NUMBER], at = Reveal.getIndices(slide);
  Reveal.slide(at.h, at.v, 999);
  requestAnimationFrame(() => done(faultsIn(Reveal.getCurrentSlide(),
    {box: true, bottom: 30, smallest: 18})));
})"""


@pytest.fixture(scope="module")
def decks():
    return {path.stem: path for path in slides.build(PATHS, BUILD / "slides")}


@pytest.fixture(scope="module")
def chromium():
    browser.find()
    with browser.Browser() as running:
        yield running


def look(tabs, pictures=None):
    """Open every slide with all its steps shown; return the faults, a sentence each.

    Args:
        tabs: pages with the same deck; while one is photographed the next goes on.
        pictures: folder for a picture of each slide, or None.
    """
    for tab in tabs:
        tab.run(browser.CHECKS)
    count, found = tabs[0].run("Reveal.getTotalSlides()"), []
    for number in range(count + len(tabs)):
        tab = tabs[number % len(tabs)]
        if pictures:
            tab.keep(pictures / f"{number + 1 - len(tabs):03d}.jpg")
        if number < count:
            faults = tab.run(SHOW.replace("NUMBER", str(number)))
            found += [f"slide {number + 1}: {fault}" for fault in faults]
            if pictures:
                tab.take()
    return found + sum((tab.faults for tab in tabs), [])


@pytest.mark.parametrize("name", [path.stem for path in PATHS])
def test_every_slide_fits_and_asks_for_nothing(chromium, decks, name):
    pictures = BUILD / "screenshots" / name
    for old in pictures.glob("*.jpg"):
        old.unlink()
    tabs = [chromium.tab(), chromium.tab()]
    for tab in tabs:
        tab.open(decks[name])
    count = tabs[0].run("Reveal.getTotalSlides()")
    assert look(tabs, pictures) == []
    assert 20 < count == len(list(pictures.glob("*.jpg")))
    for tab in tabs:
        tab.close()


def small(tmp_path, markup):
    """Write a deck of one slide whose content is `markup`; return its path."""
    notebook = tiny.notebook(prose="# One\n\n- a goal\n\n## Two\n\nREPLACED")
    notebook.cells[0].metadata["slideshow"]["slide_type"] = "slide"
    text = slides.deck(slides.cut(notebook), "One", fonts.css("abc"))
    assert text.count("REPLACED") == 1
    path = tmp_path / "deck.html"
    path.write_text(text.replace("REPLACED", markup), encoding="utf-8")
    return path


CLAIM = ".claim"
PICTURE = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhf"
           "DwAChwGA60e6kgAAAABJRU5ErkJggg==")


@pytest.mark.parametrize(("markup", "said"), [
    (f"fine <img alt='a dot' src='{PICTURE}'>", None),
    ("too much text<br>" * 30, "too high by"),
    ("<div style='height: 600px'>down to the number</div>", "pixels too low"),
    ("<div style='width: 1400px'>too wide</div>", "too wide by"),
    ("<pre style='overflow: hidden'>" + "x" * 200 + "</pre>", "cut off at the right"),
    ("the state $h_t$ is", "a formula that is not set"),
    ("the state \\tanh is", "a formula that is not set"),
    ("<math><merror>wrong</merror></math>", "a formula that is not set"),
    ("<math><mo minsize='2em'>\\|</mo></math>", "a formula that is not set"),
    ("<math><msup><mi>h</mi><mi>t</mi><mn>2</mn></msup></math>", "a formula that is not set"),
    ("<img alt='a picture' src='missing.png'>", "a picture is missing"),
    ("<img alt='a picture' src='missing.png'>", "a file was not loaded"),
    ("<img alt='a picture' src='https://example.org/a.png'>", "leaves the machine"),
    ("<script src='https://example.org/a.js'></script>", "leaves the machine"),
    ("<style>@import 'https://example.org/a.css';</style>", "leaves the machine"),
    (f"<img src='{PICTURE}'>", "has no alt text"),
    ("<span style='color: #999999'>pale</span>", "contrast 2.8"),
    ("<span style='background: #336699'>dark on blue</span>", "contrast"),
    ("<span style='opacity: 0.4'>faded</span>", "contrast"),
    ("<span style='font-size: 12px'>small</span>", "type of 12 pixels"),
    ("<script>console.error('broken')</script>", "console: broken"),
    ("<script>undefined.x</script>", "an exception: TypeError"),
])
def test_a_broken_slide_is_seen(chromium, tmp_path, markup, said):
    tab = chromium.tab()
    tab.open(small(tmp_path, markup))
    found = look([tab])
    tab.close()
    if said is None:
        assert found == []
    else:
        assert any(said in fault for fault in found), found


def test_steps_and_speaker_view(chromium, decks):
    tab = chromium.tab()
    tab.open(decks[PATHS[0].stem])
    tab.run(f"Reveal.slide(...Object.values(Reveal.getIndices(document.querySelector('{CLAIM}')"
            ".closest('section'))).slice(0, 2), -1)")
    hidden = f"getComputedStyle(document.querySelector('{CLAIM} .verdict')).visibility"
    assert tab.run(hidden) == "hidden"
    tab.run("Reveal.nextFragment()")
    assert tab.run(hidden) == "visible"
    with_notes = "Reveal.getSlides().find(slide => slide.querySelector('aside.notes'))"
    tab.run(f"Reveal.slide(...Object.values(Reveal.getIndices({with_notes})).slice(0, 2))")
    told = tab.run(f"{with_notes}.querySelector('aside.notes').textContent.slice(0, 40)")
    assert len(told) == 40
    tab.call("Runtime.evaluate", expression="Reveal.getPlugin('notes').open()", userGesture=True)
    opened, = (target["targetId"] for target in chromium.call("Target.getTargets")["targetInfos"]
               if target.get("openerId") == tab.target)
    view = chromium.attach(opened)
    view.wait("document.querySelectorAll('iframe').length === 2")
    view.wait("document.querySelector('.speaker-controls-notes .value').textContent"
              f".startsWith({json.dumps(told)})")
    view.wait("getComputedStyle(document.querySelector('.pacing')).display !== 'none'")
    assert tab.faults + view.faults == []
    view.close()
    tab.close()


def cut(*cells):
    """Return the pages of a notebook made of (mark, kind, source) cells."""
    made = []
    for mark, kind, source in cells:
        new = nbformat.v4.new_markdown_cell if kind == "prose" else nbformat.v4.new_code_cell
        made.append(new(source, metadata={"slideshow": {"slide_type": mark}}))
    return slides.cut(nbformat.v4.new_notebook(cells=made))


def test_a_deck_carries_all_it_needs(decks):
    for path in decks.values():
        text = path.read_text(encoding="utf-8")
        shown = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
        assert not re.search(r"""(?:src|href)=["'](?!data:|#|https?:|\d\d_\w+\.html)""", shown)
        assert not re.search(r"""<(?:script|link|img|iframe|audio)[^>]*["']https?:""", shown)
        style = "".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))
        assert not re.search(r"url\((?!data:)|@import", style)
        assert "reveal.js 5" in text and "Course Math" in text and path.stat().st_size < 4e6


def test_links_lead_to_lessons_that_are_there_and_others_are_text():
    made = '<a href="02_bptt.html#x">two</a> <a href="99_no.html">no</a> <a href="https://a.b">c</a>'
    assert pages.without_dead_links(made, {"02_bptt.html"}) == (
        '<a href="02_bptt.html#x">two</a> no <a href="https://a.b">c</a>')


def test_what_is_not_shown_goes_into_the_notes():
    found = cut(("slide", "prose", "## Shown\n\nText."), ("skip", "prose", "A long explanation."),
                ("skip", "code", "secret = 1"))
    page, = found
    assert "Text." in page.html() and page.section and page.first
    shown, notes = page.html().split("<aside")
    assert "A long explanation." in notes and "A long explanation." not in shown
    assert "secret" not in page.html()


def test_a_heading_inside_a_cell_begins_a_slide_and_sub_slides_go_down():
    found = cut(("slide", "prose", "# 1 Title\n\n- goal"),
                ("slide", "prose", "## A\n\na\n\n## B\n\nb"),
                ("subslide", "prose", "### C\n\nc"))
    assert [(page.heading, page.section) for page in found] == [
        ("Title", True), ("Goals", False), ("A", True), ("B", True), ("C", False)]
    assert slides.sections(found).count("<section>\n") == 3


def test_a_cell_counts_for_the_pages_that_show_it():
    prose = "## Long\n\n" + "several words of prose " * 60
    code = "\n".join(f"value_{n} = {n}" for n in range(12))
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell(prose, metadata={"slideshow": {"slide_type": "slide"}}),
        nbformat.v4.new_code_cell(code, execution_count=7,
                                  metadata={"slideshow": {"slide_type": "fragment"}})])
    assert [page.cells for page in slides.cut(notebook)] == [set(), {7}]
    notebook.cells[0].source = "## Short"
    assert [page.cells for page in slides.cut(notebook)] == [{7}]


def test_what_to_see_joins_what_is_seen_if_there_is_room():
    def made(lines, said):
        cell = nbformat.v4.new_code_cell("f()", outputs=[nbformat.v4.new_output(
            "stream", name="stdout", text="row\n" * lines)],
            metadata={"slideshow": {"slide_type": "slide"}})
        prose = nbformat.v4.new_markdown_cell(f"{said}\n\n## Next\n\nText.", metadata={
            "slideshow": {"slide_type": "slide"}})
        return slides.cut(nbformat.v4.new_notebook(cells=[cell, prose]))
    assert [bool(page.first) for page in made(4, "What to see: rows.")] == [False, True]
    assert [bool(page.first) for page in made(15, "What to see: rows.")] == [False, False, True]
    assert [bool(page.first) for page in made(4, "Rows.")] == [False, False, True]


def test_long_prose_is_parted_between_paragraphs_and_keeps_every_word():
    paragraphs = [f"P{n} " + "several words of prose " * 22 for n in range(5)]
    found = cut(("slide", "prose", "## Long\n\n" + "\n\n".join(paragraphs)))
    assert len(found) > 1 and all(page.room() >= -1 for page in found)
    assert re.findall(r"P\d", "".join(page.html() for page in found)) == [
        f"P{n}" for n in range(5)]


def test_long_code_is_parted_and_keeps_every_line():
    source = "\n".join(f"def f{n}(x):\n    y = x + {n}\n    return y\n" for n in range(10))
    found = cut(("slide", "code", source))
    assert len(found) == 2
    text = "".join(re.sub(r"<[^>]*>", "", page.html()) for page in found)
    assert re.findall(r"def (f\d+)", text) == [f"f{n}" for n in range(10)]


def test_long_output_is_parted_and_keeps_every_line():
    printed = "\n".join(f"row {n}" if n % 20 else "" for n in range(1, 60))
    cell = nbformat.v4.new_code_cell("f()", outputs=[nbformat.v4.new_output(
        "stream", name="stdout", text=f"training: 3 runs, \u2248 9 CPU s\n{printed}")],
        metadata={"slideshow": {"slide_type": "slide"}})
    found = slides.cut(nbformat.v4.new_notebook(cells=[cell]))
    text = "".join(page.html() for page in found)
    assert len(found) == 4 and "CPU s" not in text
    assert re.findall(r"row (\d+)", text) == [str(n) for n in range(1, 60) if n % 20]
    assert all(page.room() > -1 for page in found)


def test_every_page_of_every_lesson_has_room_for_what_it_shows():
    for path in PATHS:
        found = slides.cut(nbformat.read(path, as_version=4))
        assert [page.heading for page in found if page.room() < -15] == []
        assert all(page.pieces for page in found)


def test_everything_marked_to_be_shown_is_in_the_deck():
    for path in PATHS:
        notebook = nbformat.read(path, as_version=4)
        text = "".join(page.html() for page in slides.cut(notebook))
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"
                 and cell.metadata.slideshow.slide_type != "skip"]
        for cell in cells:
            for output in cell.outputs:
                if png := output.get("data", {}).get("image/png"):
                    assert png.replace("\n", "")[:2000] in text
        judged = [value["id"] for cell in cells for kind, value in results.of(cell)
                  if kind == "verdict"]
        assert re.findall(r"<b>Claim (\S+)</b>", text) == judged


def test_the_excerpt_of_a_cell():
    source = ('import numpy as np\n# why\nx = np.arange(3)\nprint(x)\nfig, ax = plt.subplots()\n'
              'ticks = [1, 2]\nax.plot(x, ticks)\nassert x.any()\nfor n in x:\n    assert n < 9\n'
              '    y = n\nclaims.judge("1.1", "true", f"{y}")')
    assert excerpt.lines(source) == (
        ["# why", "x = np.arange(3)", "", "for n in x:", "    y = n"], True)
    assert excerpt.lines("SEED = measurements.seed()\na = 1") == (["a = 1"], True)
    assert excerpt.lines("a = 1\n\n\nb = 2") == (["a = 1", "", "b = 2"], False)
    assert excerpt.lines("figures.show(fig, alt='x')") == ([], True)


def test_the_widths_are_those_of_the_fonts():
    assert fonts.width("mmm", 10, "mono") == pytest.approx(30 * layout.MONO, abs=0.1)
    assert fonts.width("i", 10) < fonts.width("m", 10)
    assert layout.lines_of("<p>" + "word " * 40 + "</p>", 50) > layout.lines_of("<p>word</p>", 50)


def test_a_font_holds_the_characters_of_its_page_and_no_others():
    small_font, large = fonts.part("sans", "abc"), fonts.part("sans", "abcdefghij\u03b1\u00e9")
    assert small_font[:4] == b"wOFF" and len(small_font) < len(large) < 20_000
    assert "Course Spare" in fonts.css("\u03b5") and "Course Spare" not in fonts.css("e")


def test_a_missing_package_is_named():
    with pytest.raises(LookupError, match="no_such_package is missing; install it with"):
        fonts.folder("no_such_package")


def test_remote_pictures_become_their_text_and_functions_keep_their_distance():
    made = pages.markdown("[![Open in Colab](https://a.org/b.svg)](https://c.org)")
    assert "<img" not in made and ">Open in Colab</a>" in made
    assert f"<mi>ln</mi>{pages.SPACE}<mn>27</mn>" in pages.markdown("$\\ln 27$")
    assert f"<mi>o</mi>{pages.SPACE}<mi>tanh</mi><mo" in pages.markdown("$o \\tanh(c)$")
    assert "<msup><mi>tanh</mi><mn>2</mn></msup>" in pages.markdown("$\\tanh^2 c$")


def test_all_lessons_have_slide_marks_that_make_a_deck():
    for path in PATHS:
        marks = [cell.metadata["slideshow"]["slide_type"]
                 for cell in notebook_rules.read(path).cells]
        assert marks.count("slide") >= 5 and marks[0] == "slide"
