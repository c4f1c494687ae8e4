"""Find lessons and evidence and execute a notebook: what `make run` and `make store` share."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
EVIDENCE = NOTEBOOKS / "evidence"
CELL_SECONDS = 600
# Kernels that share the history of the user's own sessions lock each other out, and then write a
# complaint into the output of a cell.
KERNEL_ARGUMENTS = ("--HistoryManager.hist_file=:memory:",)
OUT_OF_MEMORY = re.compile(r"MemoryError|Unable to allocate|Cannot allocate memory|out of memory"
                           r"|RESOURCE_?EXHAUSTED|bad_alloc|can't start new thread", re.IGNORECASE)
MORE_MEMORY = "close other programs, or use a machine with more memory."


class LessonError(Exception):
    """A cell of a lesson failed; the message names lesson, cell and error in a few lines."""


def paths(number="", folder=None):
    """Return the lessons' files in their order; exit with a sentence if there are none.

    Args:
        number: of one lesson, such as "03" or "3", or "" for all.
        folder: where they are; by default the course's own folder.
    """
    folder = folder or NOTEBOOKS
    pattern = f"{number.zfill(2)}_*.ipynb" if number else "[0-9][0-9]_*.ipynb"
    found = sorted(folder.glob(pattern))
    if not found:
        known = ", ".join(path.stem[:2] for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")))
        sys.exit(f"There is no lesson {number or 'at all'} in {folder.name}/; there are: "
                 f"{known or 'none'}.")
    return found


def every():
    """Return all notebooks, the lessons first."""
    return [path for folder in (NOTEBOOKS, EVIDENCE)
            for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def there(numbers):
    """Tell whether there is a lesson with any of these numbers; for none given, any lesson."""
    return any(next(NOTEBOOKS.glob(f"{number.zfill(2) if number else '[0-9][0-9]'}_*.ipynb"), None)
               for number in numbers or [""])


def chosen(words):
    """Return the notebooks that a command line names; all lessons if it names none.

    Args:
        words: numbers as `paths` takes them, and `--evidence` for the notebooks of the evidence in
            place of the lessons.
    """
    folder = EVIDENCE if "--evidence" in words else NOTEBOOKS
    numbers = [word for word in words if word != "--evidence"] or [""]
    return [path for number in numbers for path in paths(number, folder)]


def heading(source):
    """Return the text of the first Markdown heading in a cell's source, or None."""
    match = re.search(r"^#+\s+(.+?)\s*$", source, re.MULTILINE)
    return re.sub(r"[*`$]", "", match[1]) if match else None


