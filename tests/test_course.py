"""`course.py`: it makes the environment, names what stands in the way, and calls the tools."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

import course
import old_pythons
from tools.notebooks import lessons
from utils import installing

FILES = ("course.py", "utils/__init__.py", "utils/console.py", "utils/installing.py")
# Stands in the place of a tool: tells how it was called.
TOOL = """import json, os, sys
print(json.dumps([sys.argv[1:], sys.flags.utf8_mode, sorted(os.environ), os.getcwd()]))
"""
# pip reads its settings from neither this machine nor its environment.
PIP = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_RETRIES": "1",
       "PIP_NO_INDEX": "0", "no_proxy": "", "NO_PROXY": ""}
posix = pytest.mark.skipif(os.name != "posix", reason="a program written in sh stands for Python")


@pytest.fixture
def house(tmp_path):
    """A course that needs no packages, in a folder whose name has blanks and other letters."""
    folder = tmp_path / "a course, naïve \u8bfe"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(lessons.ROOT / name, folder / name)
    for name in course.REQUIREMENTS:
        (folder / name).write_text("", encoding="utf-8")
    tool(folder, TOOL)
    return folder


def tool(folder, source):
    """Put a tool in the place of `colab`."""
    path = folder / "tools" / "notebooks" / "colab.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


def call(house, *words, python=sys.executable, before=(), **variables):
    """Run course.py of the small course; a variable that is None is left out."""
    kept = {name: value for name, value in (os.environ | PIP | variables).items()
            if value is not None}
    return subprocess.run([*before, python, house / "course.py", *words], cwd=house.parent,
                          env=kept, capture_output=True, encoding="utf-8", errors="replace",
                          check=False, timeout=120)


def sentence(done):
    """Return the one sentence with which a command has ended."""
    line, = done.stderr.splitlines()
    assert done.returncode == 1 and done.stdout == "" and line.endswith("."), done
    return line


def made(house):
    """Give a small course its environment at once: this Python's own, with nothing to install."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", house / ".venv"], check=True)
    (house / ".venv" / "installed-requirements.txt").write_text("", encoding="utf-8")
    return house


