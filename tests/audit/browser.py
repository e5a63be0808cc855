"""Headless Chromium driven over its own pipe: real key presses, real page, no package beyond the standard library."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CODES = {"Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Enter": 13}


class Browser:
    """One page in one browser."""

    def __init__(self, profile: Path) -> None:
        (read_here, self._write), (self._read, write_there) = os.pipe(), os.pipe()
        flags = (
            "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
            "--disable-component-update --disable-sync --remote-debugging-pipe --window-size=1100,900"
        )
        command = f"exec {BROWSER} {flags} --user-data-dir={profile} about:blank 3<&{read_here} 4>&{write_there}"
        self._process = subprocess.Popen(
            ["bash", "-c", command], pass_fds=(read_here, write_there), stderr=subprocess.DEVNULL
        )
        os.close(read_here)
        os.close(write_there)
        self._buffer, self._number, self._session = b"", 0, None
        self.console: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        self.asked: list[str] = []

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def run(self, expression: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        found = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, expression: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not self._holds(expression):
            assert time.monotonic() < end, f"never true: {expression}; console: {self.console}"
            time.sleep(0.01)

    def _holds(self, expression: str) -> bool:
        """Whether it is true; a page that is still being navigated to has no value yet."""
        try:
            return bool(self.run(expression))
        except AssertionError:
            return False

    def press(self, key: str) -> None:
        """Press and release one key, as a keyboard does."""
        code = CODES.get(key, ord(key[0].upper()))
        text = {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **text)

    def type(self, text: str) -> None:
        self._call("Input.insertText", text=text)

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._read)
        os.close(self._write)

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            found = self._message()
            if found.get("id") == self._number:
                assert "error" not in found, (method, found)
                return found["result"]
            self._note(found)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._read], [], [], 60)[0], "the browser is silent"
            part = os.read(self._read, 1 << 16)
            assert part, "the browser ended"
            self._buffer += part
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        method, body = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(a.get("value")) for a in body["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(json.dumps(body["exceptionDetails"])[:500])
        elif method == "Log.entryAdded":
            self.console.append(body["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.asked.append(body["request"]["url"])
