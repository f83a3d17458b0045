"""The wheel: it carries what the commands need, and runs without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from commands import clean_environment

from newsmill.settings import PROJECT

CALL = "import sys; from pipelines.cli import main; sys.exit(main())"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it as an installer does; returns the folder of its packages."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    [wheel] = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def call(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment() | {"PYTHONPATH": str(installed), "PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-c", CALL, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_the_wheel_has_what_the_commands_need(installed: Path) -> None:
    shipped = installed / "newsmill" / "shipped"
    assert (shipped / "workspace.yaml").is_file()
    assert (shipped / "dbt_like_sql" / "dbt_project.yml").is_file()
    assert any((shipped / "sample" / "input").rglob("*.html*"))
    assert all((installed / package / "py.typed").is_file() for package in ("newsmill", "assets", "pipelines"))
    assert {path.name for path in installed.iterdir() if path.suffix != ".dist-info"} == {
        "newsmill",
        "assets",
        "pipelines",
    }


def test_the_code_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "from newsmill.settings import SAMPLE; print(SAMPLE)"],
        cwd=tmp_path,
        env=clean_environment() | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == str(installed / "newsmill" / "shipped" / "sample" / "input")


@pytest.mark.slow
def test_the_wheel_runs_a_folder_and_the_sample(installed: Path, tmp_path: Path) -> None:
    day = tmp_path / "pages" / "2026-10-05"
    day.mkdir(parents=True)
    (day / "page.txt").write_text("A headline\n\n" + "A sentence of a page that reads well enough. " * 9, "utf-8")
    own = call(installed, tmp_path, "run", "--input", "pages", "--home", "own")
    assert own.returncode == 0, own.stderr
    assert "1 records = 1 kept" in own.stdout
    sample = call(installed, tmp_path, "run", "--sample", "--home", "home")
    assert sample.returncode == 0, sample.stderr
    assert (tmp_path / "home" / "published" / "report.html").is_file()
