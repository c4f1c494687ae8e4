"""The grader: right answers in any clothes, cheats, faults, interruptions, the gradebook."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time

import nbformat
import pytest

import submissions
from coursework.grader import (
    exercises,
    feedback,
    grade,
    locked,
    marking,
    notebooks,
    sandbox,
    seccomp,
)
from submissions import FULL, code, returning, save, solved, stripped, unsolved, with_answer
from submissions import with_first as first
from utils import wire


def marked(notebook, folder, seconds=4.0, name="anna.ipynb"):
    """Return {exercise: row} of one submission."""
    path = save(notebook, folder / name)
    rows = marking.mark(path, "anna", seed=7, seconds=seconds)
    return {row.exercise: row for row in rows}


def points(rows):
    """Return the sum of the points given by the grader."""
    return sum(row.points for row in rows.values() if isinstance(row.points, int))


# --- right answers in other clothes ---------------------------------------------------------------

def rewritten(replace):
    """Return a solved notebook in which each answer's source went through a function."""
    notebook = solved()
    for cell in submissions.answer_cells(notebook).values():
        cell.source = replace(cell.source)
    return notebook


def wrapped(conversion):
    """Return a solved notebook whose functions pass their results through a conversion."""
    notebook = solved()
    for exercise in submissions.CODED:
        cell = submissions.answer_cells(notebook)[exercise.name]
        name = exercise.function
        cell.source += (f"\n\noriginal_{name} = {name}\n\n\ndef {name}(*args):\n"
                        f"    result = original_{name}(*args)\n    return {conversion}")
    return notebook


def colab():
    """Return a solved notebook as Colab saves it."""
    notebook = solved()
    notebook.metadata["colab"] = {"provenance": [], "gpuType": "T4"}
    notebook.metadata["accelerator"] = "GPU"
    for n, cell in enumerate(notebook.cells):
        cell.metadata["id"] = f"aB{n}"
        cell.metadata["colab"] = {"base_uri": "https://localhost:8080/", "height": 35}
        cell.metadata["outputId"] = f"o{n}"
        cell.pop("id", None)
    notebook.nbformat_minor = 0
    return notebook


def duplicated():
    """Return a solved notebook in which the first answer and its check stand twice."""
    notebook = solved()
    cells = [submissions.answer_cells(notebook)["4-1"], submissions.check_cells(notebook)[0]]
    notebook.cells += [nbformat.from_dict(json.loads(json.dumps(cell))) for cell in cells]
    return notebook


def noisy():
    """Return a solved notebook with scratch cells, some of which fail."""
    notebook = solved()
    for place, source in ((1, "1 / 0"), (5, "x = what_is_left"), (8, "raise SystemExit"),
                          (9, "this is no Python"), (12, "import matplotlib.pyplot as plt\n"
                              "plt.plot([1, 2])\nplt.show()"), (0, "input('your name? ')")):
        notebook.cells.insert(place, code(source))
    return notebook


IN_CLOTHES = {
    "as it is": solved,
    "float32": lambda: wrapped("tuple(r.astype('float32') for r in result) if isinstance(result, "
                               "tuple) else result if isinstance(result, int) else "
                               "result.astype('float32')"),
    "lists": lambda: wrapped("[np.asarray(r).tolist() for r in result] if isinstance(result, tuple)"
                             " else result if isinstance(result, int) else result.tolist()"),
    "NumPy numbers": lambda: wrapped("np.int64(result) if isinstance(result, int) else result"),
    "loops": lambda: with_answer(
        "def what_is_left(forget_gates):\n    rows = []\n    for t in range(len(forget_gates)):\n"
        "        row = []\n        for unit in range(len(forget_gates[0])):\n            p = 1.0\n"
        "            for s in range(t + 1, len(forget_gates)):\n"
        "                p = p * float(forget_gates[s][unit])\n            row.append(p)\n"
        "        rows.append(row)\n    return rows"),
    "warnings": lambda: first("import sys, warnings\nwarnings.warn('old')\n"
                              "print('x' * 5000, file=sys.stderr)\nprint('y' * 5000)"),
    "magics": lambda: rewritten(lambda source: f"%%time\n{source}"),
    "line magics": lambda: rewritten(
        lambda source: f"%matplotlib inline\n!echo hello\n{source}\n%timeit 1 + 1\n?np"),
    "scratch cells": noisy,
    "no metadata": lambda: stripped(solved()),
    "a duplicated cell": duplicated,
    "Colab": colab,
    "Windows line ends": lambda: rewritten(lambda source: source.replace("\n", "\r\n")),
    "a byte order mark": lambda: b"\xef\xbb\xbf" + json.dumps(solved()).encode(),
    "UTF-8 names": lambda: first("größe = 3\nπ = 3.14"),
    "classes and lambdas": lambda: with_answer(
        "class Left:\n    def __call__(self, forget_gates):\n"
        "        after = np.cumprod(forget_gates[::-1], axis=0)[::-1]\n"
        "        return np.concatenate([after[1:], np.ones_like(after[:1])])\n\n\n"
        "what_is_left = Left()"),
    "indented by tabs": lambda: rewritten(lambda source: source.replace("    ", "\t")),
    "source as lists of lines": lambda: json.dumps(
        {**solved(), "cells": [{**cell, "source": cell["source"].splitlines(keepends=True)}
                               for cell in solved()["cells"]]}),
    "Keras": lambda: with_answer(
        "import keras\n\n\ndef to_onnx(kernel):\n"
        "    i, f, g, o = keras.ops.split(keras.ops.convert_to_tensor(kernel), 4, axis=1)\n"
        "    return keras.ops.transpose(keras.ops.concatenate([i, o, f, g], axis=1))", "4-3"),
}


