"""Make a lesson repeatable: packages, seeds, a quiet TensorFlow, one figure style.

Only the standard library is imported at the top, so that this module loads on a machine where the
course's packages are still missing and can say, or do, what is needed.
"""

import contextlib
import importlib
import importlib.metadata
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED_PYTHON = ((3, 11), (3, 13))
# A notebook that runs has these in some form; installing them beside it may break Colab's own.
NOT_FOR_A_LESSON = ("jupyter", "nbval")
PINNED_IN_COLAB = ("numpy", "scipy", "tensorflow", "keras")


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


def missing_packages():
    """Return the requirements of a lesson of which no version at all is installed."""
    missing = []
    for name, requirement in required_packages().items():
        if name in NOT_FOR_A_LESSON:
            continue
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(requirement)
    return missing


def install_missing():
    """Install what is missing and leave everything that is already there as it is.

    Raises:
        CourseError: pip failed, for instance because there is no network.
    """
    missing = missing_packages()
    if not missing:
        return
    print(f"Installing {len(missing)} packages: {', '.join(missing)}")
    pins = []
    for name in PINNED_IN_COLAB:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            pins.append(f"{name}=={importlib.metadata.version(name)}")
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(pins), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "-c", str(constraints)]
        done = subprocess.run(command + missing, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(
            f"The packages {', '.join(missing)} are missing and pip could not install them; "
            "connect to a network and run this cell again, or install them with "
            f"'{Path(sys.executable).name} -m pip install -r {ROOT / 'requirements.txt'}'.")
    importlib.invalidate_caches()


def untested_packages():
    """Return a clause for each installed package whose version the course is not tested with."""
    from packaging.requirements import Requirement
    found = []
    for name, line in required_packages().items():
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            version, tested = importlib.metadata.version(name), Requirement(line).specifier
            if name not in NOT_FOR_A_LESSON and not tested.contains(version, prereleases=True):
                found.append(f"{name} {version} (tested: {str(tested).replace(',', ' and ')})")
    return found


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


def load_keras():
    """Import Keras without its start-up messages and return the module."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with quiet_stderr():
        import keras
        if keras.config.backend() == "tensorflow":
            import tensorflow as tf
            tf.constant(0.0)
    return keras


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

    What is missing is installed; a version that the course is not tested with is named.

    Args:
        seed: seed for Python, NumPy and Keras.

    Returns:
        The imported `keras` module, seeded and with deterministic operations switched on.

    Raises:
        CourseError: the Python version is not supported, or packages cannot be installed.
    """
    low, high = SUPPORTED_PYTHON
    if not low <= sys.version_info[:2] <= high:
        raise CourseError(
            f"This course runs on Python {low[0]}.{low[1]} to {high[0]}.{high[1]}; this is Python "
            f"{sys.version_info[0]}.{sys.version_info[1]}. Choose another kernel, or install one "
            "of these versions from python.org.")
    install_missing()
    if untested := untested_packages():
        print(f"This machine has {', '.join(untested)}; if a cell fails or prints other numbers, "
              f"run '{Path(sys.executable).name} -m pip install -r {ROOT / 'requirements.txt'}' "
              "and start the kernel again.")
    keras = load_keras()
    seed_everything(seed)
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf
        tf.config.experimental.enable_op_determinism()
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
