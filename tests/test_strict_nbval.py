"""Each hole of nbval is closed: a tiny notebook with the fault fails, the good one passes."""

import copy
import os
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from nbval.plugin import get_sanitize_patterns

import strict_nbval
import tiny
from tools.notebooks import lessons

DRAW = """import matplotlib.pyplot as plt
from utils import figures
figures.use_style()
figure, axes = plt.subplots()
axes.plot([1, 4, 9, 16], label="squares")
axes.set(title="Squares of four numbers", xlabel="place", ylabel="square")
figures.show(figure, alt=f"A curve that rises from 1 to \u2248 {16.0:.1f} over four places.")"""
MEASURE = """import time
accuracy = 98.0 + time.time() % 1
print(f"accuracy \u2248 {accuracy:.3f} %, error \u2248 {1e-16 * accuracy:.0e}")
assert 97 <= accuracy <= 99
accuracy;"""
SOUND = """import numpy as np
from IPython.display import Audio, display
wave = np.sin(np.arange(800) / 8)
display(Audio(wave, rate=8000))"""
MOVE = """def draw(k):
    figure, axes = plt.subplots(figsize=(4, 3))
    axes.plot([1, 4, 9, 16][:k + 2])
    axes.set(xlim=(0, 3), ylim=(0, 16), title=f"{k + 2} places")
    return figure
figures.show_animation(draw, "A curve that grows over two to four places.", count=3, still=2)"""
PLAIN = tiny.FIND_COURSE + '\nprint(get_ipython().history_manager.hist_file, 6 * 7)'
GOOD = {"words": (PLAIN, MEASURE), "drawn": (tiny.FIND_COURSE, DRAW, SOUND, MOVE)}


def change(number, old, new):
    def apply(made):
        cell = tiny.code(made, number)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)
    return apply


def clear_outputs(made):
    for number in range(2):
        tiny.code(made, number).update(outputs=[], execution_count=None)


def clear_one_output(made):
    tiny.code(made, 0).update(outputs=[])


def tag(name):
    def apply(made):
        tiny.code(made, 0).metadata["tags"] = [name]
        tiny.code(made, 0).outputs[0].text = "something else\n"
    return apply


def drop_alt(made):
    tiny.code(made, 1).outputs[0].metadata.clear()


def print_to_stderr(made):
    tiny.code(made, 0).outputs.append(copy.deepcopy(tiny.code(made, 0).outputs[0]))
    tiny.code(made, 0).outputs[-1].name = "stderr"


def connect(source):
    return change(0, "print(", f"{source}\nprint(")


SHOW_NO_PICTURE = """from IPython.display import display
(lambda alt: (plt.close(), display({"text/plain": f"Figure: {alt}"}, raw=True), None)[2])("""
FROM_PYTHON = "import urllib.request; urllib.request.urlopen('http://192.0.2.1', timeout=5)"
FROM_A_NAME = "import socket; socket.getaddrinfo('pypi.org', 443)"
FROM_A_CHILD = f"""import subprocess
done = subprocess.run([sys.executable, "-c", {FROM_PYTHON!r}], capture_output=True, text=True)
assert done.returncode == 0, done.stderr[-300:]"""
FROM_GIT = """import subprocess
done = subprocess.run(["git", "ls-remote", "https://github.com/python/cpython"],
                      capture_output=True, text=True)
assert done.returncode == 0, done.stderr[-300:]"""
CLOSED = "The network is closed while lessons are tested"

# name of the fault: (good notebook, how it is spoilt, what must fail, words that must be shown)
FAULTS = {
    "outputs_cleared": ("words", clear_outputs, "Cell 0", "stored without having been run"),
    "output_removed": ("words", clear_one_output, "Cell 0", "Unexpected output fields"),
    "text_changed": ("words", change(0, "6 * 7", "6 * 8"), "Cell 0", "Cell outputs differ"),
    "number_wrong": ("words", change(1, "98.0 +", "95.0 +"), "Cell 1", "AssertionError"),
    "no_number": ("words", change(1, "{accuracy:.3f}", "nan"), "Cell 1", "Cell outputs differ"),
    "kernel_dead": ("words", change(0, "print(", "import os; os._exit(1)\nprint("), "Cell 0",
                    "The kernel died while this cell ran"),
    "marker_first": ("words", change(0, "import sys", "# NBVAL_IGNORE_OUTPUT\nimport sys"),
                     "stored form", "marker"),
    "marker_behind_code": ("words", change(0, "6 * 7)", "6 * 7)  # NBVAL_SKIP"), "stored form",
                           "marker"),
    "ignore_tag": ("words", tag("nbval-ignore-output"), "Cell 0", "Cell outputs differ"),
    "skip_tag": ("words", tag("nbval-skip"), "stored form", "its tag 'nbval-skip'"),
    "stderr_stored": ("words", print_to_stderr, "stored form", "stderr is stored"),
    "picture_changed": ("drawn", change(1, "axes.plot([1, 4", "axes.plot([1, 5"), "Cell 1",
                        "the picture has changed: RMS"),
    "picture_words_changed": ("drawn", change(1, "Squares of", "Sqares of"), "Cell 1",
                              "'Squares of four numbers', now 'Sqares of four numbers'"),
    "picture_lost": ("drawn", change(1, "figures.show(figure, ", SHOW_NO_PICTURE), "Cell 1",
                     "has 1 stored pictures, but now makes 0"),
    "picture_empty": ("drawn", change(1, "figures.show(", "figure.clear(); figures.show("),
                      "Cell 1", "the fresh picture is empty"),
    "alt_changed": ("drawn", change(1, "four places", "five places"), "Cell 1",
                    "Cell outputs differ"),
    "alt_missing": ("drawn", drop_alt, "stored form", "alt text has 0 characters"),
    "sound_changed": ("drawn", change(2, "/ 8", "/ 9"), "Cell 2", "the sound has changed"),
    "frame_changed": ("drawn", change(3, "[1, 4, 9, 16]", "[1, 4, 8, 16]"), "Cell 3",
                      "the picture has changed in frame 1 of 4"),
    "frame_words_changed": ("drawn", change(3, "places\")", "place\")"), "Cell 3",
                            "'4 places', now '4 place'"),
    "frame_missing": ("drawn", change(3, "draw, \"A", "lambda k: draw(k + k // 2), \"A"),
                      "Cell 3", "the words in the picture have changed"),
    "still_changed": ("drawn", change(3, ", still=2", ""), "Cell 3", "the words in the picture"),
    "duration_changed": ("drawn", change(3, ", still=2", ", still=2, frame_ms=601"), "Cell 3",
                         "its frames stayed"),
    "network_used": ("words", connect(FROM_PYTHON), "Cell 0", f"{CLOSED}: 192.0.2.1"),
    "name_looked_up": ("words", connect(FROM_A_NAME), "Cell 0", f"{CLOSED}: pypi.org"),
    "network_used_by_a_child": ("words", connect(FROM_A_CHILD), "Cell 0", f"{CLOSED}: 192.0.2.1"),
    "network_used_by_git": ("words", connect(FROM_GIT), "Cell 0", "transport 'https' not allowed"),
}