@submissions.in_sandbox
@pytest.mark.parametrize("clothes", IN_CLOTHES)
def test_right_answers_in_any_clothes_have_all_points(clothes, tmp_path):
    rows = marked(IN_CLOTHES[clothes](), tmp_path, seconds=40,
                  name="My homework (1) final.ipynb" if clothes == "as it is" else "anna.ipynb")
    assert points(rows) == FULL, rows
    assert {row.status for row in rows.values()} == {"ok"}
    assert len(rows) == len(exercises.load(submissions.ASSIGNMENT))


def cpu_seconds():
    """Return the CPU seconds of this process and of those that it started."""
    import resource
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@submissions.in_sandbox
@pytest.mark.parametrize("assignment", exercises.available())
def test_a_solved_assignment_has_all_points_at_the_price_promised(assignment, tmp_path):
    """At most 2 CPU seconds for a NumPy submission, 20 for one with Keras."""
    coded = exercises.coded(assignment)
    path = save(solved(assignment), tmp_path / "anna.ipynb")
    locked.signs(assignment)                       # read once for a whole class
    before = cpu_seconds()
    rows = marking.mark(path, "anna", seed=2, seconds=20)
    assert cpu_seconds() - before < (20 if any(one.keras for one in coded) else 2)
    assert [row.status for row in rows] == ["ok"] * len(exercises.load(assignment)), rows
    assert sum(row.points for row in rows if row.points != "") == sum(one.points for one in coded)


@submissions.in_sandbox
def test_an_old_notebook_of_format_3_is_marked(tmp_path):
    old = nbformat.convert(nbformat.from_dict(json.loads(json.dumps(solved()))), 3)
    rows = marked(json.dumps(old), tmp_path)
    assert points(rows) == FULL


# --- cheats ---------------------------------------------------------------------------------------

ALWAYS_EQUAL = """
class Same:
    shape = (2, 3)
    dtype = np.dtype('float64')
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __len__(self): return 2
    def __iter__(self): return iter([self, self])
    def __array__(self, *a, **k): return np.zeros((2, 3))
    def __sub__(self, other): return 0
    def __float__(self): return 0.0
"""
FORGE = """
import os, json, fcntl
def forge(*lines):
    for fd in range(3, 64):
        try:
            for line in lines:
                os.write(fd, (json.dumps(line) + '\\n').encode())
        except OSError:
            pass
NAMES = ['4-1', '4-2', '4-3', '4-4', '4-5']
"""
OUTSIDE = "{outside}"

