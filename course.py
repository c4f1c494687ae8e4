"""Everything the course can do: `python course.py run`, `test`, `lab` and the other commands.

The packages are kept in .venv beside this file; a command that needs them installs what is missing
first. This file may be started by a Python that is too old for the course, and has to say so or
find a better one: standard library only, in the syntax and with the calls of Python 3.6.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from utils import console, installing

ROOT = os.path.dirname(os.path.abspath(__file__))
WINDOWS = os.name == "nt"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")

# What would lead pip or a child astray, or make every kernel compile all modules again.
DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PIP_NO_COMPILE", "PIP_TARGET",
           "PIP_PREFIX", "PIP_USER")
FLAGS = ("--evidence", "--unsafe", "--dry-run")
PLACES = ("SUBMISSIONS", "FROM", "CLASS")
OFF = ("", "0", "no", "off", "false")

# Files are tested in their order: by default the longest would come last and leave a core idle.
PYTEST = ("-m", "pytest", "-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")
JUPYTER = ("-m", "jupyterlab", "--ServerApp.root_dir=.",
           "--LabApp.default_url=/lab/tree/notebooks/01_rnn_types.ipynb")

# name: (what Python is given, {option: the word that the tool wants before its value}, what it
# does). Values without such a word stand alone, in their order.
COMMANDS = {
    "run": (("tools/notebooks/run_lessons.py",), {"LESSON": "", "EVIDENCE": "--evidence"},
            "execute the lessons, write pages to build/html, show the verdicts"),
    "test": (PYTEST, {}, "run every test; other words go to pytest"),
    "lab": (JUPYTER, {}, "open the lessons in JupyterLab"),
    "slides": (("tools/publish/slides.py",), {"LESSON": ""},
               "make a deck of slides from each lesson, in build/slides"),
    "site": (("tools/publish/website.py",), {}, "make the web site of the course in build/site"),
    "lecture": (("tools/publish/lecture.py",), {"N": ""},
                "open a deck in the browser, and its lesson in JupyterLab"),
    "store": (("tools/notebooks/store_lesson.py",), {"LESSON": "", "EVIDENCE": "--evidence"},
              "run lessons and store their outputs in the notebooks"),
    "verdicts": (("tools/publish/tables.py",), {}, "write the tables of the stored notebooks"),
    "measure": (("tools/measure/measure.py",), {"LESSON": "--lesson"},
                "run with five seeds and fill data/measurements.csv"),
    "bench": (("tools/measure/bench.py",), {},
              "measure our code against Keras, gensim and nbgrader; half an hour"),
    "colab": (("tools/notebooks/colab.py",), {"REPO": "", "VERSION": ""},
              "write the address of your copy (owner/name, branch or tag) everywhere"),
    "release": (("coursework/grader/release.py",), {},
                "make the bundle that students get in build/release"),
    "collect": (("coursework/term/collect.py",),
                {"FROM": "", "CLASS": "--class", "DRY": "--dry-run"},
                "find out whose each file of a platform's download is"),
    "grade": (("coursework/grader/grade.py",),
              {"SUBMISSIONS": "", "ASSIGNMENT": "--assignment", "SEED": "--seed",
               "UNSAFE": "--unsafe", "CLASS": "--class", "TABLE": "--table"},
              "mark what students handed in; tables and pages in class"),
    "gradebook": (("coursework/term/platforms.py",),
                  {"FROM": "", "ASSIGNMENT": "--assignment", "CLASS": "--class"},
                  "fill the gradebook that Canvas or Moodle exported"),
    "report": (("coursework/term/report.py",), {"CLASS": "--class"},
               "show what the class gets wrong, and who is alike"),
    "matrix": (("tools/notebooks/matrix.py",), {},
               "run the tests on Python 3.11 to 3.13, lowest and newest packages"),
    "clean": (None, {}, "remove .venv and build"),
    "help": (None, {}, "show this"),
}
EXAMPLES = {"LESSON": "04", "N": "04", "EVIDENCE": "1", "REPO": "owner/name", "VERSION": "tag",
            "SUBMISSIONS": "folder", "ASSIGNMENT": "04_lstm", "SEED": "7", "UNSAFE": "1",
            "FROM": "download", "CLASS": "folder", "DRY": "1", "TABLE": "5"}


class CommandError(Exception):
    """Something stands in the way; the message is one sentence that says what to do."""


def usage():
    """Return the list of commands as text."""
    lines = ["python course.py COMMAND, or make COMMAND; each sets up what it needs.", ""]
    for name, (_, options, does) in COMMANDS.items():
        lines.append(f"  {name:10}{does}")
        if options:
            lines.append(" " * 14 + " ".join(f"{name}={EXAMPLES[name]}" for name in options))
    lines += ["", "python course.py --python /path/to/python3 COMMAND chooses the Python of .venv",
              "(make COMMAND PYTHON=/path/to/python3)."]
    return "\n".join(lines)


def tool_words(command, words):
    """Return what Python is given for a command.

    Args:
        command: one of COMMANDS with a tool.
        words: the rest of the command line: `NAME=value` for an option of the command, plain words
            for its options in their order; from the first word that begins with "-" on, the rest
            goes to the tool as it stands.

    Raises:
        CommandError: an option that the command does not have.
    """
    tool, options, _ = COMMANDS[command]
    given, plain, rest = {}, [], []
    for word in words:
        name, sign, value = word.partition("=")
        if sign and name in EXAMPLES:
            if name not in options:
                raise CommandError(f"{command} has no option {name}; it takes "
                                   f"{' and '.join(options) or 'none'}.")
            given[name] = value
        elif rest or word.startswith("-"):
            rest.append(word)
        else:
            plain.append(word)
    for name, before in options.items():
        if plain and name not in given and before not in FLAGS:
            given[name] = " ".join(plain) if name == "LESSON" else plain[0]
            plain = [] if name == "LESSON" else plain[1:]
    for name in PLACES:
        if given.get(name):
            given[name] = os.path.abspath(given[name])
    collected = os.path.join(given.get("CLASS") or os.path.join(ROOT, "class"), "book.db")
    if "SUBMISSIONS" in options and not given.get("SUBMISSIONS") and not os.path.isfile(collected):
        raise CommandError("Which folder was handed in? Write for instance python course.py grade "
                           "SUBMISSIONS=folder, or collect a download first: python course.py "
                           "collect FROM=folder-or-zip.")
    if command == "gradebook" and not given.get("FROM"):
        raise CommandError("Which gradebook? Write for instance python course.py gradebook "
                           "FROM=export.csv, with what Canvas or Moodle exported.")
    if "FROM" in options and not given.get("FROM"):
        raise CommandError("Which download? Write for instance python course.py collect "
                           "FROM=folder-or-zip.")
    return list(tool) + option_words(options, given) + plain + rest


def option_words(options, given):
    """Return the values of a command's options as the words that its tool takes."""
    alone, named = [], []
    for name, before in options.items():
        value = given.get(name, "")
        if before in FLAGS:
            named += [] if value.lower() in OFF else [before]
        elif before:
            named += [before, value] if value else []
        else:
            alone += value.split() if name == "LESSON" else [value]
    while alone and not alone[-1]:
        alone.pop()
    return alone + named


