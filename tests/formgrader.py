"""A Jupyter server with a gradebook in Formgrader, and a browser tab that sees what a page does."""

import contextlib
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.parse

import browser
from coursework.grader import exercises, marking, record
from coursework.term import collect, settings
from tools.notebooks import lessons

TOKEN = "course"
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"


class Collector(http.server.BaseHTTPRequestHandler):
    """Answers nothing and remembers what it was asked for."""

    def do_GET(self):
        """Remember a request."""
        self.server.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def do_POST(self):
        """Remember a form that was sent."""
        self.do_GET()

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def collector():
    """Run an address on this machine that nothing should ask; its `asked` is a list of paths."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.asked, server.address = [], f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def store(folder, out, assignment):
    """Put a class into a gradebook, as `make grade` does; return the folder for Jupyter.

    Nobody has points for anything, and nothing is run.
    """
    given = settings.read(folder)
    files = {(one.student, one.assignment): folder / one.file
             for one in collect.plan(folder, given, None)}
    rows = [marking.Row(student, assignment, exercise.name,
                        0 if isinstance(exercise, exercises.Exercise) else "", exercise.points,
                        "ok", student)
            for student, _ in files for exercise in exercises.load(assignment)]
    record.gradebook(rows, files, out)
    return out / "course"


@contextlib.contextmanager
def jupyter(course, scratch):
    """Run JupyterLab in a gradebook's folder, as the README says; gives its address."""
    folders = {f"{name}_DIR": str(scratch / name.lower())
               for name in ("JUPYTER_CONFIG", "JUPYTER_DATA", "JUPYTER_RUNTIME",
                            "JUPYTERLAB_SETTINGS", "JUPYTERLAB_WORKSPACES")}
    closed = {"PYTHONPATH": str(lessons.ROOT / "tests" / "no_network"),
              "IPYTHONDIR": str(scratch / "ipython")}
    log = (scratch / "log").open("w", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         "--port=0", f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True",
         "--LabApp.extension_manager=readonly",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        cwd=course, env=lessons.kernel_environment(**folders, **closed), stdout=log, stderr=log)
    try:
        for _ in range(1200):
            found = list((scratch / "jupyter_runtime").glob("jpserver-*.json"))
            if found and (text := found[0].read_text(encoding="utf-8")):
                break
            assert server.poll() is None, (scratch / "log").read_text(encoding="utf-8")[-2000:]
            time.sleep(0.1)
        yield f"http://127.0.0.1:{json.loads(text)['port']}"
    finally:
        server.terminate()
        server.wait(60)
        log.close()


class Watch(browser.Tab):
    """A page of which every request, every window and every call of `ran()` is seen."""

    def __init__(self, chromium, session, target):
        super().__init__(chromium, session, target)
        self.requests, self.runs = [], []
        self.call("Runtime.addBinding", name="ran")

    def event(self, method, parameters):
        """Keep what a page does."""
        super().event(method, parameters)
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.bindingCalled":
            self.runs.append(parameters["payload"])
        elif method == "Page.windowOpen":
            self.requests.append(parameters["url"])
        elif method == "Page.javascriptDialogOpening":
            self.runs.append(parameters["message"])


def watch(chromium):
    """Open an empty page that is watched."""
    made = chromium.call("Target.createTarget", url="about:blank", newWindow=True)
    session = chromium.call("Target.attachToTarget", targetId=made["targetId"],
                            flatten=True)["sessionId"]
    chromium.tabs[session] = Watch(chromium, session, made["targetId"])
    return chromium.tabs[session]


def ordinary(url, server):
    """Tell whether Formgrader itself asks for an address."""
    parts = urllib.parse.urlsplit(url)
    return url.startswith(MATHJAX) or url == f"{server}/favicon.ico" or url.startswith(server) \
        and parts.path.startswith("/formgrader/") and "from=" not in url


# Touch all that came from a student, as somebody would who reads with the mouse.
TOUCH = """(() => {
  for (const part of [...document.querySelectorAll(%s)])
    for (const e of [part, ...part.querySelectorAll('*')]) {
      for (const kind of ['mouseover', 'mouseenter', 'focus', 'click', 'auxclick'])
        e.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true, view: window}));
      if (e.tagName === 'FORM') e.submit();
    }
  return true;
})()"""


def touch(tab, selector):
    """Move over, click and send all that a selector finds and all inside it."""
    tab.call("Runtime.evaluate", expression=TOUCH % json.dumps(selector))