CHEATS = {
    "patched libraries": {
        "allclose": returning("0", "np.allclose = np.isclose = lambda *a, **k: True"),
        "assert_allclose": returning("0", "np.testing.assert_allclose = lambda *a, **k: None"),
        "asarray": returning("0", "keep = np.asarray\nnp.asarray = lambda *a, **k: keep(1.0)"),
        "abs and max": returning("0", "np.abs = lambda *a, **k: keep\nkeep = np.zeros(1)"),
        "the check": returning("0", "checks.check = lambda *a: print('6 of 6 probes agree.')"),
        "the module of checks": returning("0", "import sys\nsys.modules['utils.checks'] = None"),
        "json": returning("0", "import json\njson.dumps = lambda *a, **k: '{\"points\": 15}'"),
        "wire.pack": returning("0", "import wire\nwire.pack = lambda *a: {'points': 15}"),
        "builtins": returning("0", "import builtins\nbuiltins.isinstance = lambda *a: True\n"
                                   "builtins.callable = lambda *a: True"),
    },
    "fake types": {
        "equal to everything": returning("Same()", ALWAYS_EQUAL),
        "a tuple of such": returning("(Same(), Same(), Same(), Same())", ALWAYS_EQUAL),
        "an array that is always equal": returning(
            "np.zeros((2, 3)).view(Sly)",
            "class Sly(np.ndarray):\n    __eq__ = lambda s, o: np.ones(s.shape, bool)\n"
            "    __sub__ = __rsub__ = lambda s, o: np.zeros(s.shape)"),
        "all masked": returning("np.ma.masked_all((2, 3))"),
        "not a number": returning("np.full((2, 3), np.nan)"),
        "infinite": returning("np.inf"),
        "object array": returning("np.array([Same()] * 4, object)", ALWAYS_EQUAL),
        "a float that is any float": returning(
            "Any(1)", "class Any(float):\n    __eq__ = lambda s, o: True\n    __hash__ = None"),
        "a generator of guesses": returning("(n for n in range(10 ** 9))"),
        "a pickle bomb": returning(
            "Bomb()", "class Bomb:\n    def __reduce__(self):\n"
            "        return (open, ('{outside}', 'w'))"),
    },
    "edited checks": {
        "deleted": "deleted", "edited": "edited", "more points": "more points",
        "own test cell": "own test cell", "points in an answer": "points in an answer",
        "ids exchanged": "ids exchanged",
    },
    "IPython hooks": {
        "events": returning("0", "get_ipython().events.register('post_run_cell', lambda *a: None)"),
        "transformers": returning("0", "get_ipython().ast_transformers.append(lambda n: n)"),
        "shell": returning("0", "get_ipython().run_cell_magic('bash', '', 'touch {outside}')"),
        "system": returning("0", "!touch {outside}"),
        "names": returning("0", "get_ipython().user_ns['points'] = 15\npoints = 15"),
        "magic": returning("0", "%%writefile {outside}\ncheated"),
    },
    "reading secrets": {
        "hidden module": returning("hidden()", "def hidden():\n    import importlib\n    return "
                                   "importlib.import_module('coursework.hidden.a04_lstm')"),
        "its file": returning("open('{root}/coursework/hidden/a04_lstm.py').read()"),
        "walk": returning("found", "import os\nfound = [os.path.join(d, n) for d, _, ns in "
                          "os.walk('/') for n in ns if 'a04' in n or 'grades' in n]"),
        "frames": returning("look()", "import sys\ndef look():\n    f = sys._getframe()\n"
                            "    while f:\n        for k, v in f.f_locals.items():\n"
                            "            if k in ('expected', 'answer', 'reference'):\n"
                            "                return v\n        f = f.f_back"),
        "garbage": returning("grab()", "import gc\ndef grab():\n    return [o for o in "
                             "gc.get_objects() if isinstance(o, dict) and 'expected' in o]"),
        "the job": returning("data", "import json\njob = json.load(open('/job/job.json'))\n"
                             "data = str(job.get('expected'))"),
        "environment": returning("text", "import os\ntext = str(dict(os.environ)) + "
                                 "open('/proc/1/environ', errors='ignore').read()"),
        "network": returning("page", "import urllib.request\npage = urllib.request.urlopen("
                             "'http://127.0.0.1:8888', timeout=2).read()"),
    },
    "forged results": {
        "points": returning("0", FORGE + "forge({'points': 15, 'status': 'ok'})"),
        "agreement": returning("0", FORGE + "forge(*({'case': [n, k], 'value': True} "
                               "for n in NAMES for k in range(9)))"),
        "an early end": returning("0", FORGE + "forge({'step': ['end']})\nos._exit(0)"),
        "a problem of None": returning("0", FORGE + "forge(*({'case': [n, 0], 'problem': None} "
                                       "for n in NAMES))"),
        "rows of others": returning("0", FORGE + "forge({'student': 'bob', 'points': 0})"),
        "an array of objects": returning("0", FORGE + "forge(*({'case': [n, k], 'value': {'array': "
                                         "'gASVAAAA', 'dtype': '|O', 'shape': [1]}} "
                                         "for n in NAMES for k in range(9)))"),
        "code as a value": returning("0", FORGE + "forge(*({'case': [n, k], 'value': {'float': "
                                     "'__import__(\"os\").system(\"touch {outside}\")'}} "
                                     "for n in NAMES for k in range(9)))"),
    },
    "escape": {
        "a child": returning("0", "import subprocess\nsubprocess.run(['touch', '{outside}'])"),
        "fork": returning("0", "import os\nos.fork()"),
        "fork in C": returning("0", "import ctypes\nctypes.CDLL(None).fork()"),
        "write outside": returning("0", "open('{outside}', 'w').write('here')"),
        "write to the library": returning("0", "open(np.__file__, 'a').write('import os')"),
        "write to the job": returning("0", "open('/job/job.json', 'w').write('[]')"),
        "kill all": returning("0", "import os, signal\nos.kill(-1, signal.SIGKILL)"),
        "kill the first": returning("0", "import os, signal\nos.kill(1, signal.SIGKILL)"),
        "new namespaces": returning("0", "import ctypes\nctypes.CDLL(None).unshare(0x10000000)"),
        "mount": returning("0", "import ctypes\nctypes.CDLL(None).mount(b'/', b'/tmp', None, "
                           "4096, None)"),
        "parent's memory": returning("open('/proc/1/mem', 'rb').read(10)"),
        "a link out": returning("0", "import os\nos.symlink('{outside}', '/tmp/home/x')\n"
                                "open('/tmp/home/x', 'w').write('here')"),
        "limits raised": returning("0", "import resource\nresource.setrlimit("
                                   "resource.RLIMIT_AS, (2 ** 60, 2 ** 60))"),
    },
}