def fake_python(folder, body):
    """Return the path of a program that stands for a Python."""
    script = folder / "python3"
    script.write_text(f"#!{shutil.which('sh')}\n{body}\n", encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def answering(folder, rest="exit 1", **changes):
    """Return a Python that reports another machine, and does `rest` for all else."""
    report = json.dumps(installing.machine() | changes)
    return fake_python(folder, f"case \"$2\" in *installing.py) echo '{report}';; "
                               f"*) {rest};; esac")


# --- the command line

@pytest.mark.parametrize(("line", "words"), [
    ("run", []), ("run 2 3", ["2", "3"]), ("run LESSON=03", ["03"]),
    ("run --evidence", ["--evidence"]), ("run 2 --evidence", ["2", "--evidence"]),
    ("run EVIDENCE=1 LESSON=2", ["2", "--evidence"]), ("run EVIDENCE=0", []),
    ("store 4", ["4"]), ("store LESSON=4 EVIDENCE=yes", ["4", "--evidence"]),
    ("slides 3", ["3"]), ("lecture N=4", ["4"]), ("lecture 4", ["4"]),
    ("measure 03", ["--lesson", "03"]), ("measure LESSON=03", ["--lesson", "03"]),
    ("measure --only a b", ["--only", "a", "b"]), ("measure", []),
    ("colab a/b v1", ["a/b", "v1"]), ("colab REPO=a/b VERSION=v1", ["a/b", "v1"]),
    ("colab VERSION=v1", ["", "v1"]), ("colab", []),
    ("grade /x SEED=7 UNSAFE=1 ASSIGNMENT=04_lstm",
     ["/x", "--assignment", "04_lstm", "--seed", "7", "--unsafe"]),
    ("grade SUBMISSIONS=/x --seed 7", ["/x", "--seed", "7"]),
    ("grade SUBMISSIONS=/x TABLE=5", ["/x", "--table", "5"]),
    ("collect FROM=/x DRY=1", ["/x", "--dry-run"]), ("collect /x DRY=0", ["/x"]),
    ("matrix lowest own lessons", ["lowest", "own", "lessons"])])
def test_what_is_said_reaches_the_tool(line, words):
    command, *rest = line.split()
    asked = [os.path.abspath(word) if word == "/x" else word for word in words]
    assert course.tool_words(command, rest) == [*course.COMMANDS[command][0], *asked]


def test_pytest_gets_the_words_behind_test():
    assert course.tool_words("test", ["tests/test_x.py", "-k", "a=b"]) == [
        *course.PYTEST, "tests/test_x.py", "-k", "a=b"]


@pytest.mark.parametrize(("line", "said"), [
    ("run N=3", "run has no option N; it takes LESSON and EVIDENCE."),
    ("lab LESSON=3", "lab has no option LESSON; it takes none."),
    ("grade", "Which folder was handed in? Write for instance python course.py grade SUBMISSIONS="),
    ("collect", "Which download? Write for instance python course.py collect FROM="),
    ("fly", "There is no command fly; there are: run, test, lab,")])
def test_what_cannot_be_asked_is_one_sentence(house, line, said):
    assert sentence(call(house, *line.split())).startswith(said)
    assert not (house / ".venv").exists()


def test_every_tool_is_there_and_help_names_every_command():
    for words, _, _ in course.COMMANDS.values():
        if words and words[0] != "-m":
            assert (lessons.ROOT / words[0]).is_file(), words
    shown = course.usage()
    assert re.findall(r"^  ([a-z]+) ", shown, re.MULTILINE) == list(course.COMMANDS)
    assert max(map(len, shown.splitlines())) <= 100


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("command", course.COMMANDS)
def test_make_calls_the_same(command):
    options = [f"{name}={course.EXAMPLES[name]}" for name in course.COMMANDS[command][1]]
    shown = subprocess.run(["make", "--dry-run", command, *options, "PYTHON=/a b/python3"],
                           cwd=lessons.ROOT, capture_output=True, encoding="utf-8", check=True,
                           env={key: value for key, value in os.environ.items() if key != "SEED"})
    words = shown.stdout.replace("\\\n", " ").replace("'", "").split()
    assert words == ["/a", "b/python3", "course.py", "--python", "/a", "b/python3", command,
                     *[f"{name}={course.EXAMPLES[name]}" for name in course.EXAMPLES
                       if name in course.COMMANDS[command][1]]]


def test_readme_and_ci_give_the_commands_of_course_py():
    script = (lessons.ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "\npython3 course.py test\n" in script
    assert os.name != "posix" or os.access(lessons.ROOT / ".ci" / "run", os.X_OK)
    readme = (lessons.ROOT / "README.md").read_text(encoding="utf-8")
    assert "\npython course.py lab " in readme and "\npython course.py test " in readme


# --- which Python

def test_what_runs_first_is_written_for_python_3_6():
    import ast
    for name in (*FILES, "utils/environment.py"):
        source = (lessons.ROOT / name).read_text(encoding="utf-8")
        ast.parse(source, feature_version=(3, 6))
    with pytest.raises(SyntaxError):
        ast.parse("if (a := 1): pass", feature_version=(3, 6))


@pytest.mark.parametrize("python", old_pythons.PATHS or [None], ids=str)
def test_an_old_python_says_which_ones_are_needed(house, python, tmp_path):
    if python is None:
        pytest.skip("this machine has no older Python")
    version = re.search(r"3\.\d+", python)[0]
    said = sentence(call(house, "colab", python=python, PATH=str(tmp_path)))
    assert said.startswith("This course needs Python 3.11, 3.12 or 3.13, and only Python "
                           f"{version} was found; install one from https://www.python.org")
    shown = call(house, python=python)
    assert (shown.returncode, shown.stderr) == (0, "") and "\n  clean " in shown.stdout


@posix
@pytest.mark.parametrize("python", old_pythons.PATHS[:1] or [None], ids=str)
def test_an_old_python_finds_a_better_one(house, python, tmp_path):
    if python is None:
        pytest.skip("this machine has no older Python")
    (tmp_path / "python3").symlink_to(sys.executable)
    done = call(house, "colab", python=python, PATH=str(tmp_path))
    assert done.returncode == 0 and "Installing the packages into .venv with Python 3.1" in (
        done.stdout), done.stderr


@posix
@pytest.mark.parametrize("body", ["exit 1", "echo 1.2", None])
def test_a_python_that_is_named_must_fit(house, tmp_path, body):
    named = fake_python(tmp_path, body) if body else str(tmp_path / "no-python")
    if body == "echo 1.2":
        named = answering(tmp_path, version=[3, 10])
    assert f"and {named} is not one of them; install one" in sentence(
        call(house, "--python", named, "colab"))
    assert not (house / ".venv").exists()


@posix
def test_a_python_without_venv_is_one_sentence(house, tmp_path):
    said = sentence(call(house, "--python", answering(tmp_path, version=[3, 12]), "colab"))
    assert "has no venv module" in said and "sudo apt install python3.12-venv" in said


@posix
@pytest.mark.parametrize(("changes", "said"), [
    ({"platform": "macosx-13.0-universal2", "machine": "x86_64"}, "Macs with an Intel processor"),
    ({"platform": "win-arm64"}, "Windows on ARM"), ({"bits": 32}, "32-bit"),
    ({"musl": True}, "musl"), ({"platform": "linux-ppc64le", "machine": "ppc64le"}, "ppc64le"),
    ({"free_threaded": True}, "free-threaded"),
    ({"version": [3, 14]}, "needs Python 3.11, 3.12 or 3.13, and")])
def test_a_machine_without_tensorflow_is_told_before_anything_is_made(
        house, tmp_path, changes, said):
    named = answering(tmp_path, f"touch '{tmp_path}/started'", **changes)
    assert said in sentence(call(house, "--python", named, "colab"))
    assert not (house / ".venv").exists() and not (tmp_path / "started").exists()


@pytest.mark.parametrize("changes", [
    {}, {"platform": "win-amd64", "machine": "AMD64"},
    {"platform": "macosx-13.0-universal2", "machine": "arm64"},
    {"platform": "linux-aarch64", "machine": "aarch64"}])
def test_machines_with_tensorflow_have_no_problem(changes):
    usual = {"version": [3, 12], "platform": "linux-x86_64", "machine": "x86_64", "bits": 64,
             "musl": False, "free_threaded": False}
    assert installing.machine_problem(usual | changes) is None
    assert installing.machine_problem(installing.machine()) is None
    assert installing.python_problem(sys.version_info) is None
    assert "TensorFlow has no package yet" in installing.python_problem((3, 14, 1))
    assert "yet" not in installing.python_problem((3, 10))


def test_on_windows_its_own_launcher_is_asked(monkeypatch):
    monkeypatch.setattr(course, "WINDOWS", True)
    assert course.candidates(None) == [[sys.executable], ["py", "-3.13"], ["py", "-3.12"],
                                       ["py", "-3.11"], ["python"]]
    assert course.environment_python("x") == os.path.join("x", "Scripts", "python.exe")


# --- the environment

def test_packages_are_installed_once_and_again_when_the_list_changes(house):
    first = call(house, "colab")
    assert first.returncode == 0 and "Installing the packages into .venv with Python" in (
        first.stdout), first.stderr
    again = call(house, "colab", "a/b")
    words, utf8, _, where = json.loads(again.stdout)
    assert (words, utf8, os.path.realpath(where)) == (["a/b"], 1, os.path.realpath(house))
    (house / "requirements.txt").write_text("--no-such-option\n", encoding="utf-8")
    for _ in range(2):                       # what was broken off is begun again
        done = call(house, "colab")
        assert done.returncode == 1 and done.stdout.startswith("Bringing the packages in .venv up")
        assert done.stderr.splitlines()[-1].startswith("The packages could not be installed: ")
        assert "no-such-option" in done.stderr.splitlines()[-1]
    (house / "requirements.txt").write_text("", encoding="utf-8")
    os.remove(course.environment_python(house / ".venv"))
    assert "Installing" in call(house, "colab").stdout


def test_nothing_to_do_is_known_in_a_moment(house):
    made(house)
    tool(house, "")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        assert call(house, "colab").returncode == 0
        took.append(time.perf_counter() - began)
    assert min(took) < 1


def test_what_would_lead_pip_astray_does_not_reach_it(house):
    variables = dict.fromkeys(course.DROPPED, "1") | {"PYTHONPATH": None, "PYTHONHOME": None}
    _, _, names, _ = json.loads(call(made(house), "colab", **variables).stdout)
    assert not set(names) & set(course.DROPPED) and "PYTHONUTF8" in names


def test_the_dead_network_of_pip_is_named(house):
    (house / "requirements.txt").write_text("no-such-package\n", encoding="utf-8")
    call(house, "colab", PIP_NO_INDEX="1")
    for variables, said in (
            ({"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}, "connect to a network"),
            ({"PIP_INDEX_URL": "https://example.org/", "https_proxy": "http://127.0.0.1:9"},
             "the proxy that this machine names"),
            ({"PIP_NO_INDEX": "1"}, "the package index has no no-such-package that fits")):
        last = call(house, "colab", **variables).stderr.splitlines()[-1]
        assert said in last and ("connect to a network" in last) == (said[0] == "c"), last


@pytest.mark.parametrize(("said", "cause"), [
    ("/x/bin/python: No module named pip\n", "this Python has no pip"),
    ("error: externally-managed-environment\n\n× This environment is externally managed", "system"),
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
     "the disk is full"),
    ("OSError: [WinError 112] There is not enough space on the disk", "the disk is full"),
    ("WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by "
     "'ProxyError('Cannot connect to proxy.', NewConnectionError('Connection refused'))': /simple\n"
     "ERROR: No matching distribution found for tensorflow", "the proxy that this machine names"),
    ("WARNING: Retrying after connection broken by 'NewConnectionError(<x>: Failed to establish a "
     "new connection: [Errno -3] Temporary failure in name resolution')': /simple/tensorflow/\n"
     "ERROR: No matching distribution found for tensorflow", "could not be reached"),
    ("Could not fetch URL https://pypi.org: There was a problem confirming the ssl certificate: "
     "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
    ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/usr/x'",
     "cannot be written"),
    ("ERROR: [Errno 30] Read-only file system: '/x'", "cannot be written"),
    ("ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: "
     "'C:\\x'\nHINT: This error might have occurred since this system does not have Windows Long "
     "Path support enabled.", "no path over 260 characters"),
    ("PermissionError: [WinError 32] The process cannot access the file because it is being used "
     "by another process", "close JupyterLab"),
    ("MemoryError", "too little memory"),
    ("ERROR: ResolutionImpossible: for help visit", "ask for other versions"),
    ("ERROR: Could not find a version that satisfies the requirement tensorflow (from versions: "
     "none)\nERROR: No matching distribution found for tensorflow<2.22,>=2.20",
     "has no tensorflow<2.22,>=2.20 that fits this Python"),
    ("warning\nERROR: Something new.\n", "pip says: Something new"), ("", "without a word")])
def test_the_cause_of_a_failed_installation_is_the_true_one(said, cause):
    reason = installing.reason(said)
    assert cause in reason and "\n" not in reason and not reason.endswith(".")
    assert ("connect to a network" in reason) == (cause == "could not be reached")


@posix
def test_a_link_is_never_emptied(house, tmp_path):
    target = tmp_path / "mine"
    target.mkdir()
    (target / "pyvenv.cfg").write_text("mine", encoding="utf-8")
    (house / ".venv").symlink_to(target)
    said = sentence(call(house, "colab"))
    assert f"is a link to {target}, where no Python runs" in said and "remove the link" in said
    assert [path.name for path in target.iterdir()] == ["pyvenv.cfg"]
    assert call(house, "clean").returncode == 0
    assert not (house / ".venv").exists() and (target / "pyvenv.cfg").exists()


@posix
def test_a_link_to_an_environment_that_fits_is_used(house, tmp_path):
    made(house)
    shutil.move(house / ".venv", tmp_path / "elsewhere")
    (house / ".venv").symlink_to(tmp_path / "elsewhere")
    done = call(house, "colab")
    assert (done.returncode, done.stderr) == (0, "") and (house / ".venv").is_symlink()


def test_what_is_no_environment_is_left_alone(house):
    (house / ".venv").mkdir()
    (house / ".venv" / "thesis.txt").write_text("all of it", encoding="utf-8")
    assert "is in the way: it is no environment of Python; rename it" in sentence(
        call(house, "colab"))
    assert (house / ".venv" / "thesis.txt").exists()


def test_clean_removes_what_was_made(house):
    made(house)
    call(house, "colab")
    assert (house / "build").is_dir()
    done = call(house, "clean")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (house / "build").exists() and not (house / ".venv").exists()
    assert call(house, "clean").returncode == 0


def test_a_folder_that_cannot_be_written_is_one_sentence(house):
    made(house)
    before = ()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if not shutil.which("bwrap"):
            pytest.skip("the superuser may write everywhere, and bubblewrap is not installed")
        before = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", house, house]
    house.chmod(0o555)
    try:
        said = sentence(call(house, "colab", before=before))
    finally:
        house.chmod(0o755)
    assert said.startswith(f"The folder {house} cannot be written (")
    assert "copy the course to a folder of your own" in said


@pytest.mark.parametrize("page", ["cp1252", "ascii"])
def test_no_code_page_breaks_what_is_said(house, page):
    (house / ".venv").write_text("", encoding="utf-8")
    strict = {"PYTHONIOENCODING": f"{page}:strict", "PYTHONUTF8": "0"}
    done = call(house, "colab", **strict)
    assert done.returncode == 1 and "is in the way" in done.stderr
    assert "Traceback" not in done.stderr and "course, na" in done.stderr
    for package in ("tools", "coursework"):
        code = f"import {package}; print('\u2248 done, \u8bfe')"
        done = subprocess.run([sys.executable, "-c", code], cwd=lessons.ROOT, check=False,
                              env=os.environ | strict, capture_output=True)
        assert (done.returncode, done.stdout.split()) == (0, [b"?", b"done,", b"?"]), done.stderr


def test_every_tool_loads_what_makes_its_output_safe():
    for words, _, _ in course.COMMANDS.values():
        if words and words[0] != "-m":
            code = (lessons.ROOT / words[0]).read_text(encoding="utf-8")
            assert re.search(r"^(import|from) (tools|coursework)\b", code, re.MULTILINE), words


# --- a tool while it runs

@pytest.mark.parametrize(("source", "status", "said"), [
    ("raise SystemExit(3)", 3, ""),
    ("import os; os.kill(os.getpid(), 9)", 137, "most often because the memory ran out")])
@posix
def test_the_end_of_a_tool_is_told(house, source, status, said):
    tool(made(house), source)
    done = call(house, "colab")
    assert done.returncode == status and said in done.stderr and bool(said) == bool(done.stderr)


SLOW = """import sys, time
try:
    print("started", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    print("Stopped.", flush=True)
    sys.exit(130)
"""


@posix
@pytest.mark.parametrize(("sent", "status", "said"), [
    (signal.SIGINT, 130, "Stopped.\n"), (signal.SIGTERM, 143, "")])
def test_a_tool_answers_an_interruption_itself(house, sent, status, said):
    tool(made(house), SLOW)
    # A shell's background job ignores interruptions, and its children would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen([sys.executable, house / "course.py", "colab"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.stdout.readline() == "started\n"
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    shown, complained = process.communicate(timeout=30)
    assert (process.returncode, shown, complained) == (status, said, "")
