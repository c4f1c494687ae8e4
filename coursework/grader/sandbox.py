"""Run a student's code in bubblewrap and collect what it reports."""

import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from coursework.grader import seccomp
from utils import wire

INSIDE = Path(__file__).with_name("worker.py"), Path(wire.__file__)
LARGEST_REPORT = 32 * 1024 * 1024
MOST_EVENTS = 10_000                # a notebook of a thousand cells reports far fewer
MEGABYTE = 1024 * 1024
START = 60                          # processor seconds for Python, NumPy and Keras to load
IDLE = 5                            # seconds in which a process may wait beyond its time
WHOLE = 30                          # steps' worth of time, by the clock, for a run as a whole
LOOK = 0.2                          # seconds between two looks at it


class SandboxError(RuntimeError):
    """Student code cannot be run safely on this machine; the message says what to install."""


@dataclass
class Run:
    """What one run in the sandbox reported: events, the step it was in, and how it ended.

    `end` is "done", "timeout", "waits" (it neither worked nor answered), "too long" (all its steps
    together), "died" or "flood".
    """

    events: list = field(default_factory=list)
    step: tuple = ("start",)
    end: str = "done"


def require(unsafe=False):
    """Raise SandboxError unless bubblewrap works here, or `unsafe` is set."""
    if unsafe:
        return
    install = "install it (on Debian and Ubuntu: sudo apt install bubblewrap)"
    if not shutil.which("bwrap"):
        raise SandboxError(f"Student code runs in bubblewrap, which this machine does not have; "
                           f"{install}, or set UNSAFE=1 to run it without protection.")
    try:
        filtered = seccomp.program()
    except KeyError as error:
        raise SandboxError(f"The sandbox has no filter for the processor {error}; grade on x86_64 "
                           "or aarch64, or set UNSAFE=1 to run without protection.") from None
    with tempfile.TemporaryDirectory() as folder, open(Path(folder) / "filter", "w+b") as file:
        file.write(filtered)
        file.seek(0)
        tried = subprocess.run([*walls(folder, file.fileno()), sys.executable, "-c", ""],
                               pass_fds=[file.fileno()], capture_output=True, text=True,
                               check=False)
    if tried.returncode:
        raise SandboxError(f"bubblewrap does not work here ({tried.stderr.strip()[:200]}); allow "
                           "user namespaces, or set UNSAFE=1 to run without protection.")


def walls(job, seccomp_fd):
    """Return the bwrap command up to what it shall run.

    Inside there are the system's programs and this Python, all read-only, the job's folder, and an
    empty /tmp of 64 MB. There is no network, no other process, no home, no course.
    """
    system = [path for path in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache",
                                "/etc/alternatives") if os.path.exists(path)]
    python = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    command = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns",
               "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
               "--seccomp", str(seccomp_fd), "--proc", "/proc", "--dev", "/dev",
               "--size", str(64 * MEGABYTE), "--tmpfs", "/tmp", "--dir", "/tmp/home"]
    for path in system:
        command += (["--symlink", os.readlink(path), path] if os.path.islink(path)
                    else ["--ro-bind", path, path])
    for path in sorted(python):
        if not path.startswith("/usr/"):
            command += ["--ro-bind", path, path]
    command += ["--ro-bind", str(job), "/job", "--chdir", "/tmp/home"]
    for name, value in environment().items():
        command += ["--setenv", name, value]
    return command


def environment():
    """Return the few variables that student code sees."""
    return {"HOME": "/tmp/home", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "Agg",
            "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "",
            "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0"}


def run(job, seconds, unsafe=False):
    """Run one job in the sandbox.

    Args:
        job: dict for worker.py: cells, calls, skip, keras, seconds, memory (bytes), cpu (seconds).
        seconds: of the processor, allowed for one step (a cell, or the calls of one exercise). The
            worker itself stops a step then; one that does not let itself be stopped has twice that.
        unsafe: run it without walls, as an ordinary process.

    Returns:
        Run.
    """
    with tempfile.TemporaryDirectory(prefix="grade-") as folder:
        folder = Path(folder)
        for file in INSIDE:
            shutil.copy(file, folder)
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        if unsafe:
            process = subprocess.Popen([sys.executable, str(folder / "worker.py")], cwd=folder,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, env=environment(),
                                       start_new_session=True)
        else:
            with open(folder / "filter", "w+b") as file:
                file.write(seccomp.program())
                file.seek(0)
                process = subprocess.Popen(
                    [*walls(folder, file.fileno()), sys.executable, "/job/worker.py"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                    pass_fds=[file.fileno()])
        try:
            return collect(process, seconds)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def used(process):
    """Return the processor seconds of a process and all that it started, or None if it is gone."""
    total = 0.0
    try:
        for one in (process, *process.children(recursive=True)):
            times = one.cpu_times()
            total += times.user + times.system
    except psutil.Error:
        return None
    return total


class Watch:
    """Tells whether a step has had its time.

    A machine with much to do is slow, so the processor's time counts and not the clock's; only a
    process that does nothing at all is stopped by the clock.
    """

    def __init__(self, process, seconds):
        self.process, self.seconds = psutil.Process(process.pid), seconds
        self.last = time.monotonic() + START + WHOLE * seconds   # whatever steps are reported
        self.spent = 0.0
        self.next_step(2 * seconds + START)

    def next_step(self, allowed=None):
        """Begin to count anew."""
        self.allowed = self.spent + (2 * self.seconds if allowed is None else allowed)
        self.busy = time.monotonic()

    def over(self):
        """Return "timeout", "waits", "too long" or ""."""
        now, spent = time.monotonic(), used(self.process)
        if spent is not None and spent > self.spent + 0.01:
            self.spent, self.busy = spent, now
        if now > self.last:
            return "too long"
        if self.spent > self.allowed:
            return "timeout"
        return "waits" if now - self.busy > self.seconds + IDLE else ""


def collect(process, seconds):
    """Read a worker's lines until it ends, stalls or floods."""
    found, buffered, total = Run(), b"", 0
    watch, looked = Watch(process, seconds), time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            ready = selector.select(LOOK)
            if not ready or time.monotonic() > looked + LOOK:
                looked = time.monotonic()
                if end := watch.over():
                    found.end = end
                    return found
            if not ready:
                continue
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            total += len(chunk)
            if total > LARGEST_REPORT:
                found.end = "flood"
                return found
            if not chunk:
                found.end = "done" if found.step == ("end",) else "died"
                return found
            *lines, buffered = (buffered + chunk).split(b"\n")
            for line in lines:
                try:
                    event = json.loads(line)
                    if not isinstance(event, dict):
                        raise ValueError("not an event")
                    step = event.get("step")
                    if step is not None:
                        found.step = tuple(step)
                        watch.spent = used(watch.process) or watch.spent
                        watch.next_step()
                except (ValueError, TypeError, RecursionError):
                    found.end = "died"                   # the student's code wrote over the report
                    return found
                if step is None:
                    found.events.append(event)
                if len(found.events) > MOST_EVENTS:
                    found.end = "flood"
                    return found
