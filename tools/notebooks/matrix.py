"""Run the tests on every supported Python, with the lowest and the newest packages: `make matrix`.

Each of the six gets an environment and a log of its own under build/matrix. A seventh has the
versions that Colab ships and runs what happens there: the lessons and what they import.
Words on the command line choose: `lowest`, `newest`, `colab`; a Python such as `3.12`, or `own` for
the one that runs this; `lessons` for the lessons and what they import. Any other word goes to
pytest, for instance `python tools/notebooks/matrix.py lowest 3.11 tests/test_cells.py`.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import tools  # noqa: E402, F401  (lets any console show what is printed)
from course import environment_python  # noqa: E402  (the path above makes it importable)
from utils import environment  # noqa: E402  (the path above makes it importable)

OUT = ROOT / "build" / "matrix"
ENDS = {"lowest": ["--resolution", "lowest-direct"], "newest": ["--resolution", "highest"],
        "colab": ["--overrides", "tools/notebooks/colab.txt"]}
COLAB_PYTHON = "3.13"
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"
IMPORTED = ("setup_cell", "environment", "figures", "corpora", "cells", "bidirectional",
            "gradients", "training", "decoding", "seq2seq", "word2vec", "embeddings")
LESSONS = (*sorted(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("0*.ipynb")),
           *(f"tests/test_{name}.py" for name in IMPORTED))


def pythons():
    """Return {version: path} of the supported Pythons on this machine.

    They are looked for on the search path and, if pyenv is there, among its versions.
    """
    (_, low), (_, high) = environment.SUPPORTED_PYTHON
    found = {}
    for minor in range(low, high + 1):
        version = f"3.{minor}"
        own = sys.executable if version == OWN else None
        kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
        path = own or (str(kept[-1]) if kept else shutil.which(f"python{version}"))
        if path:
            found[version] = path
    return found


def prepare(name, python, choice, log):
    """Make an environment with packages chosen by uv's options; return its Python, or None."""
    folder = OUT / name
    uv = [sys.executable, "-m", "uv"]
    steps = ([*uv, "venv", "--quiet", "--clear", "--python", python, str(folder)],
             [*uv, "pip", "install", "--quiet", "--compile-bytecode", *choice,
              "--python", environment_python(str(folder)),
              "-r", "requirements.txt", "-r", "requirements-dev.txt"])
    for step in steps:
        if subprocess.run(step, cwd=ROOT, stdout=log, stderr=log, check=False).returncode:
            return None
    return environment_python(str(folder))


def names_and_versions(python):
    """Return the versions of the packages that matter most, as text."""
    code = ("import importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in "
            "('tensorflow', 'keras', 'numpy', 'matplotlib', 'gensim', 'ipython')))")
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True,
                          check=False).stdout.strip()


def run(name, python, choice, words):
    """Test one combination; return what to say about it, and whether all tests passed."""
    OUT.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with open(OUT / f"{name}.log", "w", encoding="utf-8") as log:
        made = prepare(name, python, choice, log)
        if made is None:
            return f"{name:14} the packages could not be installed", False
        log.write(f"{names_and_versions(made)}\n")
        log.flush()
        kept = {key: value for key, value in os.environ.items()
                if key not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME")}
        test = [str(made), "-m", "pytest", "-n", "2", "--dist", "loadscope",
                "--no-loadscope-reorder", *words]
        status = subprocess.run(test, cwd=ROOT, stdout=log, stderr=log, env=kept,
                                check=False).returncode
    lines = (OUT / f"{name}.log").read_text(encoding="utf-8").strip().splitlines()
    told = f"{lines[-1].strip('= ')}; {(time.monotonic() - began) / 60:.0f} min"
    failed = [f"    {line}" for line in lines if line.startswith(("FAILED", "ERROR"))]
    return "\n".join([f"{name:14} {told}; {names_and_versions(made)}", *failed]), status == 0


def combinations(words, found):
    """Return the (version of Python, end) pairs that the words of the command line choose.

    Args:
        words: of the command line.
        found: {version: path} of the Pythons on this machine.
    """
    ends = [word for word in words if word in ENDS] or list(ENDS)
    versions = [word for word in words if word in found] or list(found)
    return [(version, end) for version in versions for end in ends
            if end != "colab" or version == COLAB_PYTHON]


def main(words):
    """Test every combination; return 0 if all passed."""
    found = pythons()
    words = [OWN if word == "own" else word for word in words]
    chosen = combinations(words, found)
    if not chosen:
        print("No Python for this was found; install Python 3.11, 3.12 or 3.13.", file=sys.stderr)
        return 1
    rest = [word for word in words if word not in ENDS and word not in found]
    if "lessons" in rest:
        rest = [*LESSONS, *(word for word in rest if word != "lessons")]
    good = True
    for version, end in chosen:
        line, passed = run(f"{version}-{end}", found[version], ENDS[end],
                           rest or (LESSONS if end == "colab" else []))
        print(line, flush=True)
        good &= passed
    print(f"Logs are in {OUT.relative_to(ROOT)}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
