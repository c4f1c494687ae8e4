"""Nothing of a student's runs, or asks for anything, where somebody opens or marks the work."""

import csv
import html.parser
import io
import json
import re
import subprocess
import sys
import time
from types import SimpleNamespace

import nbformat
import pytest
from markupsafe import Markup
from nbgrader.api import Gradebook

import browser
import formgrader
import payloads
import submissions
from coursework.grader import clean, feedback, grade, marking, notebooks, pages, record, release

ASSIGNMENT = submissions.ASSIGNMENT
NOTEBOOK = f"assignment_{ASSIGNMENT}"
NOWHERE = "http://127.0.0.1:1"
GROUPS = payloads.groups()
ANSWERS = ".nbgrader_cell > .panel-body"
# Wherever these stand, a page may do or load something; a student's page has as many as any other.
CENSUS = """(() => {
  const names = 'script,style,link,meta,base,iframe,frame,object,embed,form,input,button,textarea,'
    + 'select,img,picture,svg,math,video,audio,source,template,details,dialog,marquee,a,area';
  const found = Object.fromEntries(names.split(',').map(
    name => [name, document.querySelectorAll(name).length]));
  const handlers = [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())
    .filter(name => name.startsWith('on'));
  return {...found, handlers: handlers.length,
          cells: document.querySelectorAll('.nbgrader_cell').length,
          shown: getComputedStyle(document.querySelector('.score')).display};
})()"""
# What of a student's text stands in the page as something else than text: tags and attributes.
MADE = """[...document.querySelectorAll('.nbgrader_cell .rendered_html *')].flatMap(
  e => [e.tagName.toLowerCase(),
        ...e.getAttributeNames().map(name => `${name}=${e.getAttribute(name)}`)])"""
OURS = clean.TAGS | {"class=tex2jax_ignore mathjax_ignore"}


def flat(text):
    """Return a text without its line ends and double spaces."""
    return " ".join(str(text).split())


def missing(tab, names, to):
    """Return the texts of payloads that cannot be read in a page."""
    shown = flat(tab.run("document.body.innerText"))
    return [text for name in names if name in payloads.TEXTS
            for text in payloads.seen(name, to) if flat(text) not in shown]


def did(world, tab, ordinary=lambda url: False):
    """Return what a page did that it should not: scripts, requests, addresses asked for.

    Args:
        world: what the fixture made.
        tab: a watched page.
        ordinary: tells whether the page itself asks for an address.
    """
    time.sleep(0.1)
    tab.run("1")                                   # what was sent before this has arrived
    asked, world.collector.asked = world.collector.asked, []
    return tab.runs + asked + [url for url in tab.requests if not ordinary(url)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A class of attackers, stored by the grader, and somebody who is logged in and marks it."""
    browser.find()
    folder = tmp_path_factory.mktemp("security")
    with formgrader.collector() as collector:
        for called, names in GROUPS.items():
            path = folder / "class" / f"{called}.ipynb"
            submissions.save(payloads.notebook(names, collector.address), path)
        for name in ("harmless", *CONTROLS):
            submissions.save(submissions.solved(), folder / "class" / f"{name}.ipynb")
        course = formgrader.store(folder / "class", folder / "out", ASSIGNMENT)
        with formgrader.jupyter(course, folder) as server, browser.Browser() as chromium:
            made = SimpleNamespace(folder=folder, course=course, server=server, chromium=chromium,
                                   collector=collector, ids=submission_ids(course))
            tab = formgrader.watch(chromium)       # who opens JupyterLab is logged in everywhere
            tab.open(f"{server}/lab?token={formgrader.TOKEN}")
            tab.close()
            tab = opened(made, "harmless")
            made.census = tab.run(CENSUS)
            tab.close()
            yield made


def submission_ids(course):
    """Return {name of a student in the gradebook: number of the submission in Formgrader}."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", course_id="rnn-course") as book:
        return {found.student.id: found.id
                for found in book.notebook_submissions(NOTEBOOK, ASSIGNMENT)}


def opened(world, student):
    """Return a tab with a submission in Formgrader."""
    tab = formgrader.watch(world.chromium)
    tab.open(f"{world.server}/formgrader/submissions/{world.ids[student]}/?index=0")
    return tab


def in_formgrader(world):
    """Return a function that tells whether Formgrader itself asks for an address."""
    return lambda url: formgrader.ordinary(url, world.server)