def title(notebook, path):
    """Return a lesson's title: its first heading, else the name of its file."""
    found = (heading(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return next((text for text in found if text), path.stem)


def names(notebook):
    """Return a name for every cell: the last heading above it, and its place under that heading."""
    found, last, count = [], "top", 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and heading(cell.source):
            last, count = heading(cell.source), 0
        count += cell.cell_type == "code"
        found.append(last if count < 2 else f"{last} ({count})")
    return found


def kernel_environment(**extra):
    """Return the environment variables that every lesson's kernel gets, here and in the tests.

    With PYTEST_CURRENT_TEST set, ipykernel leaves the file descriptors 1 and 2 alone; stored
    outputs and tested ones agree only if both were made in the same way. Keras makes its tables as
    wide as the terminal, wherever one is found.
    """
    dropped = ("MPLBACKEND", "PYTHONDONTWRITEBYTECODE", "COURSE_SEED", "COURSE_MEASURE",
               "JUPYTER_COLUMNS", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {"PYTEST_CURRENT_TEST": "lesson", **kept, "COLUMNS": "80", **extra}


def kernel_manager():
    """Return a manager for kernels of the running Python, whatever kernels a user has named."""
    from jupyter_client.manager import AsyncKernelManager
    from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
    return AsyncKernelManager(kernel_name=CURRENT_ENV_KERNEL_NAME,
                              kernel_spec_manager=NbvalKernelspecManager())


class Progress:
    """Show which cell of a lesson runs: one rewritten line on a terminal, else a line per cell."""

    def __init__(self, title, cell_names, stream=None):
        self.title, self.names = title, cell_names
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.start = time.perf_counter()
        self.text, self.stopped = "", threading.Event()
        if self.live:
            self.ticker = threading.Thread(target=self.tick, daemon=True)
            self.ticker.start()

    def seconds(self):
        """Return the seconds since the lesson began."""
        return time.perf_counter() - self.start

    def tick(self):
        """Rewrite the line every half second until the lesson ends."""
        while not self.stopped.wait(0.5):
            self.draw()

    def draw(self):
        """Rewrite the line."""
        width = os.get_terminal_size(self.stream.fileno()).columns or 80
        line = f"{self.title} {self.seconds():4.0f} s  {self.text}"
        self.stream.write("\r\033[K" + line[:width - 1])
        self.stream.flush()

    def cell(self, index):
        """Say that a cell has started."""
        self.text = f"cell {index + 1}/{len(self.names)} {self.names[index]}"
        if self.live:
            self.draw()
        else:
            self.stream.write(f"{self.title} {self.seconds():4.0f} s  {self.text}\n")
            self.stream.flush()

    def end(self):
        """Stop rewriting and leave an empty line."""
        self.stopped.set()
        if self.live:
            self.ticker.join()
            self.stream.write("\r\033[K")
            self.stream.flush()


def cpu_seconds(process):
    """Return the CPU seconds that a process and its ended children have used."""
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def error_text(traceback, name, value):
    """Return what is shown of an error: its traceback, and a last line if memory was wanting.

    Args:
        traceback: list of lines; a kernel with no memory left sends none.
        name: of the error, such as "MemoryError".
        value: its message.
    """
    said = f"{name}: {value}"
    lines = list(traceback) or [said]
    if OUT_OF_MEMORY.search(said):
        lines.append(f"This machine has too little memory for the cell: {MORE_MEMORY}")
    return "\n".join(lines)


def death(status):
    """Return how a kernel ended, as a sentence.

    Args:
        status: exit status of its process, minus the signal where one killed it; None if unknown.
    """
    how = {None: "died", -9: "was killed by the system"}.get(status, f"died (status {status})")
    return f"its kernel {how}; most often the memory has run out: {MORE_MEMORY}"


def failure(title, name, error):
    """Return the sentence and the few lines that tell which cell failed, and how."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in error.strip().splitlines()]
    shown = lines if len(lines) <= 12 else ["...", *lines[-12:]]
    return "\n".join([f"{title} failed in the cell '{name}':", *(f"    {line}" for line in shown)])


def execute(path, stream=None, environment=None):
    """Execute a lesson in a clean kernel and leave its file as it is.

    Args:
        path: the notebook.
        stream: where progress goes; by default standard output.
        environment: variables of the kernel; by default what `kernel_environment` returns.

    Returns:
        (notebook with fresh outputs, seconds, CPU seconds until its first code cell had run,
        CPU seconds in all).

    Raises:
        LessonError: a cell failed, took too long, or killed its kernel.
        KeyboardInterrupt: the reader pressed Ctrl-C.
    """
    import nbformat
    import psutil
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)
    cell_names, spent, at, process = names(notebook), [], 0, None
    progress = Progress(path.stem, cell_names, stream)

    def started(cell, cell_index):
        nonlocal at, process
        at, process = cell_index, client.km.provisioner.process
        if cell.cell_type == "code":
            progress.cell(cell_index)

    def ended(cell, cell_index, execute_reply):
        spent.append(cpu_seconds(psutil.Process(client.km.provisioner.pid)))

    client = NotebookClient(notebook, km=kernel_manager(), timeout=CELL_SECONDS,
                            coalesce_streams=True, record_timing=False,
                            extra_arguments=list(KERNEL_ARGUMENTS),
                            resources={"metadata": {"path": str(path.parent)}},
                            on_cell_start=started, on_cell_executed=ended)
    try:
        client.execute(env=environment or kernel_environment(), stderr=subprocess.DEVNULL,
                       cleanup_kc=True)
    except AssertionError:
        # nbclient answers Ctrl-C by removing its kernel, and then misses it.
        raise KeyboardInterrupt from None
    except CellExecutionError as error:
        if error.ename == "KeyboardInterrupt":
            raise KeyboardInterrupt from None
        lines = [line for output in notebook.cells[at].outputs
                 if output.output_type == "error" for line in output.traceback]
        text = error_text(lines, error.ename, error.evalue)
        raise LessonError(failure(path.stem, cell_names[at], text)) from None
    except CellTimeoutError:
        text = f"it did not end within {CELL_SECONDS} s"
        raise LessonError(failure(path.stem, cell_names[at], text)) from None
    except DeadKernelError:
        text = death(process.poll() if process else None)
        raise LessonError(failure(path.stem, cell_names[at], text)) from None
    finally:
        progress.end()
    return notebook, progress.seconds(), spent[0], spent[-1]
