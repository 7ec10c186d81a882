# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser without a window: chromium, through chromedriver's HTTP interface (W3C WebDriver), with
nothing but the standard library."""
import base64
import json
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")


class Browser:
    """With `Browser() as browser`. What a page logs, and every request it makes, is kept."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="pygcsim-browser-")
        self.driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, encoding="utf-8")
        try:
            self.address = f"http://127.0.0.1:{self.read_port()}"
            self.session = ""
            self.session = "/session/" + self.post("/session", capabilities={"alwaysMatch": {
                "goog:chromeOptions": {
                    "binary": BROWSER,
                    "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                             "--disable-dev-shm-usage", f"--user-data-dir={self.profile.name}"]},
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}})["sessionId"]
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error):
        try:
            self.call("DELETE", "")
        finally:
            self.stop()

    def stop(self):
        self.driver.terminate()
        self.driver.wait()
        self.driver.stdout.close()
        self.profile.cleanup()

    def read_port(self):
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found.group(1))
        raise RuntimeError("chromedriver does not start")

    def call(self, method, path, **body):
        request = urllib.request.Request(
            self.address + self.session + path, method=method,
            data=json.dumps(body).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:500]}") from error

    def post(self, path, **body):
        return self.call("POST", path, **body)

    def devtools(self, command, **parameters):
        return self.post("/goog/cdp/execute", cmd=command, params=parameters)

    def open(self, path):
        self.post("/url", url="file://" + path)

    def run(self, script, *arguments):
        """A function's body; returns what it returns."""
        return self.post("/execute/sync", script=script, args=list(arguments))

    def press(self, key):
        """A key: a character, or as WebDriver names it (Enter is \\ue007)."""
        self.post("/actions", actions=[{"type": "key", "id": "keyboard", "actions": [
            {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}])

    def view(self, width, height=900, media="screen", scheme="light"):
        """The size of the window in CSS pixels, the medium, and whether light or dark is liked."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=width < 600)
        self.devtools("Emulation.setEmulatedMedia", media=media,
                      features=[{"name": "prefers-color-scheme", "value": scheme}])

    def messages(self):
        """What the page has logged since the last call: errors and the rest."""
        return [entry["message"] for entry in self.post("/se/log", type="browser")]

    def requests(self):
        """Addresses that were asked for since the last call."""
        events = [json.loads(entry["message"])["message"]
                  for entry in self.post("/se/log", type="performance")]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]

    def picture(self):
        """Of what is in view, as PNG."""
        return base64.b64decode(self.call("GET", "/screenshot"))

    def printed(self):
        """As PDF, on A4."""
        self.devtools("Emulation.setEmulatedMedia", media="", features=[])
        self.devtools("Emulation.clearDeviceMetricsOverride")
        return base64.b64decode(self.post("/print", page={"width": 21, "height": 29.7},
                                          background=True))