# --- Formgrader -----------------------------------------------------------------------------------

@pytest.mark.parametrize("called", GROUPS, ids=["+".join(names[:2]) for names in GROUPS.values()])
def test_in_formgrader_nothing_runs_and_all_is_read(world, called):
    names = GROUPS[called]
    tab = opened(world, clean.identifier(clean.line(called)))
    assert missing(tab, names, world.collector.address) == []
    assert tab.run(CENSUS) == world.census
    assert set(tab.run(MADE)) <= OURS
    formgrader.touch(tab, ANSWERS)
    assert did(world, tab, in_formgrader(world)) == []
    tab.close()


CONTROLS = {
    "img-onerror": ["/ran/img-onerror", "/status/img-onerror/200"],
    "a-javascript": ["/ran/a-javascript", "/status/a-javascript/200"],
    "iframe-server": ["/api/contents?from=iframe-server"],
    "style-hides": ["/style-hides"],
    "textarea-open": [],
}


@pytest.mark.parametrize("name", CONTROLS)
def test_the_same_text_as_it_was_typed_is_caught(world, name):
    """As it was before: the text goes into the notebook of Formgrader without being cleaned."""
    path = world.course / "autograded" / name / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    stored = nbformat.read(path, as_version=4)
    payloads.answer(stored, "4-6").source = payloads.text(name, world.collector.address)
    nbformat.write(stored, path)
    tab = opened(world, name)
    unseen = missing(tab, [name], world.collector.address)
    census = tab.run(CENSUS)
    formgrader.touch(tab, ANSWERS)
    found = did(world, tab, in_formgrader(world))
    for expected in CONTROLS[name]:
        assert any(expected in url for url in found), (expected, found)
    assert unseen
    assert census != world.census
    tab.close()


def test_no_name_runs_in_the_lists_of_formgrader(world):
    pages_ = ["manage_students", f"manage_submissions/{ASSIGNMENT}",
              f"gradebook/{ASSIGNMENT}/{NOTEBOOK}"]
    pages_ += [f"manage_students/{clean.identifier(clean.line(called))}/{ASSIGNMENT}"
               for called in payloads.NAMES.values()]
    tab = formgrader.watch(world.chromium)
    for page in pages_:
        tab.open(f"{world.server}/formgrader/{page}")
        tab.wait("!!document.querySelector('#main-table td') && "
                 "!document.body.innerText.includes('Loading, please wait')")
        handlers = tab.run("[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
                           ".filter(name => name.startsWith('onmouse') || name === 'onerror')")
        assert handlers == [], page
    assert did(world, tab, in_formgrader(world)) == []
    tab.close()


def test_a_name_as_it_was_given_is_caught(world):
    """The same list, asked for under a name that was not cleaned."""
    tab = formgrader.watch(world.chromium)
    tab.open(f"{world.server}/formgrader/manage_students/%22;ran(%22name%22);%22")
    assert "name" in did(world, tab, in_formgrader(world))
    tab.close()


def test_the_live_notebook_runs_nothing_in_jupyterlab(world):
    """Formgrader links the notebook itself; JupyterLab draws formulas with MathJax of its own."""
    to = world.collector.address
    texts = [clean.markdown(payloads.text(name, to)) for name in payloads.TEXTS]
    made = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("\n\n".join(texts)),
        nbformat.v4.new_markdown_cell("The gate $f_t = \\sigma(x)$ is drawn.")])
    nbformat.write(made, world.course / "live.ipynb")
    tab = formgrader.watch(world.chromium)
    tab.open(f"{world.server}/lab/tree/live.ipynb?reset", 120)
    tab.wait("!!document.querySelector('.jp-MarkdownOutput mjx-container') && "
             "document.body.innerText.includes('After textarea-open.')", 60)
    drawn = "html-in-formula"                      # its signs are letters of a formula
    assert missing(tab, payloads.TEXTS.keys() - {drawn}, to) == []
    formgrader.touch(tab, ".jp-MarkdownOutput")
    assert did(world, tab, lambda url: "from=" not in url and not url.startswith(to)) == []
    tab.close()


# --- nbgrader's own pages and tables --------------------------------------------------------------

