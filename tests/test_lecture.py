"""`make lecture`: the deck in the browser, the lesson in JupyterLab, a sentence without one."""

import subprocess
import webbrowser

import pytest

from tools.notebooks import lessons
from tools.publish import lecture


class Fake:
    """A browser that remembers what it was asked to open."""

    def __init__(self, opens=True):
        self.opened, self.opens = [], opens

    def open(self, url):
        self.opened.append(url)
        return self.opens


def given(monkeypatch, found):
    """Let this machine have the browser `found`, or none."""
    def get():
        if found is None:
            raise webbrowser.Error("could not locate runnable browser")
        return found

    monkeypatch.setattr(webbrowser, "get", get)
    started = []

    def run(command, **settings):
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    return started, run


def test_the_deck_and_the_notebook_are_opened(monkeypatch, capsys):
    browser = Fake()
    started, run = given(monkeypatch, browser)
    assert lecture.main(["1"], run) == 0
    path, = lessons.paths("1", lessons.EVIDENCE)
    address, = browser.opened
    assert address.startswith("file:///") and address.endswith(f"/build/slides/{path.stem}.html")
    assert (lessons.ROOT / "build" / "slides" / f"{path.stem}.html").is_file()
    command, = started
    assert f"--LabApp.default_url=/lab/tree/notebooks/evidence/{path.name}" in command
    assert "--no-browser" not in command and "speaker's view" in capsys.readouterr().out


@pytest.mark.parametrize("found", [None, Fake(opens=False)])
def test_without_a_browser_a_sentence_says_what_to_open(monkeypatch, capsys, found):
    started, run = given(monkeypatch, found)
    assert lecture.main(["01"], run) == 0
    said = capsys.readouterr().out
    assert said.startswith("No browser was found on this machine: open /")
    assert "01_rnn_types.html" in said and "--no-browser" in started[0]


def test_without_a_number_it_says_which_there_are(capsys):
    assert lecture.main([]) == 2
    assert "Which lesson? Write for instance make lecture N=01; there are: 01" in (
        capsys.readouterr().err)
    with pytest.raises(SystemExit, match="There is no lesson 99"):
        lecture.main(["99"])
