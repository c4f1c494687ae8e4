"""Open a lesson's deck in the browser and the lesson itself in JupyterLab: `make lecture N=04`.

JupyterLab runs until Ctrl-C. On a machine without a browser both addresses are printed.
"""

import subprocess
import sys
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import lessons  # noqa: E402  (the path above makes it importable)
from tools.publish import slides  # noqa: E402  (the path above makes it importable)


def browser():
    """Return the browser of this machine, or None."""
    try:
        return webbrowser.get()
    except webbrowser.Error:
        return None


def command(path, live):
    """Return the command that starts JupyterLab with a lesson.

    Args:
        path: the notebook.
        live: whether JupyterLab opens a browser by itself.
    """
    start = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}",
             f"--LabApp.default_url=/lab/tree/notebooks/evidence/{path.name}"]
    return start if live else [*start, "--no-browser"]


def main(words, run=subprocess.run):
    """Open deck and notebook; return the exit status."""
    if len(words) != 1:
        known = ", ".join(path.stem[:2] for path in lessons.paths(folder=lessons.EVIDENCE))
        print(f"Which lesson? Write for instance make lecture N={known[:2]}; there are: {known}.",
              file=sys.stderr)
        return 2
    path, = lessons.paths(*words, folder=lessons.EVIDENCE)
    deck, = slides.build([path], ROOT / "build" / "slides")
    found = browser()
    if found and found.open(deck.as_uri()):
        print(f"The deck is {deck.relative_to(ROOT)}; S opens the speaker's view. The notebook "
              "opens beside it; Ctrl-C here ends JupyterLab.", flush=True)
    else:
        found = None
        print(f"No browser was found on this machine: open {deck} yourself, and beside it the "
              "address that JupyterLab prints below. Ctrl-C ends JupyterLab.", flush=True)
    try:
        return run(command(path, found is not None), cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
