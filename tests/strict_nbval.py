"""nbval without its holes: each notebook is held to its stored outputs, pictures included.

Added to nbval: the rules for the stored form (`tools/notebooks/notebook_rules.py`); numbers that
may move within their cell's tolerance, and what the cell states of them (`tolerances.py` beside
it); the comparison of pictures, animations and sounds (`strict_pictures.py`); a kernel that cannot
reach the network, and a dead kernel noticed at once. Keras's lines of progress are compared without
their times. In the evidence numbers behind the sign for 'about' are masked as well. Stderr is not
compared, but must not be stored.
"""

import copy
import functools
import subprocess
import time
from pathlib import Path
from queue import Empty

import numpy as np
import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile

import strict_pictures
from tools.notebooks import keras_lines, lessons, notebook_rules, tolerances

TESTS = Path(__file__).resolve().parent
SANITISER = TESTS / "sanitise.cfg"


class KernelDeadError(Exception):
    """The kernel's process is gone."""


class StoredFormError(Exception):
    """A notebook breaks rules for the stored form; the message lists them."""


class WatchedKernel(RunningKernel):
    """A kernel without a network whose death is noticed within a second."""

    def __init__(self, cwd, startup_timeout):
        self.km, self.kc = start_new_kernel(
            startup_timeout=startup_timeout, kernel_name=CURRENT_ENV_KERNEL_NAME,
            stderr=subprocess.DEVNULL, cwd=cwd, env=closed_environment(),
            extra_arguments=list(lessons.KERNEL_ARGUMENTS))
        self._ensure_iopub_up()

    def execute_cell_input(self, cell_input, allow_stdin=None):
        # Without a history, IPython does not see that a line ends in a semicolon.
        return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin,
                               stop_on_error=False)

    def get_message(self, stream, timeout=None):
        end = time.monotonic() + (np.inf if timeout is None else timeout)
        while True:
            alive = self.is_alive()
            try:
                wait = min(0.5, max(0.0, end - time.monotonic()))
                return super().get_message(stream, timeout=wait)
            except Empty:
                if not alive:
                    raise KernelDeadError from None
                if time.monotonic() >= end:
                    raise


def closed_environment():
    """Return the environment of a kernel that cannot reach the network, nor can what it starts."""
    closed = lessons.kernel_environment(PYTHONPATH=str(TESTS / "no_network"), PIP_NO_INDEX="1",
                                        GIT_ALLOW_PROTOCOL="file")
    return {name: value for name, value in closed.items()
            if not name.lower().endswith("_proxy")}


def without_times(outputs):
    """Return a copy of a cell's outputs in which Keras's lines of progress have no times."""
    outputs = copy.deepcopy(outputs)
    for node, key in tolerances.fields(outputs)["stdout"]:
        node[key] = keras_lines.without_times(node[key])
    return outputs


class StrictCell(IPyNbCell):
    """A code cell that must run, and give again what is stored."""

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: {self.name}"

    def runtest(self):
        self.options["check"], self.options["skip"] = True, False
        self.options["check_exception"] = False
        if self.cell.execution_count is None:
            self.raise_cell_error("The cell was stored without having been run")
        if not self.parent.kernel.is_alive():
            self.raise_cell_error("The kernel died in an earlier cell")
        try:
            super().runtest()
        except KernelDeadError:
            self.parent.kernel.stop()
            self.raise_cell_error("The kernel died while this cell ran")
        self.compare("pictures", strict_pictures.pictures, self.picture_difference)
        self.compare("sounds", strict_pictures.sounds, strict_pictures.sound_difference)
        for sentence in tolerances.broken(self.settings(), tolerances.shown(self.test_outputs)):
            self.raise_cell_error(f"The new output breaks a claim: {sentence}")

    def settings(self):
        """Return the cell's metadata with its tolerances as wide as this run wants them."""
        if tolerances.form_complaints(self.cell.metadata):
            return {}
        return tolerances.scaled(self.cell.metadata, self.config.option.tolerances)

    def compare_outputs(self, test, ref, skip_compare=None):
        test, ref = without_times(test), without_times(ref)
        tolerance = self.settings().get("tolerance")
        said = tolerances.accept(ref, test, tolerance) if tolerance else []
        same = super().compare_outputs(test, ref, skip_compare)
        self.comparison_traceback += said
        return same

    def picture_difference(self, stored, fresh):
        settings = self.settings()
        tolerance = settings.get("tolerance")
        return strict_pictures.picture_difference(
            stored, fresh, settings.get("picture_tolerance"),
            tolerance and functools.partial(tolerances.difference, tolerance=tolerance))

    def compare(self, what, find, difference):
        stored, fresh = find(self.cell.outputs), find(self.test_outputs)
        if len(stored) != len(fresh):
            self.raise_cell_error(
                f"The cell has {len(stored)} stored {what}, but now makes {len(fresh)}")
        for number, pair in enumerate(zip(stored, fresh, strict=True), 1):
            if sentence := difference(*pair):
                self.raise_cell_error(f"Of its {what}, number {number}: {sentence}")

    def sanitize(self, s):
        silent = strict_pictures.AUDIO.sub("data:audio", s) if isinstance(s, str) else s
        return super().sanitize(silent)


class StoredForm(pytest.Item):
    """The rules for the stored form of one notebook."""

    def runtest(self):
        found = notebook_rules.complaints(notebook_rules.read(self.path),
                                          notebook_rules.is_lesson(self.path))
        if found:
            raise StoredFormError("\n".join([f"The stored form has {len(found)} faults:", *found]))

    def repr_failure(self, excinfo):
        return str(excinfo.value)

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: stored form"


class StrictNotebook(IPyNbFile):
    """A notebook that is tested in its stored form, then cell by cell."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.skip_compare += ("stderr",)

    def setup(self):
        self.kernel = WatchedKernel(str(self.path.parent),
                                    self.config.option.nbval_kernel_startup_timeout)
        self.setup_sanitize_files()

    def get_sanitize_files(self):
        return [] if notebook_rules.is_lesson(self.path) else [SANITISER]

    def collect(self):
        cells = [StrictCell.from_parent(self, name=cell.name, cell_num=cell.cell_num,
                                        cell=cell.cell, options=cell.options)
                 for cell in super().collect()]
        return [StoredForm.from_parent(self, name="stored form"), *cells]


def pytest_addoption(parser):
    """Add an option for runs on another backend of Keras, whose numbers move further."""
    parser.addoption("--tolerances", type=float, default=1.0, metavar="FACTOR",
                     help="make the tolerances of all cells this much wider")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    collectors = yield
    return [StrictNotebook.from_parent(parent, path=file_path)
            if isinstance(collector, IPyNbFile) else collector for collector in collectors
            if not file_path.name.startswith(".")]
