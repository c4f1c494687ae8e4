"""Make a lesson repeatable: packages, seeds, a quiet TensorFlow, one figure style.

Only what Python 3.6 has is imported at the top, so that this module loads in a kernel that is too
old, or where the course's packages are still missing, and can say, or do, what is needed.
"""

import contextlib
import importlib
import importlib.util
import logging
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from utils import installing

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED_PYTHON = installing.SUPPORTED_PYTHON
# A notebook that runs has these in some form; installing them beside it may break Colab's own.
NOT_FOR_A_LESSON = ("jupyter", "nbval")
PINNED_IN_COLAB = ("numpy", "scipy", "tensorflow", "keras")
# What Keras can train with; each is a package of the same name.
BACKENDS = ("tensorflow", "jax", "torch")


class CourseError(Exception):
    """Something outside the reader's code is wrong; the message is one sentence that helps.

    Jupyter shows the sentence alone, without a traceback: the reader can do nothing with the
    lines of our helpers.
    """

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


def required_packages():
    """Return the lines of requirements.txt as {package name: requirement}."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return {re.split(r"[<>=!~ ]", line, maxsplit=1)[0]: line for line in wanted}


def version(name):
    """Return the installed version of a package, or None."""
    from importlib import metadata
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def missing_packages():
    """Return the requirements of a lesson of which no version at all is installed."""
    return [requirement for name, requirement in required_packages().items()
            if name not in NOT_FOR_A_LESSON and version(name) is None]


def install_missing():
    """Install what is missing and leave everything that is already there as it is.

    Raises:
        CourseError: pip failed; the message says why.
    """
    missing = missing_packages()
    if not missing:
        return
    problem = installing.machine_problem(installing.machine())
    if problem and version("tensorflow") is None:
        raise CourseError(problem)
    print(f"Installing {len(missing)} packages: {', '.join(missing)}")
    pins = [f"{name}=={version(name)}" for name in PINNED_IN_COLAB if version(name)]
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(pins), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "-c", str(constraints)]
        done = subprocess.run(command + missing, capture_output=True, check=False,
                              encoding="utf-8", errors="replace")
    if done.returncode:
        raise CourseError(
            f"The packages {', '.join(missing)} are missing and could not be installed: "
            f"{installing.reason(done.stderr + done.stdout)}; then run this cell again, or try "
            f"'{Path(sys.executable).name} -m pip install -r {ROOT / 'requirements.txt'}'.")
    importlib.invalidate_caches()


def untested_packages():
    """Return a clause for each installed package whose version the course is not tested with."""
    from packaging.requirements import Requirement
    found = []
    for name, line in required_packages().items():
        here, tested = version(name), Requirement(line).specifier
        if name not in NOT_FOR_A_LESSON and here and not tested.contains(here, prereleases=True):
            found.append(f"{name} {here} (tested: {str(tested).replace(',', ' and ')})")
    return found


def modules_beside(folder):
    """Return what the folder has under the name of our helpers, as paths; the course's own not.

    Args:
        folder: of the notebook.
    """
    if folder.resolve() == ROOT:
        return []
    return [path for path in (folder / "utils.py", folder / "utils") if path.exists()]


@contextlib.contextmanager
def quiet_stderr():
    """Send file descriptor 2 to the null device while the block runs.

    TensorFlow writes its start-up lines from C++, so replacing `sys.stderr` does not stop them.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def choose_backend():
    """Return the name of Keras's backend: what KERAS_BACKEND names, otherwise TensorFlow.

    Raises:
        CourseError: the variable names something that Keras does not have, or that is not
            installed.
    """
    name = os.environ["KERAS_BACKEND"] = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if name not in BACKENDS:
        raise CourseError(
            f"KERAS_BACKEND is {name!r}, with which Keras cannot train; set it to tensorflow, jax "
            "or torch, or remove it, and start the kernel again.")
    if importlib.util.find_spec(name) is None:
        raise CourseError(
            f"KERAS_BACKEND names {name}, which is not installed; install it with "
            f"'{Path(sys.executable).name} -m pip install {name}', or remove the variable, and "
            "start the kernel again.")
    return name


