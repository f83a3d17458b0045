"""CONTRIBUTING lists every module by its docstring: `python tests/test_contributing.py` writes the list."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "CONTRIBUTING.md"
PACKAGES = ("newsmill", "assets", "pipelines", "benchmarks")
LIST = re.compile(r"(?<=<!-- modules -->\n).*(?=<!-- end of modules -->)", re.DOTALL)


def module_list() -> str:
    """Return the list: one heading per folder, one line per module."""
    lines = []
    for package in PACKAGES:
        for folder in sorted({path.parent for path in (ROOT / package).rglob("*.py")}):
            lines += ["", f"**`{folder.relative_to(ROOT).as_posix()}/`**", ""]
            lines += [f"- `{path.name}`: {summary(path)}" for path in sorted(folder.glob("*.py"))]
    return "\n".join([*lines, "", ""])


def summary(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]


def test_every_module_says_what_it_does() -> None:
    without = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if not summary(path)]
    assert not without


def test_contributing_lists_every_module() -> None:
    found = LIST.search(DOCUMENT.read_text())
    assert found
    assert found[0] == module_list(), "run python tests/test_contributing.py"


if __name__ == "__main__":
    DOCUMENT.write_text(LIST.sub(lambda _: module_list(), DOCUMENT.read_text()))
