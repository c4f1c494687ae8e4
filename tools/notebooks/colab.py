"""Write the address of a copy of the course everywhere: `make colab REPO=owner/name VERSION=tag`.

Without REPO it is asked for. It goes into data/course.toml, the set-up cell of every notebook and
every assignment, and every link to Colab.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.notebooks import course  # noqa: E402  (the path above makes it importable)

WANTED = "usage: make colab REPO=owner/name [VERSION=tag]"


def stamp(root, repository, version):
    """Write an address into all files below `root` that hold one; return the changed paths.

    Args:
        root: of the course.
        repository: "owner/name" on GitHub.
        version: branch or tag that Colab fetches.
    """
    import nbformat
    changed = []

    def save(path, old, new, write):
        if old != new:
            write(new, path)
            changed.append(path)

    def write_text(text, path):
        path.write_text(text, encoding="utf-8")

    settings = root / "data" / "course.toml"
    old = settings.read_text(encoding="utf-8")
    new = re.sub(r'^repository = ".*"$', f'repository = "{repository}"', old, flags=re.MULTILINE)
    new = re.sub(r'^version = ".*"$', f'version = "{version}"', new, flags=re.MULTILINE)
    save(settings, old, new, write_text)
    now = course.load(root)
    readme = root / "README.md"
    old = readme.read_text(encoding="utf-8")
    save(readme, old, course.addressed(old, now), write_text)
    files = [*(root / "notebooks").glob("[0-9]*.ipynb"),
             *(root / "notebooks" / "evidence").glob("[0-9]*.ipynb"),
             *(root / "coursework" / "source").glob("*/assignment_*.ipynb")]
    for path in sorted(files):
        notebook = nbformat.read(path, as_version=4)
        old = [cell.source for cell in notebook.cells]
        new = [course.addressed(source, now) for source in old]
        for cell, source in zip(notebook.cells, new, strict=True):
            cell.source = source
        save(path, old, new, lambda _, path, made=notebook: nbformat.write(made, path))
    return changed


def main(words):
    """Stamp what the command line asks for; return the exit status."""
    repository, version = (*words, "", "")[:2]
    if not repository and sys.stdin.isatty():
        repository = input("Where will your public copy stand on GitHub (owner/name)? ").strip()
    version = version or course.load(ROOT)["version"]
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository) or repository.endswith(".git"):
        print(f"{WANTED}; REPO was {repository!r}.", file=sys.stderr)
        return 2
    if not re.fullmatch(r"[\w.-]+", version):
        print(f"{WANTED}; VERSION was {version!r}.", file=sys.stderr)
        return 2
    changed = stamp(ROOT, repository, version)
    for path in changed:
        print(f"{path.relative_to(ROOT)} now points to {repository}, {version}")
    if not changed:
        print(f"Everything points to {repository}, {version} already.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
