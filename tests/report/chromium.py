"""Drive Chromium over its debugging pipe: one page at a time, real mouse and keys, with a log of all requests."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

DISABLED_FEATURES = ("gpu", "quic", "background-networking", "component-update", "sync", "default-apps", "extensions")
TIMEOUT_SECONDS = 20.0


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


class Chromium:
    """One browser with one page open."""

    def __init__(self, program: str, profile: Path) -> None:
        self._read, child_write = os.pipe()
        child_read, self._write = os.pipe()
        self.console: list[str] = []
        self.requested: list[str] = []
        self._buffer, self._number = b"", 0
        arguments = ["--headless=new", "--no-sandbox", "--no-first-run", "--remote-debugging-pipe", "about:blank"]
        arguments += [f"--disable-{item}" for item in DISABLED_FEATURES] + [f"--user-data-dir={profile}"]

        def use_files_3_and_4() -> None:
            # Chromium reads commands from file descriptor 3 and answers on 4.
            first, second = os.dup(child_read), os.dup(child_write)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self._process = subprocess.Popen(
            [program, *arguments],
            preexec_fn=use_files_3_and_4,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(child_write)
        os.close(child_read)
        self._session: str | None = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, url: str) -> Self:
        """Load a page again and clear the logs of the console and the network."""
        self.send("Page.navigate", url="about:blank")
        self.console.clear()
        self.requested.clear()
        self.send("Page.navigate", url=url)
        self.wait("document.documentElement?.dataset.drawn === 'yes'")
        return self

    def run(self, script: str) -> Any:
        """Return the value of an expression; promises are awaited."""
        done = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise AssertionError(done["exceptionDetails"]["exception"].get("description"))
        return done["result"].get("value")

    def wait(self, condition: str) -> None:
        self.until(lambda: self.run(f"Boolean({condition})"), condition)

    def until(self, condition: Callable[[], object], description: str = "the condition") -> None:
        end = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            assert time.monotonic() < end, f"{description} was not met in time"
            time.sleep(0.02)

    def locate(self, selector: str) -> tuple[float, float]:
        """Scroll an element into view and return its center, after all animations have ended."""
        self.wait("document.getAnimations().every((animation) => animation.playState !== 'running')")
        x, y = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({ block: 'center', behavior: 'instant' });"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        return x, y

    def hover(self, selector: str) -> None:
        x, y = self.locate(selector)
        for shift in (1, 0):  # a hover needs a movement
            self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x + shift, y=y)

    def click(self, selector: str) -> None:
        x, y = self.locate(selector)
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def screen(self, width: int, height: int = 900) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def prefer(self, media: str = "", **features: str) -> None:
        """Emulate a medium (`print`) and media features (`prefers_color_scheme="dark"`)."""
        emulated = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", media=media, features=emulated)

    def screenshot(self) -> bytes:
        return base64.b64decode(self.send("Page.captureScreenshot")["data"])

    def close(self) -> None:
        self._session = None
        try:
            self.send("Browser.close")
        finally:
            os.close(self._write)
            os.close(self._read)
            self._process.wait(timeout=TIMEOUT_SECONDS)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], TIMEOUT_SECONDS)
            assert ready, "Chromium does not answer"
            self._buffer += os.read(self._read, 1 << 20)
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._log(message.get("method", ""), message.get("params", {}))
        return message

    def _log(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(item.get("value", item.get("description"))) for item in params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.console.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(params["request"]["url"])
