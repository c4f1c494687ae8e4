"""Every widget of the lessons in a real JupyterLab in Chromium: moved, it shows something else."""

import json
import subprocess
import symtable
import sys
import time

import nbformat
import pytest

import browser
import tiny
from tools.notebooks import lessons, store_lesson

WIDGET = "application/vnd.jupyter.widget-view+json"
SECONDS = 400
APP = "window.jupyterapp.shell.currentWidget.content"
# What the widget shows beside its controls, and what to move: a slider, else another.
SHOWN = """[...document.querySelectorAll('.jp-OutputArea .widget-html-content, '
  + '.jp-OutputArea .widget-image, .jp-OutputArea .widget-output img')]
  .map(e => e.src || e.innerHTML).join()"""
CONTROL = ("(document.querySelector('.jp-OutputArea .noUi-handle') || document.querySelector("
           "'.jp-OutputArea .widget-dropdown select, .jp-OutputArea .widget-text input, "
           ".jp-OutputArea .widget-textarea textarea'))")


def with_widget(path):
    """Return the places of the cells of a lesson that show a widget."""
    cells = nbformat.read(path, as_version=4).cells
    return [number for number, cell in enumerate(cells)
            if any(WIDGET in output.get("data", {}) for output in cell.get("outputs", []))]


PLACES = [pytest.param(path, place, id=f"{path.stem}-{place}")
          for path in lessons.every() for place in with_widget(path)]


def names(source):
    """Return the names that a cell binds, that it uses, and that its functions use when called."""
    top = symtable.symtable(source, "cell", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    later, inner = set(), list(top.get_children())
    while inner:
        table = inner.pop()
        later |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        inner += table.get_children()
    used = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    return bound, used - bound, later - bound


def needed(cells, place):
    """Return the code cells that the cell at `place` needs, itself last, in their order."""
    spots = [number for number in range(place + 1) if cells[number].cell_type == "code"]
    known = {number: names(cells[number].source) for number in spots}
    kept, queue = {spots[0]}, [place]
    while queue:
        at = queue.pop()
        if at in kept and at != spots[0]:
            continue
        kept.add(at)
        _, used, later = known[at]
        for name in used | later:
            makers = [number for number in spots if name in known[number][0]
                      and (number < at or name in later and number <= place)]
            before = [number for number in makers if number < at]
            queue += before[-1:] + [number for number in makers[-1:] if number > at]
    return [cells[number] for number in sorted(kept)]


@pytest.fixture
def jupyter(tmp_path):
    """A JupyterLab of this course in an empty folder, without a network; gives its address."""
    browser.find()
    (tmp_path / "rnn-course").symlink_to(lessons.ROOT)
    folders = {f"{name}_DIR": str(tmp_path / name.lower())
               for name in ("JUPYTER_CONFIG", "JUPYTER_DATA", "JUPYTER_RUNTIME",
                            "JUPYTERLAB_SETTINGS", "JUPYTERLAB_WORKSPACES")}
    closed = {"PYTHONPATH": str(lessons.ROOT / "tests" / "no_network"),
              "IPYTHONDIR": str(tmp_path / "ipython")}
    environment = lessons.kernel_environment(**folders, **closed)
    log = (tmp_path / "log").open("w", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         "--port=0", "--IdentityProvider.token=course", f"--ServerApp.root_dir={tmp_path}",
         "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(1200):
            found = list((tmp_path / "jupyter_runtime").glob("jpserver-*.json"))
            if found and (text := found[0].read_text(encoding="utf-8")):
                break
            assert server.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")[-2000:]
            time.sleep(0.1)
        yield f"http://127.0.0.1:{json.loads(text)['port']}"
    finally:
        server.terminate()
        server.wait(60)
        log.close()


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_moving_a_widget_changes_what_it_shows(jupyter, tmp_path, path, place):
    cells = nbformat.read(path, as_version=4).cells
    notebook = nbformat.v4.new_notebook(cells=needed(cells, place), metadata=store_lesson.METADATA)
    for cell in notebook.cells:
        cell.outputs, cell.execution_count = [], None
    tiny.write(notebook, tmp_path / "lesson.ipynb")
    with browser.Browser() as chromium:
        tab = chromium.tab(1280, 1000)
        tab.open(f"{jupyter}/lab/tree/lesson.ipynb?reset&token=course", 120)
        tab.wait("!!window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel", 120)
        tab.call("Runtime.evaluate",
                 expression="jupyterapp.commands.execute('notebook:run-all-cells')")
        last = f"{APP}.widgets.at(-1).model"
        tab.wait(f"{last}.executionCount > 0 && {last}.outputs.length > 0", SECONDS)
        errors = (f"{APP}.widgets.flatMap(w => [...Array(w.model.outputs?.length ?? 0).keys()]"
                  ".map(k => w.model.outputs.get(k).toJSON()))"
                  ".filter(o => o.output_type === 'error').map(o => o.evalue)")
        assert tab.run(errors) == []
        tab.run(f"{APP}.scrollToItem({APP}.widgets.length - 1, 'start')")
        tab.wait(f"{CONTROL} !== null", 60)
        before = at_rest(tab)
        move(tab)
        tab.wait(f"{SHOWN} !== {json.dumps(before)}", 60)
        tab.picture(lessons.ROOT / "build" / "screenshots" / "widgets" / f"{path.stem}-{place}.jpg")
        assert [fault for fault in tab.faults if "leaves the machine" in fault] == []


def at_rest(tab):
    """Return what the widget shows once it has stayed the same for three seconds."""
    shown, since = tab.run(SHOWN), time.monotonic()
    while time.monotonic() < since + 3:
        time.sleep(0.2)
        if shown != (shown := tab.run(SHOWN)):
            since = time.monotonic()
    return shown


def move(tab):
    """Push the first control of a widget: a slider by a key, a menu, a box by typing into it."""
    tab.run(f"{CONTROL}.scrollIntoView({{block: 'center'}}); {CONTROL}.focus();"
            f"{CONTROL}.select?.()")
    if tab.run(f"{CONTROL}.matches('.noUi-handle')"):
        for key in ("rawKeyDown", "keyUp"):
            tab.call("Input.dispatchKeyEvent", type=key, key="ArrowRight", code="ArrowRight",
                     windowsVirtualKeyCode=39)
        return
    if tab.run(f"{CONTROL}.matches('select')"):
        tab.run(f"{CONTROL}.selectedIndex = 1")
    else:
        number = tab.run(f"{CONTROL}.type") == "number"
        tab.call("Input.insertText", text="21" if number else "dull and awful")
    tab.run(f"{CONTROL}.dispatchEvent(new Event('change', {{bubbles: true}})); {CONTROL}.blur()")


def test_only_the_cells_that_a_widget_needs_are_run():
    sources = ("import numpy as np", "x = np.ones(3)", "other = 1", "def f():\n    return x", "f()")
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    assert [cell.source for cell in needed(cells, 4)] == [sources[k] for k in (0, 1, 3, 4)]
