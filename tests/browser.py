"""Chromium without a window, spoken to over its own debugging protocol.

`Browser` starts one, `Browser.tab` opens a page in it, and the tab keeps what went wrong: requests
that leave the machine, console errors, exceptions, files that could not be loaded.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
         "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
         "--disable-backgrounding-occluded-windows", "--hide-scrollbars", "--mute-audio",
         "--force-color-profile=srgb",
         "--remote-debugging-port=0", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
LOCAL = ("file:", "data:", "blob:", "about:", "chrome:", "devtools:")
CHECKS = Path(__file__).with_name("page_checks.js").read_text(encoding="utf-8")


def find():
    """Return the path of a Chromium, or skip the test; fail where one was promised."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        said = ("No Chromium is on this machine, so decks and pages are not opened "
                "(on Debian: apt install chromium).")
        if os.environ.get("COURSE_NEEDS_BROWSER") == "1":
            pytest.fail(f"{said} COURSE_NEEDS_BROWSER is 1, which forbids to skip this.")
        pytest.skip(said)
    return found


class Browser:
    """A Chromium of its own, with an empty profile."""

    def __init__(self):
        import websocket
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [find(), *FLAGS, f"--user-data-dir={self.folder.name}", "--window-size=1280,720"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        port = Path(self.folder.name) / "DevToolsActivePort"
        for _ in range(600):
            if port.is_file() and len(port.read_text(encoding="utf-8").split()) == 2:
                break
            assert self.process.poll() is None, "Chromium ended before it was ready"
            time.sleep(0.1)
        number, path = port.read_text(encoding="utf-8").split()
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{number}{path}", timeout=120,
                                                  suppress_origin=True)
        self.count, self.tabs, self.answers = 0, {}, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def read(self):
        """Read one message: keep an answer, hand an event to its tab."""
        message = json.loads(self.socket.recv())
        if "id" in message:
            self.answers[message["id"]] = message
        elif tab := self.tabs.get(message.get("sessionId")):
            tab.event(message["method"], message["params"])

    def ask(self, method, session=None, **parameters):
        """Give a command and return its number, for `answer`."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.socket.send(json.dumps(message))
        return self.count

    def answer(self, asked):
        """Wait for the result of a command and return it."""
        while asked not in self.answers:
            self.read()
        answer = self.answers.pop(asked)
        assert "error" not in answer, answer["error"]["message"]
        return answer["result"]

    def call(self, method, session=None, **parameters):
        """Give a command and return its result."""
        return self.answer(self.ask(method, session, **parameters))

    def tab(self, width=1280, height=720):
        """Open an empty page and return its Tab."""
        made = self.call("Target.createTarget", url="about:blank", newWindow=True)
        tab = self.attach(made["targetId"])
        tab.size(width, height)
        return tab

    def attach(self, target):
        """Return a Tab for a page that is open, such as one that a page has opened."""
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.tabs[session] = Tab(self, session, target)
        return self.tabs[session]


class Tab:
    """One page, and what went wrong in it."""

    def __init__(self, browser, session, target):
        self.browser, self.session, self.target = browser, session, target
        self.faults, self.loaded, self.taking = [], False, None
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """Give a command to this page and return its result."""
        return self.browser.call(method, self.session, **parameters)

    def size(self, width, height):
        """Set the size of the window."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def event(self, method, parameters):
        """Keep an event if it is a fault."""
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            host = urllib.parse.urlsplit(url).hostname
            if not url.startswith(LOCAL) and host not in ("127.0.0.1", "localhost"):
                self.faults.append(f"a request leaves the machine: {url[:100]}")
        elif method == "Network.loadingFailed":
            if not parameters.get("canceled"):
                self.faults.append(f"a file was not loaded: {parameters['errorText']}")
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            text = details.get("exception", {}).get("description", details["text"])
            self.faults.append(f"an exception: {text.splitlines()[0]}")
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
            said = " ".join(str(a.get("value", a.get("description"))) for a in parameters["args"])
            self.faults.append(f"console: {said[:200]}")
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.faults.append(f"log: {parameters['entry']['text'][:200]}")

    def open(self, address, seconds=60):
        """Open a file or an address and wait until all of it is there."""
        self.loaded = False
        url = address.as_uri() if isinstance(address, Path) else address
        self.call("Page.navigate", url=url)
        self.browser.socket.settimeout(seconds)
        while not self.loaded:
            self.browser.read()
        self.browser.socket.settimeout(120)
        self.run("document.fonts.ready.then(() => true)")

    def run(self, expression):
        """Return the value of a JavaScript expression; a promise is waited for."""
        done = self.call("Runtime.evaluate", expression=expression, awaitPromise=True,
                         returnByValue=True)
        problem = done.get("exceptionDetails", {})
        assert not problem, problem.get("exception", {}).get("description", problem.get("text"))
        return done["result"].get("value")

    def wait(self, expression, seconds=30):
        """Wait until a JavaScript expression is true; return its value."""
        end = time.monotonic() + seconds
        while not (value := self.run(expression)):
            assert time.monotonic() < end, f"not true within {seconds} s: {expression}"
            time.sleep(0.1)
        return value

    def take(self):
        """Begin to take a picture of the page; `keep` ends it. Other tabs may work meanwhile."""
        self.taking = self.browser.ask("Page.captureScreenshot", self.session, format="jpeg",
                                       quality=80, optimizeForSpeed=True)

    def keep(self, path):
        """Write the picture that was begun, if there is one, to `path`."""
        if self.taking:
            data = base64.b64decode(self.browser.answer(self.taking)["data"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            self.taking = None

    def picture(self, path):
        """Write the page as a picture to `path`."""
        self.take()
        self.keep(path)

    def close(self):
        """Close the page."""
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.tabs.pop(self.session, None)
