"""The Pythons on this machine that are too old for the course."""

import shutil
from pathlib import Path

KEPT = Path.home() / ".pyenv" / "versions"
FOUND = [next(iter(sorted(KEPT.glob(f"3.{minor}.*/bin/python"))), None)
         or shutil.which(f"python3.{minor}", path="/usr/bin:/usr/local/bin")
         for minor in range(6, 11)]
PATHS = [str(path) for path in FOUND if path]