def run_pytest(folder, *words):
    """Run pytest as the course does; return {notebook: {test: (message, seconds)}}."""
    places = os.pathsep.join([str(lessons.ROOT), str(strict_nbval.TESTS)])
    report = folder / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(lessons.ROOT / "pyproject.toml"),
         "-p", "strict_nbval", f"--junitxml={report}", *words, str(folder)],
        env=os.environ | {"PYTHONPATH": places}, capture_output=True, check=False, timeout=900)
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        message = "\n".join(f.text for f in [*case.iter("failure"), *case.iter("error")])
        found.setdefault(case.get("classname").removeprefix("notebooks."), {})[case.get("name")] = (
            message, float(case.get("time")))
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    good = {name: tiny.stored(folder / f"{name}.ipynb", *sources)
            for name, sources in GOOD.items()}
    for name, (base, spoil, _, _) in FAULTS.items():
        spoilt = copy.deepcopy(good[base])
        spoil(spoilt)
        tiny.write(spoilt, folder / f"{name}.ipynb")
    return run_pytest(folder)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_notebook_passes(results, name):
    tests = results[f"{name}.ipynb"]
    assert set(tests) == {"stored form", *(f"Cell {i}" for i in range(len(GOOD[name])))}
    assert not any(message for message, _ in tests.values())


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.skipif("git" in name and not shutil.which("git"),
                                                reason="git is not installed"))
    for name in FAULTS])
def test_a_spoilt_notebook_fails_and_says_why(results, name):
    _, _, test, words = FAULTS[name]
    message, _ = results[f"{name}.ipynb"][test]
    assert message and words in message


def test_only_what_was_spoilt_fails(results):
    failed = {test for test, (message, _) in results["picture_changed.ipynb"].items() if message}
    assert failed == {"Cell 1"}


def test_a_dead_kernel_is_noticed_at_once_and_the_cells_below_fail_too(results):
    tests = results["kernel_dead.ipynb"]
    assert tests["Cell 0"][1] < 15
    assert "died in an earlier cell" in tests["Cell 1"][0] and tests["Cell 1"][1] < 1


def masked(text):
    (pattern, replacement), = strict_nbval_patterns()
    return re.sub(pattern, replacement, text)


def strict_nbval_patterns():
    content = strict_nbval.SANITISER.read_bytes()
    assert content.isascii()
    return get_sanitize_patterns(content.decode())


@pytest.mark.parametrize("number", ["98.7", "3e-16", "-0.12", "1,234", "1,234,567.8", "+4", "7",
                                    "2.5E+03", " 12.5", "\u22120.5"])
def test_a_number_behind_the_sign_is_masked(number):
    assert masked(f"top \u2248 {number} % of all") == "top <about>% of all"
    assert masked(f"top \u2248 {number}, 5") == "top <about>, 5"


@pytest.mark.parametrize("text", ["98.7", "\u2248 nan", "\u2248 inf", "\u224898.7", "\u2248",
                                  "~ 98.7", "\u2248 \n98.7", "\u2248 about 98.7"])
def test_nothing_else_is_masked(text):
    assert masked(text) == text


def test_numbers_without_the_sign_stay_beside_one_with_it():
    assert masked("\u2248 1.5 of 8, 2e-3 s, \u2248 2 to 3") == "<about>of 8, 2e-3 s, <about>to 3"
    assert masked("\u2248 1,23") == "<about>,23"


def run_closed(code):
    return subprocess.run([sys.executable, "-c", code], env=strict_nbval.closed_environment(),
                          capture_output=True, text=True, check=False, timeout=60)


def test_loopback_stays_open():
    done = run_closed("import socket; server = socket.create_server(('127.0.0.1', 0)); "
                      "socket.create_connection(server.getsockname()); "
                      "print(socket.getaddrinfo('localhost', 80)[0][4][1])")
    assert done.stdout == "80\n", done.stderr


@pytest.mark.parametrize("code", [
    "socket.create_connection(('192.0.2.1', 80))", "socket.gethostbyname('example.org')",
    "socket.socket().connect_ex(('192.0.2.1', 80))",
    "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))"])
def test_every_way_out_is_closed(code):
    done = run_closed(f"import socket; {code}")
    assert done.returncode == 1 and CLOSED in done.stderr.splitlines()[-1], done.stderr