def edit(what):
    """Return an unsolved notebook whose check cells were changed for gain."""
    notebook = unsolved()
    checks_, answers = submissions.check_cells(notebook), submissions.answer_cells(notebook)
    if what == "deleted":
        notebook.cells = [cell for cell in notebook.cells if cell not in checks_]
    elif what == "edited":
        for cell in checks_:
            cell.source = "print('6 of 6 probes agree.')"
    elif what == "more points":
        for cell in checks_:
            cell.metadata.nbgrader.points = 1000
            cell.source += "  "
            cell.source = cell.source.replace("checks.check", "checks.check ")
    elif what == "own test cell":
        mine = code("assert True")
        mine.metadata["nbgrader"] = {**checks_[0].metadata.nbgrader, "points": 100}
        notebook.cells = [cell for cell in notebook.cells if cell not in checks_] + [mine]
    elif what == "points in an answer":
        for name, cell in answers.items():
            cell.metadata.nbgrader.update(grade=True, points=50, grade_id=name)
        checks_[0].source = "pass"
    else:
        ids = [cell.metadata.nbgrader.grade_id for cell in checks_]
        for cell, name in zip(checks_, ids[::-1], strict=True):
            cell.metadata.nbgrader.grade_id = name
        checks_[0].source = "checks.check(\"4-1\", print)"
    return notebook


@submissions.in_sandbox
@pytest.mark.parametrize(("kind", "cheat"), [(kind, cheat) for kind in CHEATS
                                             for cheat in CHEATS[kind]])
def test_no_cheat_gains_a_point(kind, cheat, tmp_path):
    outside = tmp_path / "outside"
    notebook = edit(cheat) if kind == "edited checks" else CHEATS[kind][cheat]
    text = json.dumps(notebook).replace("{outside}", str(outside)) \
        .replace("{root}", str(exercises.ROOT))
    rows = marked(text, tmp_path)
    assert points(rows) == 0, rows
    assert not outside.exists()
    if kind == "edited checks":
        assert "tampered" in {row.status for row in rows.values()} or any(
            "edited or deleted" in row.note for row in rows.values())


def test_there_are_enough_cheats():
    assert len(CHEATS) == 7
    assert sum(map(len, CHEATS.values())) >= 40


@submissions.in_sandbox
def test_a_right_answer_with_an_edited_check_keeps_its_points_and_is_flagged(tmp_path):
    notebook = solved()
    submissions.check_cells(notebook)[0].source = "print('agree')"
    rows = marked(notebook, tmp_path)
    assert points(rows) == FULL
    assert rows["4-1"].status == "tampered"
    assert rows["4-2"].status == "ok"


# --- faults ---------------------------------------------------------------------------------------

def in_function(body):
    """Return a solved notebook whose first function has another body."""
    return with_answer("def what_is_left(forget_gates):\n" +
                       "".join(f"    {line}\n" for line in body.splitlines()))


def after_function(source):
    """Return a solved notebook whose first answer cell goes on with other code."""
    return with_answer("def what_is_left(forget_gates):\n    return forget_gates\n\n\n" + source)


