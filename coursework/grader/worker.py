"""Runs alone in the sandbox: execute a student's cells, call their functions, report what returns.

It reads job.json in its folder and writes one line of JSON per event to standard output. It holds
no answer: whatever a student's code does to it can only change what it reports for that student.
"""

import builtins
import gc
import json
import os
import resource
import signal
import sys
import types
from pathlib import Path

import wire

HERE = Path(__file__).resolve().parent
MANY_SLOW = 3


class TimeUpError(BaseException):
    """A step has used the processor for as long as it may."""


def ring(*_):
    """Stop the step that runs."""
    raise TimeUpError


class Nothing:
    """Stands for helpers that matter only in front of a screen: any use of it does nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        """Do nothing, whatever is asked for."""
        return self

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def __bool__(self):
        return False


class LazyKeras(types.ModuleType):
    """Keras, imported when it is first used: most assignments never do."""

    def __getattr__(self, name):
        import keras
        return getattr(keras, name)


class Shell(Nothing):
    """What `get_ipython()` returns: magics that time code run the code, all others do nothing."""

    def __init__(self, namespace):
        self.namespace, self.place = namespace, "cell"

    def run_line_magic(self, name, line, *rest):
        """Run the statement behind %time and its like."""
        return self.run_cell_magic(name, "", line)

    def run_cell_magic(self, name, line, cell):
        """Run the cell below %%time and its like."""
        if name in ("time", "timeit", "capture", "prun"):
            # The first line is the magic itself, so lines keep their numbers.
            exec(compile(f"\n{cell}", self.place, "exec"), self.namespace)


def helper_modules():
    """Return stand-ins for the course's helpers, which have no place in the sandbox."""
    environment = types.ModuleType("utils.environment")
    environment.set_up = lambda *args, **kwargs: LazyKeras("keras")
    package = types.ModuleType("utils")
    # The set-up cell looks for the course around it, and takes the helpers that stand there.
    folder = Path.cwd() / "utils"
    folder.mkdir(exist_ok=True)
    (folder / "validate.py").touch()
    package.__path__ = [str(folder)]
    made = {"utils": package, "utils.environment": environment}
    for name in ("checks", "claims", "corpora", "diagrams", "figures", "tasks"):
        made[f"utils.{name}"] = Nothing()
    for name, module in made.items():
        if name != "utils":
            setattr(package, name.partition(".")[2], module)
    return made


def limit(job):
    """Bound memory, file size and CPU seconds; none of them can be raised again."""
    for kind, value in ((resource.RLIMIT_AS, job["memory"]), (resource.RLIMIT_FSIZE, 1 << 24),
                        (resource.RLIMIT_CPU, job["cpu"]), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (value, value))


def sentence(error):
    """Return an error in one short line."""
    return f"{type(error).__name__}: {str(error)[:200]}".splitlines()[0]


def line_of(error, place=None):
    """Return (cell, line) of the innermost line of a student's in which an error arose, or None.

    Args:
        error: the exception.
        place: the cell that is looked at alone, as `compile` knows it; None is any cell.
    """
    if isinstance(error, SyntaxError) and str(error.filename).startswith("cell "):
        found = error.filename, error.lineno
    else:
        found, trace = None, error.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if name == place or place is None and name.startswith("cell "):
                found = name, trace.tb_lineno
            trace = trace.tb_next
    return found and [int(found[0].split()[1]) - 1, found[1]]


class Clock:
    """Lets a step use the processor for some seconds, all its threads together."""

    def __init__(self, seconds):
        self.seconds = seconds
        signal.signal(signal.SIGPROF, ring)

    def __enter__(self):
        signal.setitimer(signal.ITIMER_PROF, self.seconds)

    def __exit__(self, *error):
        signal.setitimer(signal.ITIMER_PROF, 0)


def call(function, cases, say, name):
    """Call a function with all cases and report its answers; of two tries the last one counts.

    A try that takes too long is given up; the second finds loaded what the first had to load.
    """
    for number, case in enumerate(cases):
        try:
            given = {key: eval(text, {"np": wire.np}) for key, text in case["given"].items()}
            args = wire.unpack(case["args"])
            args = [given.get(item, item) if isinstance(item, str) else item for item in args]
            result = function(*args)
            say(case=[name, number], value=wire.pack(result))
        except TimeUpError:
            raise
        except BaseException as error:
            say(case=[name, number], error=sentence(error), line=line_of(error))
        gc.collect(0)

def main():
    """Run the job and report."""
    report = os.fdopen(os.dup(1), "w", encoding="ascii")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    job = json.loads((HERE / "job.json").read_text(encoding="utf-8"))
    limit(job)

    def say(**event):
        line = json.dumps(event) + "\n"
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})   # a line is written whole
        report.write(line)
        report.flush()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})

    sys.modules |= helper_modules()
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    namespace = vars(module)
    shell = Shell(namespace)
    builtins.get_ipython = namespace["get_ipython"] = lambda: shell
    builtins.display = lambda *args, **kwargs: None
    namespace["exit"] = namespace["quit"] = lambda *args: None
    namespace["keras"] = LazyKeras("keras")
    skipped = {tuple(step) for step in job["skip"]}

    if job["keras"]:
        import keras  # noqa: F401  (what it costs is nobody's answer)
    slow = 0
    for number, source in enumerate(job["cells"]):
        if ("cell", number) in skipped:
            continue
        say(step=["cell", number])
        shell.place = f"cell {number + 1}"
        try:
            # Who has many slow cells gets less for each, so that all exercises are reached.
            with Clock(job["seconds"] if slow < MANY_SLOW else max(0.2, job["seconds"] / 10)):
                exec(compile(source, shell.place, "exec"), namespace)
        except TimeUpError as error:
            slow += 1
            say(slow=["cell", number], line=line_of(error, shell.place))
        except BaseException as error:
            say(failed=["cell", number], error=sentence(error), line=line_of(error, shell.place))
    for name, function, cases in job["calls"]:
        if ("call", name) in skipped:
            continue
        say(step=["call", name])
        if not callable(namespace.get(function)):
            say(missing=name)
            continue
        for last in (False, True):
            try:
                with Clock(job["seconds"]):
                    call(namespace[function], cases, say, name)
                break
            except TimeUpError as error:
                if last:
                    say(slow=["call", name], line=line_of(error))
    say(step=["end"])
    report.flush()
    os._exit(0)


main()
