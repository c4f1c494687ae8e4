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

from coursework.grader import seccomp
from utils import wire

INSIDE = Path(__file__).with_name("worker.py"), Path(wire.__file__)
LARGEST_REPORT = 32 * 1024 * 1024
MOST_EVENTS = 10_000                # a notebook of a thousand cells reports far fewer
MEGABYTE = 1024 * 1024


class SandboxError(RuntimeError):
    """Student code cannot be run safely on this machine; the message says what to install."""


@dataclass
class Run:
    """What one run in the sandbox reported: events, the step it was in, and how it ended."""

    events: list = field(default_factory=list)
    step: tuple = ("start",)
    end: str = "done"                 # "done", "timeout", "died" or "flood"


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
        job: dict for worker.py: cells, calls, skip, memory (bytes), cpu (seconds).
        seconds: wall-clock seconds allowed for one step (a cell, or the calls of one exercise).
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


def collect(process, seconds):
    """Read a worker's lines until it ends, stalls or floods."""
    found, buffered, total = Run(), b"", 0
    begun = time.monotonic()
    last = begun + 6 * seconds + 10                      # however many steps are reported
    deadline = begun + seconds + 10                      # the first step includes Python's start
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if time.monotonic() > deadline or not selector.select(deadline - time.monotonic()):
                found.end = "timeout"
                return found
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
                        deadline = min(last, time.monotonic() + seconds)
                except (ValueError, TypeError, RecursionError):
                    found.end = "died"                   # the student's code wrote over the report
                    return found
                if step is None:
                    found.events.append(event)
                if len(found.events) > MOST_EVENTS:
                    found.end = "flood"
                    return found