def environment_python(folder):
    """Return the path of the Python in an environment."""
    return os.path.join(folder, *(("Scripts", "python.exe") if WINDOWS else ("bin", "python")))


def output_of(words):
    """Return what a program writes to standard output, or None if it cannot run or fails."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL)
    except OSError:
        return None
    return None if done.returncode else done.stdout.decode("utf-8", "replace")


def runs(python):
    """Tell whether this is a Python that runs and fits the course."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    said = (output_of([python, "-c", code]) or "").split()
    return len(said) == 2 and installing.python_problem(tuple(map(int, said))) is None


def candidates(named):
    """Return the Pythons to try, each as the words that start it.

    Args:
        named: path that the reader has given, or None.
    """
    if named:
        return [[named]]
    versions = [f"3.{minor}" for minor in (13, 12, 11)]
    if WINDOWS:
        return [[sys.executable], *(["py", "-" + version] for version in versions), ["python"]]
    return [[sys.executable], ["python3"], *(["python" + version] for version in versions),
            ["python"]]


def choose_python(named=None):
    """Return the words that start a Python which .venv can be made with.

    Args:
        named: path that the reader has given, or None.

    Raises:
        CommandError: there is none; the message says what to install.
    """
    problems, seen = [], []
    for words in candidates(named):
        said = output_of([*words, "-I", os.path.join(ROOT, "utils", "installing.py")])
        if said is None:
            continue
        found = json.loads(said)
        seen.append(f"{found['version'][0]}.{found['version'][1]}")
        if installing.python_problem(found["version"]):
            continue
        problem = installing.machine_problem(found)
        if not problem and output_of([*words, "-c", "import ensurepip, venv"]) is None:
            problem = (f"{' '.join(words)} has no venv module, which this course needs; install it "
                       f"(on Debian and Ubuntu: sudo apt install python{seen[-1]}-venv) and give "
                       "this command again.")
        if not problem:
            return words
        problems.append(problem)
    if problems:
        raise CommandError(problems[0])
    looked = "none was found"
    if named:
        looked = f"{named} is not one of them"
    elif seen:
        looked = f"only Python {' and '.join(dict.fromkeys(seen))} was found"
    raise CommandError(
        f"This course needs {installing.WANTED}, and {looked}; install one from "
        "https://www.python.org/downloads, or name it: python course.py --python /path/to/python3 "
        "run.")


def check_writable():
    """Raise CommandError if the course's folder cannot be written."""
    build = os.path.join(ROOT, "build")
    try:
        if not os.path.isdir(build):
            os.mkdir(build)
        tempfile.TemporaryFile(dir=build).close()
    except OSError as error:
        raise CommandError(f"The folder {ROOT} cannot be written ({error.strerror}); copy the "
                           "course to a folder of your own and work there.") from None