def test_nbgraders_feedback_runs_nothing(world):
    """Its pages are files that students open; made here for those whose names were changed."""
    done = subprocess.run([sys.executable, "-m", "nbgrader", "generate_feedback", ASSIGNMENT,
                           "--student=__*"], cwd=world.course, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = {student: names for called, names in GROUPS.items()
             if (student := clean.identifier(clean.line(called))).startswith("__")}
    assert len(found) > 4
    for student, names in found.items():
        page = world.course / "feedback" / student / ASSIGNMENT / f"{NOTEBOOK}.html"
        tab = formgrader.watch(world.chromium)
        tab.open(page)
        assert missing(tab, names, world.collector.address) == []
        formgrader.touch(tab, ANSWERS)
        assert did(world, tab, lambda url: url.startswith(("file:", formgrader.MATHJAX))) == []
        tab.close()


def formulas(text):
    """Return the cells of a table that a spreadsheet takes for formulas."""
    return [cell for line in csv.reader(io.StringIO(text)) for cell in line
            for part in cell.split(";")
            if part.strip()[:1] in tuple("=+@＝＋－＠") or re.match(r"\s*-[^.\d]", part)]


def test_nbgraders_export_has_no_formula_and_every_student(world):
    done = subprocess.run([sys.executable, "-m", "nbgrader", "export", "--to", "all.csv"],
                          cwd=world.course, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    text = (world.course / "all.csv").read_text(encoding="utf-8")
    assert formulas(text) == []
    assert len({line["student_id"] for line in csv.DictReader(io.StringIO(text))}) \
        == len(GROUPS) + len(CONTROLS) + 1


# --- our own pages and tables ---------------------------------------------------------------------

def on_disk(world, name, page):
    """Return a watched tab with a page that was written to disk."""
    path = world.folder / "pages" / f"{name}.html"
    submissions.save(page, path)
    tab = formgrader.watch(world.chromium)
    tab.open(path)
    return tab


@pytest.mark.parametrize("start", range(0, len(payloads.TEXTS), 8))
def test_on_a_feedback_page_nothing_runs_and_all_is_read(world, start):
    to = world.collector.address
    names = list(payloads.TEXTS)[start:start + 8]
    texts = [payloads.filler(name, to)(payloads.TEXTS[name]) for name in names]
    rows = [marking.Row(texts[0], ASSIGNMENT, "4-1", 0, 2, "ok", text) for text in texts]
    tab = on_disk(world, names[0], feedback.page(rows))
    shown = flat(tab.run("document.body.innerText"))
    assert [text for text in texts if clean.line(text, marking.LONGEST_NOTE) not in shown] == []
    assert tab.run("[...document.querySelectorAll('td *, h1 *')].length") == 0
    assert tab.run("getComputedStyle(document.body).fontSize") == "18px"
    formgrader.touch(tab, "body")
    assert did(world, tab, lambda url: url.startswith("file:")) == []
    tab.close()


RAW = ("img-onerror", "script", "svg-onload", "details-ontoggle", "iframe-srcdoc", "iframe-data",
       "a-javascript", "object-embed", "style-import", "stylesheet", "picture-outside", "form",
       "base", "video-error", "shadow-root")


def raw_page(to):
    """Return a page of ours into which somebody put texts of students without escaping them."""
    return pages.page("raw", Markup("\n").join(
        Markup(payloads.filler(name, to)(payloads.TEXTS[name])) for name in RAW))


def test_the_policy_of_a_page_stops_what_nobody_escaped(world):
    tab = on_disk(world, "raw", raw_page(world.collector.address))
    formgrader.touch(tab, "body")
    assert did(world, tab, lambda url: True) == []          # what a policy stops is seen as asked
    tab.close()


def test_without_its_policy_the_same_page_is_caught(world):
    page = raw_page(world.collector.address).replace("Content-Security-Policy", "none")
    tab = on_disk(world, "none", page)
    found = did(world, tab, lambda url: True)
    assert any("/ran/script" in url for url in found)
    assert any("/style-import" in url for url in found)
    tab.close()


def test_our_table_has_no_formula():
    notes = [*payloads.NAMES.values(), *payloads.TEXTS.values(), "\t=1", "\r\n@1", " ;  +1", "＝1"]
    rows = [marking.Row(text, ASSIGNMENT, "4-1", 0, 2, "ok", text) for text in notes]
    text = grade.table(rows)
    assert formulas(text) == []
    assert len(list(csv.reader(io.StringIO(text)))) == len(rows) + 1
    assert formulas(text.replace("'", ""))


# --- what is stored -------------------------------------------------------------------------------

@pytest.mark.parametrize("name", [*payloads.TEXTS, *payloads.NOTEBOOKS])
def test_a_stored_notebook_is_ours_but_for_the_texts_of_answers(name, tmp_path):
    path = submissions.save(payloads.notebook([name], NOWHERE), tmp_path / "a.ipynb")
    record.show(path, ASSIGNMENT, tmp_path)
    stored = json.loads((tmp_path / f"{NOTEBOOK}.ipynb").read_text(encoding="utf-8"))
    ours = json.loads(nbformat.writes(release.without_solutions(ASSIGNMENT)))
    assert len(stored["cells"]) == len(ours["cells"])
    for cell, own in zip(stored["cells"], ours["cells"], strict=True):
        source, text = "".join(cell.pop("source")), "".join(own.pop("source"))
        assert cell == own
        assert source == text or own["metadata"]["nbgrader"]["solution"]
        assert all(clean.visible(character) for character in source)
        if own["cell_type"] == "markdown" and source != text:
            assert Fragment(source).made <= OURS
            assert "\n" not in source and "$" not in source and "\\" not in source
    assert {**stored, "cells": None} == {**ours, "cells": None}


class Fragment(html.parser.HTMLParser):
    """The tags and attributes of a piece of HTML."""

    def __init__(self, text):
        super().__init__()
        self.made = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.made |= {tag, *(f"{name}={value}" for name, value in attributes)}

    def handle_comment(self, data):
        self.made.add("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def test_the_cleaner_alone_stops_what_the_reader_of_markdown_lets_through(monkeypatch):
    monkeypatch.setattr(clean, "rendered", lambda value: value)
    for name in payloads.TEXTS:
        assert Fragment(clean.markdown(payloads.text(name, NOWHERE))).made <= OURS, name


def test_there_are_enough_payloads():
    assert len(payloads.TEXTS) >= 60 and len(payloads.NOTEBOOKS) >= 18
    assert sorted(name for names in GROUPS.values() for name in names) \
        == sorted([*payloads.TEXTS, *payloads.NOTEBOOKS])
    assert set(payloads.NAMES.values()) <= set(GROUPS)


def test_what_teaches_is_still_drawn():
    made = clean.markdown("# Gates\n\n*One* and **two**, `f`:\n\n- a\n- b\n\n1. c\n\n> said\n\n"
                          "| t | h |\n|---|---|\n| 0 | 1 |\n\n```python\nh = 0 < 1\n\nc = 1\n```\n")
    for part in ("<h1>Gates</h1>", "<em>One</em>", "<strong>two</strong>", "<code>f</code>",
                 "<li>a</li>", "<ol>", "<blockquote>", "<th>t</th>", "<td>1</td>",
                 "<pre>h = 0 &lt; 1&#10;&#10;c = 1&#10;</pre>"):
        assert part in made, part


@pytest.mark.parametrize("formula", [
    r"$c_{t-1} * f_t * x_t$", r"$$\frac{\partial L}{\partial h_t} = \prod_{k=1}^{T} \sigma'$$",
    "\\begin{align*}\na &= b \\\\\nc &= d\n\\end{align*}", "the price is $5 or $6"])
def test_a_formula_is_kept_to_the_letter_and_drawn(formula):
    made = clean.markdown(formula)
    assert "tex2jax_ignore" not in made
    assert formula in html.unescape(made)


@pytest.mark.parametrize("formula", [
    r"$\href{a}{b}$", r"$\unicode{97}$", r"$\require{html}$", r"\begin{alignat}{1}a\end{alignat}",
    r"$\begin {x}$", r"$\def\a{b}$", r"\begin", "$\\class\n{a}{b}$", r"\newcommand", r"$\ce{H}$",
    r"\\**href**{a}{b}", r"$a$ \\~~href~~ \\`href`"])
def test_a_formula_with_another_command_is_only_read(formula):
    assert clean.markdown(formula).startswith('<div class="tex2jax_ignore mathjax_ignore">')


def test_languages_and_emoji_are_kept():
    for said in ("größer, naïve, 中文, العربية, हिन्दी, 👩‍💻, می‌خواهم", "x\ty\nz"):
        assert clean.text(said) == said
    assert clean.identifier("José Ñandú 张伟") == "José Ñandú 张伟"


def test_a_picture_gives_way_to_a_sentence_and_hides_no_text():
    pasted = f"![plot](data:image/png;base64,{'iVBORw0KGgo' * 9999})"
    made = clean.markdown(f"Before *it*.\n\n{pasted}\n\nAfter it.")
    assert "<em>it</em>" in made and "After it." in made and clean.LEFT_OUT in made
    assert len(made) < 500
    assert clean.LEFT_OUT in clean.markdown("![plot](attachment:plot.png)")


@pytest.mark.parametrize("unit", ["\\\\[", "*a ", "[", "$", "> ", "- ", "|-|\n", "<a ", "\u202e"])
@pytest.mark.parametrize("length", [clean.LONGEST_MARKDOWN, 2_000_000])
def test_no_answer_is_too_long_or_too_deep_to_clean(unit, length):
    begun = time.process_time()
    made = clean.markdown((unit * length)[:length])
    assert time.process_time() - begun < 5
    assert len(made) < 1_500_000
    assert Fragment(made).made <= OURS


def test_a_text_that_the_reader_of_markdown_fails_on_is_shown_as_typed(monkeypatch):
    def fails(value):
        raise RecursionError
    monkeypatch.setattr(clean, "rendered", fails)
    assert clean.markdown("a <b>\n\nc") == "<div><pre>a &lt;b&gt;&#10;&#10;c</pre></div>"


def test_a_name_for_nbgrader_is_short_plain_and_not_two_students_name():
    called = [*payloads.NAMES.values(), "a+b", "a_b", "sec1/Jane", "sec1_Jane", "a</script>", "",
              ".", "..", "_", "x" * 300, "x" * 301, "é", "e\u0301", "a ", "a", "-", "con\n",
              "\u0301a", "@me"]
    made = [clean.identifier(name) for name in called]
    assert len(set(made)) == len(called)
    for name in made:
        assert re.fullmatch(r"[^\W-][\w .@-]*", re.sub("[\u0300-\u036f]", "", name)), name
        assert len(name.encode()) <= 110
        assert name.strip(" .") == name
    assert clean.identifier("Jane Doe-2.b@c.d") == "Jane Doe-2.b@c.d"


def test_students_whose_files_have_odd_names_have_rows_and_pages_of_their_own(tmp_path):
    for number, called in enumerate(payloads.NAMES.values()):
        submissions.save(f"no notebook {number}", tmp_path / "class" / f"{called}.ipynb")
    rows = grade.grade(tmp_path / "class", tmp_path / "out", seed=1, unsafe=True,
                       say=lambda line: None)
    assert len({row.student for row in rows}) == len(payloads.NAMES)
    assert all(clean.visible(character) for row in rows for character in row.student)
    kept = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert len(list((tmp_path / "out" / "feedback").glob("*/*.html"))) == len(payloads.NAMES)
    grade.grade(tmp_path / "class", tmp_path / "out", seed=1, unsafe=True, say=lambda line: None)
    assert kept == {path: path.read_bytes() for path in (tmp_path / "out").rglob("*")
                    if path.is_file()}


def test_an_error_that_a_student_wrote_is_one_clean_line(tmp_path):
    """The note of a row comes from the student's own process."""
    made = submissions.with_answer("def what_is_left(gates):\n    raise ValueError("
                                   "'\\x1b[2J\\u202e<script>' + 'x' * 10 ** 5)")
    path = submissions.save(made, tmp_path / "anna.ipynb")
    row, *_ = [row for row in marking.mark(path, "anna", seed=7, unsafe=True)
               if row.exercise == "4-1"]
    assert "⟨U+001B⟩[2J⟨U+202E⟩<script>" in row.note
    assert len(row.note) <= marking.LONGEST_NOTE and "\n" not in row.note
    assert marking.Row(**json.loads(json.dumps(vars(row)))) == row


def test_a_half_character_in_a_notebook_stops_nobody(tmp_path):
    path = submissions.save(payloads.notebook(["code-direction"], NOWHERE), tmp_path / "a.ipynb")
    assert "\ud800" in "".join(notebooks.read(path).code())
    record.show(path, ASSIGNMENT, tmp_path)
    assert "⟨U+D800⟩" in (tmp_path / f"{NOTEBOOK}.ipynb").read_text(encoding="utf-8")