def load_keras():
    """Import Keras without its start-up messages and return the module.

    Raises:
        CourseError: the backend is not there, or one of its libraries cannot be loaded.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    backend = choose_backend()
    try:
        with quiet_stderr():
            import keras
            keras.ops.convert_to_tensor(0.0)
            # Loads TensorFlow under every backend, for its seed.
            keras.utils.set_random_seed(0)
    except ImportError as error:
        if re.search("failed to map segment|allocate memory", str(error)):
            raise CourseError("Keras could not be loaded, because this machine has too little "
                              "memory; close other programs and start the kernel again.") from None
        reason = str(error).strip().splitlines()[-1]
        raise CourseError(
            f"Keras and {backend} are installed but cannot be loaded ({reason}); install them "
            f"again with '{Path(sys.executable).name} -m pip install --force-reinstall keras "
            f"{backend}' (on Windows they need Microsoft's Visual C++ Redistributable).") from None
    # Several small models that predict in turn are traced anew; no reader can do anything about it.
    logging.getLogger("tensorflow").addFilter(
        lambda record: "function retracing" not in record.getMessage())
    return keras


def other_processors(keras):
    """Return the kinds of processors beside the CPU that Keras computes on, such as ["gpu"]."""
    if keras.config.backend() == "torch":
        import torch
        return ["gpu"] if torch.cuda.is_available() or torch.backends.mps.is_available() else []
    kinds = {device.partition(":")[0] for device in keras.distribution.list_devices()}
    return sorted(kinds - {"cpu"})


def use_float32(keras):
    """Compute in float32 as the lessons were tested, whatever the reader's keras.json says."""
    if keras.config.floatx() == "float32":
        return
    print(f"Keras's own settings on this machine (keras.json) ask for {keras.config.floatx()}; "
          "this lesson computes in float32, as it was tested.")
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def repeat_exactly(keras):
    """Make TensorFlow give the same numbers in every run; say so where that cannot be had.

    Some operations have no deterministic form on a GPU and would raise there.
    """
    found = other_processors(keras)
    if found:
        print(f"Keras computes on a {' and a '.join(found).upper()} here: numbers will differ a "
              "little from those that are stored, and from run to run.")
    elif keras.config.backend() == "tensorflow":
        import tensorflow as tf
        tf.config.experimental.enable_op_determinism()


def seed_everything(seed):
    """Seed Python, NumPy and Keras; return a NumPy generator with the same seed.

    Args:
        seed: whole number from 0 to 2**32 - 1.

    Raises:
        InputError: anything else.
    """
    import numpy as np

    from utils import validate
    validate.whole_number("seed", seed, minimum=0, maximum=2**32 - 1)
    random.seed(seed)
    np.random.seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)
    return np.random.default_rng(seed)


def set_up(seed=0):
    """Prepare a lesson: check Python and packages, load Keras quietly, seed, style.

    What is missing is installed. A version that the course is not tested with, a `utils` of the
    reader's own beside the notebook, and settings that change numbers are named.

    Args:
        seed: seed for Python, NumPy and Keras.

    Returns:
        The imported `keras` module, seeded; with TensorFlow on a CPU every run gives the same
        numbers.

    Raises:
        CourseError: the Python version is not supported, packages cannot be installed, or Keras's
            backend is not there.
    """
    problem = installing.python_problem(sys.version_info)
    if problem:
        raise CourseError(f"{problem[0].upper()}{problem[1:]}. Choose another kernel, or install "
                          "one of these versions from https://www.python.org/downloads.")
    install_missing()
    for path in modules_beside(Path.cwd()):
        print(f"Beside this notebook stands {path.name}; in a lesson, utils is the course's.")
    untested = untested_packages()
    if untested:
        print(f"This machine has {', '.join(untested)}; if a cell fails or prints other numbers, "
              f"run '{Path(sys.executable).name} -m pip install -r {ROOT / 'requirements.txt'}' "
              "and start the kernel again.")
    keras = load_keras()
    use_float32(keras)
    seed_everything(seed)
    repeat_exactly(keras)
    from utils import figures
    figures.use_style()
    return keras


class Stopwatch:
    """Measure CPU seconds of a block: `with Stopwatch() as watch: ...; watch.seconds`.

    CPU time of this process over all threads: other programs on the machine do not change it much.
    """

    def __enter__(self):
        self._start = time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds = time.process_time() - self._start
