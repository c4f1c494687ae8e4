"""Runs alone in the sandbox: execute a student's cells, call their functions, report what returns.

It reads job.json in its folder and writes one line of JSON per event to standard output. It holds
no answer: whatever a student's code does to it can only change what it reports for that student.
"""

import builtins
import gc
import json
import os
import resource
import sys
import types
from pathlib import Path

import wire

HERE = Path(__file__).resolve().parent


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
        self.namespace = namespace

    def run_line_magic(self, name, line, *rest):
        """Run the statement behind %time and its like."""
        return self.run_cell_magic(name, "", line)

    def run_cell_magic(self, name, line, cell):
        """Run the cell below %%time and its like."""
        if name in ("time", "timeit", "capture", "prun"):
            exec(cell, self.namespace)


def helper_modules():
    """Return stand-ins for the course's helpers, which have no place in the sandbox."""
    environment = types.ModuleType("utils.environment")
    environment.set_up = lambda *args, **kwargs: LazyKeras("keras")
    package = types.ModuleType("utils")
    package.__path__ = []
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


def main():
    """Run the job and report."""
    report = os.fdopen(os.dup(1), "w", encoding="ascii")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    job = json.loads((HERE / "job.json").read_text(encoding="utf-8"))
    limit(job)

    def say(**event):
        report.write(json.dumps(event) + "\n")
        report.flush()

    sys.modules |= helper_modules()
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    namespace = vars(module)
    shell = Shell(namespace)
    builtins.get_ipython = namespace["get_ipython"] = lambda: shell
    builtins.display = lambda *args, **kwargs: None
    namespace["exit"] = namespace["quit"] = lambda *args: None
    skipped = {tuple(step) for step in job["skip"]}

    for number, source in enumerate(job["cells"]):
        if ("cell", number) in skipped:
            continue
        say(step=["cell", number])
        try:
            exec(compile(source, f"cell {number + 1}", "exec"), namespace)
        except BaseException as error:
            say(failed=["cell", number], error=sentence(error))
    for name, function, cases in job["calls"]:
        if ("call", name) in skipped:
            continue
        say(step=["call", name])
        if not callable(namespace.get(function)):
            say(missing=name)
            continue
        for number, case in enumerate(cases):
            try:
                given = {key: eval(text, {"np": wire.np}) for key, text in case["given"].items()}
                args = wire.unpack(case["args"])
                args = [given.get(item, item) if isinstance(item, str) else item for item in args]
                result = namespace[function](*args)
                say(case=[name, number], value=wire.pack(result))
            except BaseException as error:
                say(case=[name, number], error=sentence(error))
            gc.collect(0)
    say(step=["end"])
    report.flush()
    os._exit(0)


main()
