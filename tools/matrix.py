"""Run the tests on every supported Python, with the lowest and the newest packages: `make matrix`.

Each of the six gets an environment and a log of its own under build/matrix. What is named on the
command line goes to pytest, for instance `python tools/matrix.py tests/test_cells.py`.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from utils import environment  # noqa: E402  (the path above makes it importable)

OUT = ROOT / "build" / "matrix"
RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}


def pythons():
    """Return {version: path} of the supported Pythons on this machine.

    They are looked for on the search path and, if pyenv is there, among its versions.
    """
    (_, low), (_, high) = environment.SUPPORTED_PYTHON
    found = {}
    for minor in range(low, high + 1):
        version = f"3.{minor}"
        own = sys.executable if sys.version_info[:2] == (3, minor) else None
        kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
        path = own or (str(kept[-1]) if kept else shutil.which(f"python{version}"))
        if path:
            found[version] = path
    return found


def prepare(name, python, resolution, log):
    """Make an environment with one end of the allowed versions; return its Python, or None."""
    folder = OUT / name
    uv = [sys.executable, "-m", "uv"]
    steps = ([*uv, "venv", "--quiet", "--clear", "--python", python, str(folder)],
             [*uv, "pip", "install", "--quiet", "--compile-bytecode", "--resolution", resolution,
              "--python", str(folder / "bin" / "python"),
              "-r", "requirements.txt", "-r", "requirements-dev.txt"])
    for step in steps:
        if subprocess.run(step, cwd=ROOT, stdout=log, stderr=log, check=False).returncode:
            return None
    return folder / "bin" / "python"


def versions(python):
    """Return the versions of the packages that matter most, as text."""
    code = ("import importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in "
            "('tensorflow', 'keras', 'numpy', 'matplotlib', 'gensim', 'nbval')))")
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True,
                          check=False).stdout.strip()


def run(name, python, resolution, words):
    """Test one combination; return a line for the summary, and whether all tests passed."""
    OUT.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with open(OUT / f"{name}.log", "w", encoding="utf-8") as log:
        made = prepare(name, python, RESOLUTIONS[resolution], log)
        if made is None:
            return f"{name:14} the packages could not be installed", False
        log.write(f"{versions(made)}\n")
        log.flush()
        kept = {key: value for key, value in os.environ.items()
                if key not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME")}
        status = subprocess.run([str(made), "-m", "pytest", "-n", "2", "--dist", "loadscope",
                                 *words], cwd=ROOT, stdout=log, stderr=log, env=kept,
                                check=False).returncode
    last = (OUT / f"{name}.log").read_text(encoding="utf-8").strip().splitlines()[-1]
    minutes = (time.monotonic() - began) / 60
    return f"{name:14} {last.strip('= ')}; {minutes:.0f} min; {versions(made)}", status == 0


def main(words):
    """Test every combination; return 0 if all passed."""
    ends = [word for word in words if word in RESOLUTIONS]
    words = [word for word in words if word not in RESOLUTIONS]
    found = pythons()
    if not found:
        print("No supported Python was found; install Python 3.11, 3.12 or 3.13.", file=sys.stderr)
        return 1
    good = True
    for version, python in found.items():
        for resolution in ends or RESOLUTIONS:
            line, passed = run(f"{version}-{resolution}", python, resolution, words)
            print(line, flush=True)
            good &= passed
    print(f"Logs are in {OUT.relative_to(ROOT)}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
