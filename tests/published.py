"""The course as a reader fetches it: a repository at the course's address, without a network."""

import subprocess

from tools.notebooks import course


def commit(folder):
    """Make a folder the repository that can be cloned, on the branch that lessons fetch."""
    git = ["git", "-C", str(folder), "-c", "user.name=course", "-c", "user.email=course@localhost"]
    for words in (["init", "--quiet", "--initial-branch", course.load()["version"]], ["add", "."],
                  ["commit", "--quiet", "--message", "The course"]):
        subprocess.run([*git, *words], check=True, capture_output=True)


def redirection(destination):
    """Return environment variables with which git takes `destination` for the course's address."""
    return {"GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{destination}.insteadOf",
            "GIT_CONFIG_VALUE_0": f"https://github.com/{course.load()['repository']}.git"}