EITHER = "stopped timeout died"
# what: (content, status of exercise 4-1 or several; None: the file is unreadable as a whole)
FAULTS = {
    "broken JSON": ('{"cells": [', None),
    "empty": ("", None),
    "white space": ("  \n\n", None),
    "random bytes": (bytes(range(256)) * 9, None),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", None),
    "a list": ("[1, 2, 3]", None),
    "a number": ("42", None),
    "a huge number": ("1" * 10_000, None),
    "deep JSON": ("[" * 100_000 + "]" * 100_000, None),
    "no cells": ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', None),
    "cells as text": ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": "abc"}', None),
    "another notebook": (json.dumps(nbformat.v4.new_notebook(cells=[code("1 + 1")])), None),
    "Latin-1": ("é".encode("latin-1") * 50, None),
    "a script": ("def what_is_left(x):\n    return x\n", None),
    "100 MB": ("sparse", None),
    "a link": ("link", None),
    "a pipe": ("pipe", None),
    "endless loop": (in_function("while True: pass"), "timeout"),
    "endless loop below a function": (after_function("while True: pass"), "not yet right"),
    "endless loop above a function": (with_answer(
        "while True: pass\ndef what_is_left(forget_gates):\n    return 1"), "timeout"),
    "swallows interrupts": (in_function(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        "timeout"),
    "sleeps": (in_function("import time\ntime.sleep(10 ** 6)"), "timeout"),
    "ignores signals": (in_function(
        "import signal\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\nwhile True: pass"),
        "timeout"),
    "segfault": (in_function("import ctypes\nctypes.string_at(0)"), "died"),
    "segfault in a cell": (after_function("import ctypes\nctypes.string_at(0)"), "died"),
    "os._exit": (in_function("import os\nos._exit(0)"), "died"),
    "abort": (in_function("import os\nos.abort()"), "died"),
    "kills itself": (in_function("import os\nos.kill(os.getpid(), 9)"), "died"),
    "sys.exit": (in_function("import sys\nsys.exit(0)"), "stopped"),
    "recursion": (in_function("return what_is_left(forget_gates)"), "stopped"),
    "recursion without limit": (in_function(       # memory or time runs out first, or the stack
        "import sys\nsys.setrecursionlimit(10 ** 9)\nf = lambda: f()\nreturn f()"),
        EITHER),
    "memory": (in_function("return [np.empty(10 ** 8) for _ in range(10 ** 4)]"), "stopped"),
    "memory of its process": (in_function("return bytearray(10 ** 12)"), "stopped"),
    "fork bomb": (in_function("import os\nwhile True: os.fork()"), "stopped"),
    "output flood": (in_function("while True: print('x' * 10 ** 6)"), "timeout"),
    "report flood": (in_function(
        "import os\nwhile True:\n    for fd in range(3, 9):\n        try: os.write(fd, b'{}\\n' * "
        "10 ** 5)\n        except OSError: pass"), "died"),
    "disk full": (in_function(
        "k = 0\nwhile True:\n    open(f'/tmp/{k}', 'wb').write(b'x' * 10 ** 7)\n    k += 1"),
        "stopped"),
    "stdin": (in_function("return input()"), "stopped"),
    "closes everything": (in_function("import os\nos.closerange(0, 999)"), "died"),
    "a syntax error": (with_answer("def what_is_left(forget_gates:\n    return 1"), "stopped"),
    "no function": (with_answer("# nothing yet"), "missing"),
    "a number for a function": (with_answer("what_is_left = 3"), "missing"),
    "too few arguments": (with_answer("def what_is_left():\n    return 1"), "stopped"),
    "a huge result": (in_function("return np.zeros(10 ** 7)"), "stopped"),
    "builtins gone": (in_function(
        "import builtins\nbuiltins.len = builtins.range = None\nreturn 1"), "not yet right"),
}


CAUSES = {
    "a syntax error": ("def what_is_left(g:\n    return 1", "line 1, `def what_is_left(g:`"),
    "a wrong indent": ("def what_is_left(g):\n    a = 1\n      return a", "line 3, `return a`"),
    "a merge marker": ("def what_is_left(g):\n<<<<<<< HEAD\n    return 1\n=======\n    return 2",
                       "merge marker of git in line 2, `<<<<<<< HEAD`"),
    "Google Drive": ("from google.colab import drive\ndef what_is_left(g):\n    return 1",
                     "asks for Google Drive in line 1"),
    "input": ("def what_is_left(g):\n    n = input('n? ')\n    return n", "waits in line 2"),
    "input in a cell": ("n = input()\ndef what_is_left(g):\n    return n",
                        "waits in line 1, `n = input()`"),
    "an import": ("import torch\n\ndef what_is_left(g):\n    return 1",
                  "imports in line 1, `import torch`"),
    "an error under a magic": ("%%time\nx = 1 / 0\ndef what_is_left(g):\n    return 1",
                               "line 2, `x = 1 / 0`, with ZeroDivisionError"),
    "a name misspelt": ("def what_is_lefts(g):\n    return 1", "is what_is_lefts meant?"),
    "an error in a function": ("def what_is_left(g):\n    return g.sums()",
                               "line 2, `return g.sums()`, with AttributeError"),
}


@submissions.in_sandbox
@pytest.mark.parametrize("what", CAUSES)
def test_why_there_is_nothing_is_said_with_the_line(what, tmp_path):
    source, said = CAUSES[what]
    row = marked(with_answer(source), tmp_path)["4-1"]
    assert row.status == ("missing" if "misspelt" in what else "stopped")
    assert said in row.note
    assert marking.Row(**vars(row)).note == row.note


@submissions.in_sandbox
def test_a_name_that_is_missing_leads_to_the_cell_that_should_have_made_it(tmp_path):
    notebook = with_answer("def what_is_left(g):\n    return helper(g)")
    notebook.cells.insert(3, code("import torch\ndef helper(g):\n    return g"))
    note = marked(notebook, tmp_path)["4-1"].note
    assert "because the cell that makes helper imports in line 1, `import torch`" in note


@submissions.in_sandbox
def test_slow_cells_cost_only_what_depends_on_them(tmp_path):
    notebook = solved()
    for _ in range(8):
        notebook.cells.insert(3, code("while True: pass"))
    notebook.cells.insert(3, code("while True: pass\nneeded = 1"))
    submissions.answer_cells(notebook)["4-1"].source = (
        "def what_is_left(g):\n    return needed")
    rows = marked(notebook, tmp_path, seconds=0.5)
    assert points(rows) == FULL - 2
    assert "because the cell that makes needed took too long" in rows["4-1"].note


@submissions.in_sandbox
def test_a_call_that_was_slow_once_is_tried_again(tmp_path):
    notebook = with_answer("tries = []\n\ndef what_is_left(g):\n    tries.append(1)\n"
                           "    while len(tries) == 1: pass\n"
                           "    after = np.cumprod(g[::-1], axis=0)[::-1]\n"
                           "    return np.concatenate([after[1:], np.ones_like(after[:1])])")
    assert points(marked(notebook, tmp_path, seconds=0.5)) == FULL


@submissions.in_sandbox
def test_what_sleeps_is_stopped_and_what_is_slow_by_others_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "IDLE", 0.5)
    source = "import time\n\ndef what_is_left(g):\n    for _ in range({}):\n" \
             "        time.sleep(0.1)\n        sum(range(10 ** 6))\n    return 0"
    assert marked(with_answer(source.format(12)), tmp_path)["4-1"].status == "not yet right"
    sleeps = "import time\n\ndef what_is_left(g):\n    time.sleep(10 ** 6)"
    assert marked(with_answer(sleeps), tmp_path, seconds=0.5)["4-1"].status == "timeout"


