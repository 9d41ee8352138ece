"""A page of a headless Chromium, driven over its debugging pipe: nothing to install beside the browser."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip
_PATIENCE_SECONDS = 60.0
"""Other tests run beside this one: only what never comes takes so long."""


class NavigatedError(AssertionError):
    """The page that was asked has gone, and another is in its place."""


class Page:
    """One page. `with Page() as page: page.open(path)`."""

    def __init__(self) -> None:
        assert CHROMIUM, "no Chromium here"
        self.problems: list[str] = []
        """What the page complained of."""
        self.fetched: list[str] = []
        """Every address that it asked for."""
        self._profile = tempfile.mkdtemp(prefix="turnsql-browser-")
        ours, theirs = os.pipe(), os.pipe()
        # Chromium reads commands from descriptor 3 and writes answers to 4.
        command = f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}'
        self._browser = subprocess.Popen(
            ["bash", "-c", command, CHROMIUM, *_FLAGS, f"--user-data-dir={self._profile}", "about:blank"],
            pass_fds=(ours[0], theirs[1]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(ours[0])
        os.close(theirs[1])
        self._out, self._in, self._read, self._sent, self._session = ours[1], theirs[0], b"", 0, ""
        target = next(t for t in self._page_targets() if t["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Page:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the browser and drop its profile."""
        self._browser.terminate()
        try:
            self._browser.wait(10)
        except subprocess.TimeoutExpired:
            self._browser.kill()
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, page: Path, fragment: str = "") -> None:
        """Load a file anew, even where only the fragment differs."""
        self.visit(page.resolve().as_uri() + fragment)

    def visit(self, address: str) -> None:
        """Load an address anew."""
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=address)
        scheme = address.partition(":")[0]
        self.wait(f"document.readyState === 'complete' && location.protocol === '{scheme}:'")

    def reload(self) -> None:
        """Load the page anew and wait for it."""
        self.js("window.isOld = true")
        self.send("Page.reload")
        self.wait("!window.isOld && document.readyState === 'complete'")

    def js(self, expression: str) -> Any:
        """Evaluate an expression in the page and return its value."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not self._holds(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.02)

    def _holds(self, expression: str) -> bool:
        try:
            return self.js(f"Boolean({expression})")
        except NavigatedError:
            return False

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as a keyboard does."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "Home": 36, "ArrowDown": 40}
        for pressed in keys:
            modifiers, _, key = pressed.rpartition("+") if len(pressed) > 1 else ("", "", pressed)
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            event: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper()))}
            event["modifiers"] = {"": 0, "Control": 2, "Shift": 8}[modifiers]
            if pressed == "Control+a":
                event["commands"] = ["selectAll"]
            self.send("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text else {}))
            self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        """Write into what has the focus."""
        self.send("Input.insertText", text=text)

    def size(self, width: int, height: int) -> None:
        """Take the size of a window, or of a phone."""
        mobile = width < 500
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def colours(self, scheme: str) -> None:
        """Prefer `light` or `dark`."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Save what is seen, or the whole page."""
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command of the DevTools protocol and return its answer."""
        self._sent += 1
        message: dict[str, Any] = {"id": self._sent, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._sent:
                told = answer.get("error", {}).get("message", "")
                if "navigated" in told:
                    raise NavigatedError(told)
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._note(answer.get("method"), answer.get("params", {}))

    def _page_targets(self) -> list[dict[str, Any]]:
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            targets = self.send("Target.getTargets")["targetInfos"]
            if any(target["type"] == "page" for target in targets):
                return targets
            time.sleep(0.05)
        raise TimeoutError("Chromium opened no page")

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._in], [], [], _PATIENCE_SECONDS)
            chunk = os.read(self._in, 1 << 16) if ready else b""
            assert chunk, "Chromium does not answer"
            self._read += chunk
        line, _, self._read = self._read.partition(b"\0")
        return json.loads(line)

    def _note(self, method: str | None, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(params["exceptionDetails"].get("exception", {}).get("description")))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.problems.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.fetched.append(params["request"]["url"])