def is_link(folder):
    """Tell whether a path is a link, or a junction as Windows has them."""
    folder = os.path.join(os.path.realpath(os.path.dirname(folder)), os.path.basename(folder))
    return os.path.realpath(folder) != folder


def check_replaceable(folder):
    """Raise CommandError if an environment may not be made anew in this folder.

    A link leads to somebody else's folder, and one without pyvenv.cfg is no environment: to empty
    either could destroy what is not ours.
    """
    if is_link(folder):
        raise CommandError(f"{folder} is a link to {os.path.realpath(folder)}, where no Python "
                           "runs that fits this course; nothing was changed there: remove the link "
                           "and give this command again.")
    holds_files = os.path.isfile(folder) or any(names for _, _, names in os.walk(folder))
    if holds_files and not os.path.isfile(os.path.join(folder, "pyvenv.cfg")):
        raise CommandError(f"{folder} is in the way: it is no environment of Python; rename it and "
                           "give this command again.")


def child_environment():
    """Return the variables that every tool gets: UTF-8 everywhere, whatever the code page."""
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
    kept["PYTHONUTF8"] = "1"
    return kept


def wanted_packages():
    """Return the text of both requirements files."""
    texts = []
    for name in REQUIREMENTS:
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            texts.append(file.read())
    return "".join(texts)


def recorded_packages(record):
    """Return what was installed last, or None."""
    try:
        with open(record, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def install(python):
    """Install what both requirements files ask for; what pip writes is shown as it comes.

    Args:
        python: of the environment.

    Raises:
        CommandError: pip failed; the message says why.
    """
    words = [python, "-m", "pip", "install", "--compile", "--disable-pip-version-check"]
    words += [] if sys.stdout.isatty() else ["--quiet"]
    for name in REQUIREMENTS:
        words += ["-r", name]
    pip = subprocess.Popen(words, cwd=ROOT, env=child_environment(), stderr=subprocess.PIPE)
    said = []
    try:
        for line in pip.stderr:
            said.append(line.decode("utf-8", "replace"))
            sys.stderr.write(said[-1])
            sys.stderr.flush()
    finally:
        status = pip.wait()
    if status:
        raise CommandError("The packages could not be installed: "
                           f"{installing.reason(''.join(said))}; then give this command again.")


def prepare(named=None):
    """Return the Python of .venv with everything installed; known in a moment if nothing is to do.

    Args:
        named: path of the Python that .venv is to be made with, or None.

    Raises:
        CommandError: something stands in the way.
    """
    folder = os.path.join(ROOT, ".venv")
    python, record = environment_python(folder), os.path.join(folder, "installed-requirements.txt")
    wanted, fits = wanted_packages(), runs(python)
    if fits and recorded_packages(record) == wanted:
        return python
    if fits and output_of([python, "-m", "pip", "--version"]) is not None:
        print("Bringing the packages in .venv up to date.", flush=True)
    else:
        check_replaceable(folder)
        words = choose_python(named)
        version = output_of([*words, "--version"]).strip()
        print(f"Installing the packages into .venv with {version}: about 4 GB, a few minutes.",
              flush=True)
        made = subprocess.run([*words, "-m", "venv", "--clear", folder], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=child_environment())
        if made.returncode:
            reason = installing.reason(made.stdout.decode("utf-8", "replace"))
            raise CommandError(f"{folder} could not be made: {reason}; then give this command "
                               "again.")
    if os.path.exists(record):
        os.remove(record)
    install(python)
    with open(record, "w", encoding="utf-8") as file:
        file.write(wanted)
    return python


def start(words):
    """Run a tool and return its exit status; Ctrl-C and SIGTERM are the tool's to answer.

    Args:
        words: the command line.
    """
    tool = subprocess.Popen(words, cwd=ROOT, env=child_environment())
    before = signal.signal(signal.SIGTERM, lambda *_: tool.terminate())
    try:
        while True:
            try:
                status = tool.wait()
                break
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
    if status == -9:
        print("The command was killed by the system, most often because the memory ran out: close "
              "other programs, or use a machine with more memory.", file=sys.stderr)
    return status if status >= 0 else 128 - status


def clean():
    """Remove .venv and build; of a link only the link."""
    for name in (".venv", "build"):
        path = os.path.join(ROOT, name)
        if os.path.isdir(path) and not is_link(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            # A junction of Windows is removed as a folder is.
            (os.remove if os.path.islink(path) or os.path.isfile(path) else os.rmdir)(path)


def main(words):
    """Do what the command line asks for; return the exit status."""
    console.show_anything()
    named = None
    if words[:1] == ["--python"]:
        named, words = (words[1] if len(words) > 1 else None), words[2:]
    command = words[0] if words else "help"
    if command in ("help", "-h", "--help"):
        print(usage())
        return 0
    try:
        if command not in COMMANDS:
            raise CommandError(f"There is no command {command}; there are: "
                               f"{', '.join(COMMANDS)}.")
        if command == "clean":
            clean()
            return 0
        tool = tool_words(command, words[1:])
        check_writable()
        return start([prepare(named), *tool])
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'The system refused'}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the same command goes on where it was.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