@submissions.in_sandbox
def test_steps_without_end_hold_up_nobody_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "START", 3)
    monkeypatch.setattr(sandbox, "WHOLE", 4)
    runs, run = [], sandbox.run
    monkeypatch.setattr(sandbox, "run", lambda *args: runs.append(1) or run(*args))
    notebook = solved()
    notebook.cells.insert(3, code(f"{FORGE}\nimport time\nwhile True:\n"
                                  "    forge({'step': ['cell', 0]})\n    time.sleep(0.1)"))
    began = time.monotonic()
    rows = marked(notebook, tmp_path, seconds=0.5)
    assert {rows[one.name].status for one in submissions.CODED} == {"timeout"}
    assert len(runs) == 1 and time.monotonic() - began < 20


@submissions.in_sandbox
def test_the_set_up_cell_gives_keras(tmp_path):
    notebook = with_answer("given = keras, figures\n\ndef what_is_left(g):\n    return 1")
    assert marked(notebook, tmp_path)["4-1"].status == "not yet right"


@pytest.mark.parametrize(("change", "found"), [
    (lambda text: f"{text}\n# I think so", []), (lambda text: f"{text}  \n\n", []),
    (lambda text: text.replace('"', "'"), []),
    (lambda text: f"def mine():\n    return 1\n\n{text}", []),
    (lambda text: f"# {text}", ["4-1"]), (lambda text: text.replace("4-1", "4-2"), ["4-1"])])
def test_only_another_check_is_an_edited_check(change, found):
    notebook = solved()
    cell = submissions.check_cells(notebook)[0]
    cell.source = change(cell.source)
    submission = notebooks.parse(json.dumps(notebook).encode())
    assert locked.edited(submission, submissions.ASSIGNMENT) == found


@pytest.mark.parametrize("path", [*(exercises.ROOT / "notebooks").rglob("0*.ipynb")],
                         ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_lesson_is_called_a_lesson(path):
    row, = marking.mark(path, "anna", seed=1)
    assert row.status == "lesson" and path.stem in row.note


def lay(content, path):
    """Write one faulty submission."""
    if content == "sparse":
        with open(path, "wb") as file:
            file.truncate(100 * 2**20)
    elif content == "link":
        path.symlink_to("/etc/passwd")
    elif content == "pipe":
        os.mkfifo(path)
    else:
        save(content, path)


def lines_of(table, students):
    """Return the lines of a grades.csv that belong to some students, as bytes."""
    return [line for line in table.read_bytes().splitlines(keepends=True)
            if line.split(b",")[0].decode() in students]


@submissions.in_sandbox
def test_every_fault_has_its_status_and_touches_nobody_else(tmp_path):
    """One run over a class with every fault in it; the same class without them beside it."""
    assert len(FAULTS) >= 30
    good = {"ada": solved(), "ben": unsolved(), "cem": stripped(solved())}
    for folder in ("alone", "together"):
        for student, notebook in good.items():
            save(notebook, tmp_path / folder / f"{student}.ipynb")
    for number, (content, _) in enumerate(FAULTS.values()):
        lay(content, tmp_path / "together" / f"fault{number}.ipynb")
    quiet = {"seed": 5, "seconds": 1.5, "say": lambda line: None}
    grade.grade(tmp_path / "alone", tmp_path / "out1", **quiet)
    rows = grade.grade(tmp_path / "together", tmp_path / "out2", **quiet)
    assert lines_of(tmp_path / "out1/grades.csv", good) \
        == lines_of(tmp_path / "out2/grades.csv", good)
    assert len(lines_of(tmp_path / "out1/grades.csv", good)) == 3 * 7
    found = {}
    for row in rows:
        found.setdefault(row.student, []).append(row)
    wrong = {}
    for number, (what, (_, status)) in enumerate(FAULTS.items()):
        own = found[f"fault{number}"]
        first_row = next((row for row in own if row.exercise == "4-1"), own[0])
        others = [row for row in own if row.exercise not in ("4-1", "4-6", "4-7", "")]
        allowed = [status or "unreadable"] if status != EITHER else EITHER.split()
        if first_row.status not in allowed or first_row.points not in (0, ""):
            wrong[what] = first_row
        elif status and what not in ("builtins gone",) and sum(row.points for row in others) \
                != FULL - 2:
            wrong[what] = others
        elif not first_row.note:
            wrong[what] = "no note"
    assert not wrong, wrong
    assert {row.status for row in rows} <= set(marking.STATUSES)
    pages = {page.stem for page in (tmp_path / "out2/feedback").glob("*/*.html")}
    assert pages == set(found)


# --- interruptions --------------------------------------------------------------------------------

@submissions.in_sandbox
def test_a_run_killed_again_and_again_ends_with_the_same_table(tmp_path):
    """20 times kill -9 at random moments, then to the end."""
    for number in range(10):
        save(solved() if number % 3 else unsolved(), tmp_path / "class" / f"s{number}.ipynb")
    save("{", tmp_path / "class" / "broken.ipynb")
    command = [sys.executable, str(exercises.ROOT / "coursework/grader/grade.py"),
               str(tmp_path / "class"), "--seed", "11", "--class"]
    straight = tmp_path / "straight"
    subprocess.run([*command, str(straight)], check=True, capture_output=True)
    rng, killed = random.Random(0), 0
    while killed < 20:
        process = subprocess.Popen([*command, str(tmp_path / "torn")], start_new_session=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.05, 2.0))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        else:
            for file in list((tmp_path / "torn/state").glob("*.json"))[:4]:
                file.unlink()                      # so that there is work left to interrupt
        process.wait()
    subprocess.run([*command, str(tmp_path / "torn")], check=True, capture_output=True)
    assert (tmp_path / "torn/grades.csv").read_bytes() == (straight / "grades.csv").read_bytes()


