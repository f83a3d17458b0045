"""Chromium over its debugging pipe: one page at a time, real mouse and keys, and all it asks of the network."""

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

QUIET = ("gpu", "quic", "background-networking", "component-update", "sync", "default-apps", "extensions")
PATIENCE = 20.0


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


class Chromium:
    """One browser with one page open."""

    def __init__(self, program: str, profile: Path) -> None:
        self._read, theirs_out = os.pipe()
        theirs_in, self._write = os.pipe()
        self.console: list[str] = []
        self.requested: list[str] = []
        self._left, self._number = b"", 0
        arguments = ["--headless=new", "--no-sandbox", "--no-first-run", "--remote-debugging-pipe", "about:blank"]
        arguments += [f"--disable-{item}" for item in QUIET] + [f"--user-data-dir={profile}"]

        def as_three_and_four() -> None:
            # Chromium reads commands from file 3 and answers on file 4.
            first, second = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self._process = subprocess.Popen(
            [program, *arguments],
            preexec_fn=as_three_and_four,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_out)
        os.close(theirs_in)
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
        """Open a page from anew; what console and network displayed before is forgotten."""
        self.send("Page.navigate", url="about:blank")
        self.console.clear()
        self.requested.clear()
        self.send("Page.navigate", url=url)
        self.wait("document.documentElement?.dataset.drawn === 'yes'")
        return self

    def run(self, script: str) -> Any:
        """What an expression comes to, promises awaited."""
        done = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise AssertionError(done["exceptionDetails"]["exception"].get("description"))
        return done["result"].get("value")

    def wait(self, condition: str) -> None:
        self.until(lambda: self.run(f"Boolean({condition})"), condition)

    def until(self, condition: Callable[[], object], what: str = "it") -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what} did not come to pass"
            time.sleep(0.02)

    def place(self, selector: str) -> tuple[float, float]:
        """The middle of an element, scrolled into sight; once nothing moves, such as a sheet that slides in."""
        self.wait("document.getAnimations().every((animation) => animation.playState !== 'running')")
        x, y = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({ block: 'center', behavior: 'instant' });"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        return x, y

    def hover(self, selector: str) -> None:
        x, y = self.place(selector)
        for shift in (1, 0):  # a mouse comes from somewhere
            self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x + shift, y=y)

    def click(self, selector: str) -> None:
        x, y = self.place(selector)
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
        """The medium (`print`), and what the system prefers (`prefers_color_scheme="dark"`)."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", media=media, features=wanted)

    def picture(self) -> bytes:
        return base64.b64decode(self.send("Page.captureScreenshot")["data"])

    def close(self) -> None:
        self._session = None
        try:
            self.send("Browser.close")
        finally:
            os.close(self._write)
            os.close(self._read)
            self._process.wait(timeout=PATIENCE)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._read], [], [], PATIENCE)
            assert ready, "Chromium does not answer"
            self._left += os.read(self._read, 1 << 20)
        line, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, displayed: dict[str, Any]) -> None:
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(item.get("value", item.get("description"))) for item in displayed["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(str(displayed["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.console.append(displayed["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(displayed["request"]["url"])
