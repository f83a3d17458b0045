"""`newsmill search` and `newsmill export`, on the processed sample."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from pathlib import Path

import pytest
from commands import call

from newsmill.errors import UserError
from newsmill.settings import load_settings
from pipelines.cli import search
from pipelines.cli.search import search_command


def test_search_lists_stories_with_their_best_sentence_and_url(home: Path) -> None:
    result = call("search", "AI", "Act", "training", "--home", str(home), "--topic", "ai_regulation", "--limit", "3")
    assert result.code == 0, result.err
    assert "Brussels tells model makers what the AI Act wants in writing" in result.out
    assert "4 pages, 2 outlets  ai_regulation" in result.out
    assert "training data, the most contested duty of the EU AI Act." in result.out
    assert "https://www.civicmonitor.example/articles/304441" in result.out
    has_extra = find_spec("duckdb_extension_fts") is not None
    assert ("pip install 'newsmill[search]'" in result.err) is not has_extra


def test_search_finds_scripts_without_spaces_and_prints_json(home: Path) -> None:
    [story, *_] = call("search", "涉密网络", "--home", str(home), "--since", "2026-10-01", "--json").json
    assert story["title"] == "OpenAI 与美国国防部扩大合作，模型将进入涉密网络"
    assert "涉密网络" in story["sentence"]
    assert story["outlets"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["???"], "no word"),
        (["act", "--topic", "sport"], "ai_regulation, ai_video_models, defense_partnerships"),
    ],
)
def test_what_is_wrong_with_a_search_is_one_line(arguments: list[str], said: str, home: Path) -> None:
    result = call("search", *arguments, "--home", str(home))
    assert result.code == 2
    assert said in result.err.splitlines()[-1]


def test_a_search_without_results_prints_a_message(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    search_command(load_settings(home=home), ["nowhere"], topic=None, since=None, limit=1, index=False, as_json=False)
    out, err = capsys.readouterr()
    assert out == ""
    assert "No story contains all of these words." in err


def test_an_index_that_cannot_be_built_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise UserError("search", "not installed", "install it")

    monkeypatch.setattr(search, "extension", missing)
    with pytest.raises(UserError, match="install it"):
        search_command(load_settings(home=home), ["ai"], topic=None, since=None, limit=1, index=True, as_json=False)


def test_export_writes_a_file_and_prints_its_path(home: Path, tmp_path: Path) -> None:
    arguments = ["export", "--table", "analyst.stories", "--format", "csv", "--home", str(home)]
    result = call(*arguments, "--topic", "ai_video_models", "--since", "2026-10-12", cwd=tmp_path)
    assert result.code == 0, result.err
    assert result.out.strip() == str((tmp_path / "analyst.stories.csv").resolve())
    with (tmp_path / "analyst.stories.csv").open(encoding="utf-8", newline="") as file:
        stories = list(csv.DictReader(file))
    assert result.err.strip() == f"{len(stories)} rows"
    assert len(stories) > 10
    assert all("ai_video_models" in story["topics"] for story in stories)
    again = call(*arguments, cwd=tmp_path)
    assert again.code == 2
    assert again.err.startswith("newsmill: --out analyst.stories.csv: ") and "--force" in again.err