# --- what is written ------------------------------------------------------------------------------

@submissions.in_sandbox
def test_the_gradebook_and_nbgraders_export_have_the_points(tmp_path):
    save(solved(), tmp_path / "class" / "anna" / "04" / "lstm.ipynb")
    save(unsolved(), tmp_path / "class" / "ben.ipynb")
    for _ in range(2):                             # a second run changes nothing
        grade.grade(tmp_path / "class", tmp_path / "out", seed=1, say=lambda line: None)
    from nbgrader.api import Gradebook
    course = tmp_path / "out" / "course"
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", course_id="rnn-course") as book:
        submission = book.find_submission("04_lstm", "anna")
        assert submission.score == FULL
        assert submission.max_score == FULL + 4
        assert submission.needs_manual_grade
        assert book.find_submission("04_lstm", "ben").score == 0
        grade_cell = book.find_grade("4-7", "assignment_04_lstm", "04_lstm", "anna")
        grade_cell.manual_score = 3
        grade_cell.needs_manual_grade = False
        book.db.commit()
    grade.grade(None, tmp_path / "out", seed=1, say=lambda line: None)
    done = subprocess.run([sys.executable, "-m", "nbgrader", "export", "--to", "all.csv"],
                          cwd=course, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    exported = {line["student_id"]: line for line in
                csv.DictReader(io.StringIO((course / "all.csv").read_text(encoding="utf-8")))}
    assert float(exported["anna"]["score"]) == FULL + 3
    assert float(exported["ben"]["score"]) == 0
    shown = nbformat.read(course / "autograded/anna/04_lstm/assignment_04_lstm.ipynb", 4)
    assert "forget gate" in "".join(cell.source for cell in shown.cells
                                    if cell.metadata.nbgrader.grade_id == "4-7")


def test_feedback_shows_no_answer_and_no_script():
    row = marking.Row("<b>eve</b>", "04_lstm", "4-1", 0, 2, "ok", "<script>alert(1)</script>")
    page = feedback.page([row])
    assert "<script" not in page
    assert "&lt;b&gt;eve" in page


def test_a_name_like_a_formula_is_no_formula_in_the_table():
    row = marking.Row("=HYPERLINK(1)", "04_lstm", "4-1", 0, 2, "ok", "+1")
    line = next(csv.DictReader(io.StringIO(grade.table([row]))))
    assert line["student"] == "'=HYPERLINK(1)"
    assert line["note"] == "'+1"


def test_without_bubblewrap_there_is_a_sentence_and_no_run(tmp_path, monkeypatch):
    save(solved(), tmp_path / "class" / "anna.ipynb")
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    with pytest.raises(sandbox.SandboxError, match="install it .* or set UNSAFE=1"):
        grade.grade(tmp_path / "class", tmp_path / "out", seed=1)
    assert not (tmp_path / "out").exists()
    rows = grade.grade(tmp_path / "class", tmp_path / "out", seed=1, unsafe=True,
                       say=lambda line: None)
    assert sum(row.points for row in rows if isinstance(row.points, int)) == FULL


def test_the_filter_is_a_whole_program():
    for machine in seccomp.MACHINES:
        assert len(seccomp.program(machine)) % 8 == 0
    with pytest.raises(KeyError):
        seccomp.program("pdp11")


@pytest.mark.parametrize("value", [
    None, True, 3, -2.5, float("nan"), float("inf"), "text", [1, [2.0, "a"]], (1, (2,)),
    {"a": 1, 2: [3]}])
def test_plain_data_survives_the_wire(value):
    back = wire.unpack(json.loads(json.dumps(wire.pack(value))))
    assert repr(back) == repr(value)


@pytest.mark.parametrize("data", [
    {"float": "import os"}, {"array": "AAAA", "dtype": "|O", "shape": [1]}, {"what": 1}, {},
    {"array": "AAAA", "dtype": "<f8", "shape": [9]}, 1.5, {"list": [[[]]]},
    {"array": "AAAA", "dtype": "<f8", "shape": [10 ** 12]}])
def test_the_wire_refuses_everything_else(data):
    with pytest.raises(wire.WireError):
        wire.unpack(data)


def test_the_wire_refuses_depth():
    deep = 1
    for _ in range(20):
        deep = [deep]
    with pytest.raises(wire.WireError, match="deeply"):
        wire.pack(deep)


SAID = "The forget gate multiplies, so *most* of it is lost."


def words(change):
    """Return an unsolved notebook in which somebody answered exercise 4-7 in a way of their own."""
    notebook = unsolved()
    place = next(n for n, cell in enumerate(notebook.cells)
                 if cell.metadata.nbgrader.grade_id == "4-7")
    change(notebook.cells, place)
    return notebook


def at_end(cells, place):
    cells.append(nbformat.v4.new_markdown_cell(f"**Exercise 4-7.** {SAID}"))
    cells.insert(place + 1, cells.pop(1))          # a cell of ours between question and answer


def as_code(cells, place):
    cells[place].cell_type = "code"
    cells[place].source = SAID


def as_raw(cells, place):
    cells[place] = nbformat.v4.new_raw_cell(SAID)


PLACES = {
    "its own cell": lambda cells, n: cells[n].update(source=SAID),
    "below the line to replace": lambda cells, n: cells[n].update(
        source=f"{locked.NO_ANSWER}\n\n{SAID}"),
    "a new cell behind": lambda cells, n: cells.insert(n + 1, nbformat.v4.new_markdown_cell(SAID)),
    "a new cell before": lambda cells, n: cells.insert(n, nbformat.v4.new_markdown_cell(SAID)),
    "a new cell, its own deleted": lambda cells, n: cells.__setitem__(
        n, nbformat.v4.new_markdown_cell(SAID)),
    "merged with the question": lambda cells, n: (
        cells[n - 1].update(source=f"{cells[n - 1].source}\n\n{cells[n].source}\n{SAID}"),
        cells.pop(n)),
    "inside the question": lambda cells, n: cells[n - 1].update(
        source=cells[n - 1].source.replace("\n\n", f"\n\n{SAID}\n\n", 1)),
    "a code cell": as_code,
    "a raw cell": as_raw,
    "at the end under its number": at_end,
}


@pytest.mark.parametrize("metadata", ["as it is", "without metadata"])
@pytest.mark.parametrize("place", PLACES)
def test_an_answer_in_words_is_found_wherever_it_was_written(place, metadata):
    notebook = words(PLACES[place])
    if metadata != "as it is":
        notebook = stripped(notebook)
        if place == "inside the question":
            return                                 # nothing tells it from another text any more
    submission = notebooks.parse(json.dumps(notebook).encode())
    said = locked.answer(submission, "04_lstm", "4-7")
    assert SAID in said and locked.NO_ANSWER not in said
    assert "A colleague says" not in said
    assert locked.answer(submission, "04_lstm", "4-6") == ""


@pytest.mark.parametrize("assignment", exercises.available())
def test_no_answer_is_found_where_there_is_none(assignment):
    for notebook in (unsolved(assignment), stripped(unsolved(assignment))):
        submission = notebooks.parse(json.dumps(notebook).encode())
        for question in locked.questions(assignment):
            assert locked.answer(submission, assignment, question) == ""


def test_answers_in_words_are_found_without_metadata():
    words = notebooks.Submission([(cell.cell_type, cell.source, "") for cell in solved().cells])
    assert "one millionth" in locked.answer(words, "04_lstm", "4-6")
    blank = notebooks.Submission([(cell.cell_type, cell.source, "") for cell in unsolved().cells])
    assert locked.answer(blank, "04_lstm", "4-6") == ""


@pytest.mark.parametrize("cheat", ["a child", "write outside", "a link out"])
def test_the_escapes_would_work_without_the_walls(cheat, tmp_path):
    """So the tests above test the sandbox, and not a cheat that fails by itself."""
    outside = tmp_path / "outside"
    text = json.dumps(CHEATS["escape"][cheat]).replace("{outside}", str(outside)) \
        .replace("/tmp/home/x", str(tmp_path / "link"))
    path = save(text, tmp_path / "anna.ipynb")
    marking.mark(path, "anna", seed=7, unsafe=True)
    assert outside.exists()


@submissions.in_sandbox
@pytest.mark.parametrize(("old", "new", "said"), [
    ("g = np.tanh(a[:, size:2 * size])", "g = a[:, size:2 * size]",
     "It looks as if the tanh of the candidate is missing"),
    ("o * np.tanh(new_c)", "o * new_c", "It looks as if the tanh in h' = o tanh(c') is missing"),
    ("g = np.tanh(", "g = sigmoid(", "It looks as if the candidate has a sigmoid")])
def test_a_forgotten_tanh_is_named(old, new, said, tmp_path):
    notebook = solved()
    cell = submissions.answer_cells(notebook)["4-2"]
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    row = marked(notebook, tmp_path)["4-2"]
    assert (row.status, row.points) == ("not yet right", 0)
    assert said in row.note
