"""What an experiment found, and its JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Result:
    """The result of one experiment.

    Attributes:
        name: the experiment's name on the command line.
        title: what was tried, as a heading.
        expected: what must hold each time, in one sentence.
        tried: how many faults were caused.
        lost: records that a fault lost.
        failures: one line for each time that it did not hold.
        figures: what was measured, by its name.
        skipped: why the experiment could not run here; empty where it ran.
    """

    name: str
    title: str
    expected: str
    tried: int = 0
    lost: int = 0
    failures: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    skipped: str = ""

    def check(self, holds: bool, message: str) -> None:
        """Note a failure where something does not hold."""
        if not holds:
            self.failures.append(message)

    def write(self, folder: Path) -> None:
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def read_result(path: Path) -> Result:
    values: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return Result(**values)  # type: ignore[arg-type]
