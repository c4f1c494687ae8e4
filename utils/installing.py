"""Say in one sentence what stands in the way of an installation.

Used before anything is installed, by `course.py` and by a lesson's first cell, and perhaps under a
Python that is too old for the course: standard library only, in the syntax of Python 3.6.
"""

import json
import platform
import re
import sys
import sysconfig

SUPPORTED_PYTHON = ((3, 11), (3, 13))
WANTED = "Python 3.11, 3.12 or 3.13"

# The first pattern that is found in what pip wrote decides. Where the net fails, pip also says that
# it found no version, so that comes late.
REASONS = (
    (r"No module named pip\b",
     "this Python has no pip; install it with 'python -m ensurepip --upgrade' (an environment made "
     "by uv: 'uv pip install pip')"),
    (r"externally-managed-environment",
     "this Python belongs to the operating system, which lets nobody else install into it; make an "
     "environment of your own with 'python3 -m venv'"),
    (r"No space left on device|Errno 28\b|not enough space|WinError 112\b|quota exceeded"
     r"|Errno 122\b",
     "the disk is full; the packages need about 4 GB"),
    (r"ProxyError|Cannot connect to proxy|Tunnel connection failed|proxy authentication",
     "the proxy that this machine names (HTTPS_PROXY, or pip's settings) does not answer; correct "
     "it or remove it"),
    (r"CERTIFICATE_VERIFY_FAILED|SSLError|SSL: ",
     "the connection's certificate is not trusted here, as behind some firewalls; ask whoever runs "
     "this network for its certificate, and name that file in PIP_CERT"),
    (r"NewConnectionError|Failed to establish a new connection|NameResolutionError"
     r"|Temporary failure in name resolution|getaddrinfo failed|nodename nor servname"
     r"|Network is unreachable|ConnectTimeout|Read timed out|ReadTimeoutError"
     r"|Connection (?:aborted|refused|reset|broken)|IncompleteRead",
     "the package index could not be reached; connect to a network"),
    (r"enable-long-paths|Long Path",
     "Windows allows no path over 260 characters here; allow them (search for 'enable long "
     "paths'), or move the course to a short path such as C:\\course"),
    (r"WinError 32\b|being used by another process",
     "a file is in use; close JupyterLab and every other program that uses this Python"),
    (r"Read-only file system|Errno 30\b|Permission denied|Errno 13\b|WinError 5\b|Access is denied",
     "the folder that the packages go into cannot be written"),
    (r"MemoryError|Cannot allocate memory|Errno 12\b",
     "the machine had too little memory; close other programs"),
    (r"ResolutionImpossible|conflicting dependencies",
     "other packages here ask for other versions; make an environment of your own with "
     "'python3 -m venv'"),
)
NO_VERSION = re.compile(r"No matching distribution found for ([^\s;]+)")


def machine():
    """Return what decides which packages fit the running Python.

    Returns:
        Dict with `version` ([major, minor]), `platform` and `machine` (such as "macosx-11.0-arm64"
        and "arm64"), `bits`, `musl` and `free_threaded` (a Python without the global lock).
    """
    names = [str(sysconfig.get_config_var(name)) for name in ("SOABI", "MULTIARCH")]
    return {"version": list(sys.version_info[:2]), "platform": sysconfig.get_platform(),
            "machine": platform.machine(), "bits": 64 if sys.maxsize > 2**32 else 32,
            "musl": "musl" in " ".join(names),
            "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED"))}


def python_problem(version):
    """Return why this version of Python does not do, as a clause, or None.

    Args:
        version: (major, minor, ...).
    """
    low, high = SUPPORTED_PYTHON
    if low <= tuple(version[:2]) <= high:
        return None
    newer = ", for which TensorFlow has no package yet" if tuple(version[:2]) > high else ""
    return f"this course needs {WANTED}, and this is Python {version[0]}.{version[1]}{newer}"


def machine_problem(found):
    """Return why TensorFlow cannot be installed on a machine, as a sentence, or None.

    Args:
        found: what `machine` returns.
    """
    instead = "Open the lessons in Colab, or use another machine."
    other = "; install the ordinary 64-bit one from https://www.python.org/downloads."
    system = found["platform"].partition("-")[0]
    if found["bits"] != 64:
        return f"This Python is a 32-bit program, for which TensorFlow has no package{other}"
    if found["free_threaded"]:
        return f"This Python is a free-threaded one, for which TensorFlow has no package{other}"
    if system == "macosx" and found["machine"] != "arm64":
        return ("TensorFlow has no package of version 2.20 or newer for Macs with an Intel "
                f"processor. {instead} Where the processor is Apple's, this Python is one for "
                "Intel: install the one from https://www.python.org/downloads.")
    if found["platform"] == "win-arm64":
        return f"TensorFlow has no package for Windows on ARM. {instead}"
    if found["musl"]:
        return f"TensorFlow has no package for a Linux with musl, such as Alpine. {instead}"
    if system == "linux" and found["machine"] not in ("x86_64", "aarch64"):
        return f"TensorFlow has no package for the processor {found['machine']}. {instead}"
    return None


def reason(output):
    """Return why pip failed, as a clause without a full stop.

    Args:
        output: what pip wrote, standard error above all.
    """
    for pattern, clause in REASONS:
        if re.search(pattern, output, re.IGNORECASE):
            return clause
    missing = NO_VERSION.search(output)
    if missing:
        return (f"the package index has no {missing.group(1)} that fits this Python and "
                f"{sysconfig.get_platform()}")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR: ")] or lines
    if not errors:
        return "pip ended without a word, as a program does that is killed for want of memory"
    last = errors[-1][7:] if errors[-1].startswith("ERROR: ") else errors[-1]
    return f"pip says: {last.rstrip('.')}"


if __name__ == "__main__":
    print(json.dumps(machine()))
