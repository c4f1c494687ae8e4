"""The course's address: read from data/course.toml, and found in lessons and README."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLAB = "https://colab.research.google.com/github"
COLAB_LINK = re.compile(re.escape(COLAB) + r"/([\w.-]+/[\w.-]+)/blob/([^/\s)]+)/")
SLIDES_LINK = re.compile(r"https://[\w-]+\.github\.io/[\w.-]+/slides/")
CLONE_LINE = re.compile(r'^REPOSITORY, VERSION = "https://github\.com/([^"]+)\.git", "([^"]+)"$',
                        re.MULTILINE)


def load(root=ROOT):
    """Return data/course.toml as a dict: title, repository ("owner/name"), version."""
    return tomllib.loads((root / "data" / "course.toml").read_text(encoding="utf-8"))


def colab_link(course, notebook):
    """Return the address that opens a notebook of this course in Colab.

    Args:
        course: what `load` returned.
        notebook: its path below notebooks/, such as "04_lstm.ipynb" or "evidence/04_lstm.ipynb".
    """
    return f"{COLAB}/{course['repository']}/blob/{course['version']}/notebooks/{notebook}"


def slides_link(course, lesson):
    """Return the address of a lesson's deck, where the site is published as GitHub Pages."""
    owner, name = course["repository"].split("/")
    return f"https://{owner.lower()}.github.io/{name}/slides/{lesson}.html"


def addressed(text, course):
    """Return `text` with its clone line and its links pointing to this course."""
    repository, version = course["repository"], course["version"]
    text = SLIDES_LINK.sub(slides_link(course, "").removesuffix(".html"), text)
    text = COLAB_LINK.sub(f"{COLAB}/{repository}/blob/{version}/", text)
    return CLONE_LINE.sub(
        f'REPOSITORY, VERSION = "https://github.com/{repository}.git", "{version}"', text)
