"""A changed taxonomy is planned and applied from stored texts, and measured with labels."""

import json
import os
from pathlib import Path

import duckdb
import polars as pl
import pytest
from pipeline_runs import run_input, settings_for, tables_of
from topic_pages import SHIPPED
from typer.testing import CliRunner

from newsmill.errors import UserError
from newsmill.maintenance.retag import apply_retag, plan_retag
from newsmill.settings import Settings
from newsmill.sources.folder import scan
from newsmill.topics.labels import add_label, forget_labels, get_labels_path, measure_topics, read_labels
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.publish import publish_database
from pipelines.cli.app import app

FILLER = "The weather was plain and the roads were dry that day, so the people of the town stayed where they were. " * 8
TEXTS = {
    "bridge": "A new suspension bridge opened to traffic on Monday. " + FILLER,
    "rules": "The Senate passed an AI bill that regulates chatbots. " + FILLER,
    "river": "The old ferry across the river closed for good. " + FILLER,
}
FERRIES = """
  ferries:
    name: {en: Ferries}
    definition: {en: Boats that carry people across.}
    phrases:
      - weight: 2
        en: [ferry, ferries]
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return a published home of three pages on two ingest dates."""
    folder = tmp_path_factory.mktemp("change")
    for number, (name, text) in enumerate(TEXTS.items()):
        day = folder / "input" / f"2026-03-0{1 + number % 2}"
        day.mkdir(parents=True, exist_ok=True)
        file = day / f"{name}.txt"
        file.write_text(f"{name.title()} in the news\n\n{text}\n", encoding="utf-8")
        # The file's time is the fetch's and part of the record id, which decides the order of draws: with this time the
        # page drawn first is not the uncertain one.
        os.utime(file, (1772413200, 1772413200))
    settings = settings_for(folder / "input", folder / "home")
    run_input(settings, sorted({file.ingest_date for file in scan(settings.input).files}))
    with open_writer(settings.database) as con:
        publish_database(con, settings.published)
    return settings


@pytest.fixture
def home(published: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return a copy of the published home that writes no report: reports are slow and have their own tests."""
    monkeypatch.setattr("newsmill.stages.publish", lambda con, settings, *_: publish_database(con, settings.published))
    folder = tmp_path / "home"
    (folder / "published").mkdir(parents=True)
    for name in ("newsmill.duckdb", "published/newsmill.duckdb"):
        (folder / name).write_bytes((published.home / name).read_bytes())
    return published.model_copy(update={"home": folder})


@pytest.fixture
def wider(tmp_path: Path) -> Path:
    """Return the path of the shipped taxonomy with one extra topic."""
    path = tmp_path / "wider.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8") + FERRIES, encoding="utf-8")
    return path


def find_record(settings: Settings, title: str) -> str:
    with duckdb.connect(str(settings.published / "newsmill.duckdb"), read_only=True) as con:
        row = con.execute("select record_id from clean.pages where text like ?", [f"%{title}%"]).fetchone()
    assert row is not None
    return str(row[0])


def test_plan_shows_gains_with_their_sentence_and_writes_nothing(home: Settings, wider: Path) -> None:
    before = home.database.read_bytes()
    planned = plan_retag(home, load_taxonomy(wider))
    assert planned.pages == 3
    assert planned.changes.select("topic", "change", "sentence", "phrase").rows() == [
        ("ferries", "gained", "The old ferry across the river closed for good.", "ferry")
    ]
    assert planned.series.select("topic", "pages", "pages_new", "stories", "stories_new").rows() == [
        ("ferries", 0, 1, 0, 1)
    ]
    assert planned.versions == [load_taxonomy(SHIPPED).version]
    assert home.database.read_bytes() == before


def test_plan_shows_losses_with_the_stored_sentence(home: Settings, tmp_path: Path) -> None:
    (tmp_path / "only.yaml").write_text("topics:" + FERRIES, encoding="utf-8")
    planned = plan_retag(home, load_taxonomy(tmp_path / "only.yaml"))
    lost = planned.changes.filter(pl.col("change") == "lost")
    assert lost.select("topic", "sentence").rows() == [
        ("ai_regulation", "The Senate passed an AI bill that regulates chatbots.")
    ]


def test_plan_of_the_same_taxonomy_changes_nothing(home: Settings) -> None:
    planned = plan_retag(home, load_taxonomy(SHIPPED))
    assert planned.changes.is_empty()
    assert planned.series.is_empty()


def test_plan_measures_both_taxonomies_on_the_labels(home: Settings, wider: Path) -> None:
    add_label(home.home, find_record(home, "ferry"), "ferries", True, "uniform")
    add_label(home.home, find_record(home, "bridge"), "ferries", False, "near")
    add_label(home.home, "gone", "ferries", True, "uniform")
    quality = plan_retag(home, load_taxonomy(wider)).quality.filter(pl.col("topic") == "ferries").row(0, named=True)
    assert (quality["labels"], quality["recall"], quality["recall_new"], quality["precision_new"]) == (2, 0.0, 1.0, 1.0)


@pytest.mark.slow
def test_apply_leaves_the_tables_of_a_daily_run_with_that_taxonomy(home: Settings, wider: Path, tmp_path: Path) -> None:
    taxonomy = load_taxonomy(wider)
    done = apply_retag(home, taxonomy)
    assert (done.pages, done.changes.rows()) == (3, [("ferries", 1, 0)])
    rebuilt = home.model_copy(update={"home": tmp_path / "rebuilt", "topics": wider})
    run_input(rebuilt, sorted({file.ingest_date for file in scan(home.input).files}))
    applied, expected = tables_of(home.database), tables_of(rebuilt.database)
    assert expected["topics.mentions"].height > 0
    for name, table in expected.items():
        assert applied[name].equals(table), name
    published = tables_of(home.published / "newsmill.duckdb")
    assert published["topics.mentions"]["taxonomy_version"].unique().to_list() == [taxonomy.version]
    assert apply_retag(home, taxonomy).changes.is_empty()


@pytest.mark.slow
def test_apply_in_workers_gives_the_same(home: Settings, wider: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apply_retag(home, load_taxonomy(wider))
    alone = tables_of(home.database)
    monkeypatch.setattr("newsmill.topics.tag.BATCH_PAGES", 1)
    apply_retag(home.model_copy(update={"workers": 2}), load_taxonomy(wider))
    assert all(alone[name].equals(table) for name, table in tables_of(home.database).items())


@pytest.mark.slow
def test_interrupted_apply_leaves_the_old_tags(home: Settings, wider: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables_of(home.database)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("newsmill.stages.topics.replace_labels", killed)
    with pytest.raises(KeyboardInterrupt):
        apply_retag(home, load_taxonomy(wider))
    assert all(before[name].equals(table) for name, table in tables_of(home.database).items())


@pytest.mark.slow
def test_command_plans_and_applies(home: Settings, wider: Path) -> None:
    runner = CliRunner()
    arguments = ["--home", str(home.home), "--topics", str(wider)]
    result = runner.invoke(app, ["topics", "plan", *arguments, "--json"])
    assert [row["topic"] for row in json.loads(result.stdout)["changes"]] == ["ferries"]
    result = runner.invoke(app, ["topics", "plan", *arguments])
    assert "The old ferry across the river closed for good." in result.stdout
    result = runner.invoke(app, ["topics", "apply", *arguments])
    assert result.exit_code == 0, result.output
    assert "3 pages tagged" in result.stdout


def test_label_keeps_answers_and_continues_where_it_stopped(home: Settings) -> None:
    runner = CliRunner()
    arguments = ["topics", "label", "--home", str(home.home), "--topic", "ai_regulation"]
    first = runner.invoke(app, arguments, input="what\ny\nq\n")
    assert first.exit_code == 0, first.output
    assert "1 labeled" in first.stdout
    second = runner.invoke(app, arguments, input="s\nn\n")
    assert "1 labeled" in second.stdout
    labels = read_labels(home.home)
    assert labels["verdict"].to_list() == [True, False]
    assert labels["record_id"].n_unique() == 2
    third = runner.invoke(app, arguments, input="n\n")
    assert "All pages are labeled." in third.stdout
    with duckdb.connect(str(home.database), read_only=True) as con:
        assert con.execute("select count(*) from topics.labels").fetchone() == (3,)


def test_label_asks_about_uncertain_pages_too(home: Settings) -> None:
    result = CliRunner().invoke(app, ["topics", "label", "--home", str(home.home)], input="n\nn\nq\n")
    assert result.exit_code == 0
    assert read_labels(home.home)["sampling"].to_list() == ["uniform", "near"]


def test_unknown_topic_is_refused_with_its_name(home: Settings) -> None:
    result = CliRunner().invoke(app, ["topics", "label", "--home", str(home.home), "--topic", "boats"])
    assert isinstance(result.exception, UserError)
    assert "'boats' is not in" in str(result.exception)


def test_later_verdict_replaces_the_earlier(tmp_path: Path) -> None:
    for verdict in (True, False):
        add_label(tmp_path, "r1", "t", verdict, "uniform")
    assert read_labels(tmp_path)["verdict"].to_list() == [False]


def test_labels_of_a_forgotten_record_are_removed(tmp_path: Path) -> None:
    assert forget_labels(tmp_path, {"r1"}) == 0
    for record in ("r1", "r2"):
        add_label(tmp_path, record, "t", True, "uniform")
    assert forget_labels(tmp_path, {"r1"}) == 1
    assert read_labels(tmp_path)["record_id"].to_list() == ["r2"]


@pytest.mark.parametrize("line", ["no json", "{}", '{"record_id": 1, "topic": "t", "verdict": true}', "[]"])
def test_line_that_is_not_a_label_is_refused_with_its_number(line: str, tmp_path: Path) -> None:
    add_label(tmp_path, "r1", "t", True, "uniform")
    with get_labels_path(tmp_path).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(UserError, match="line 2: the line is not a label"):
        read_labels(tmp_path)


def test_measure_ignores_topics_of_teasers() -> None:
    labels = pl.DataFrame({"record_id": ["a", "b", "c"], "topic": ["t"] * 3, "verdict": [True, False, True]})
    tags = pl.DataFrame({"record_id": ["a", "b", "c"], "topic": ["t"] * 3, "teaser_only": [False, False, True]})
    assert measure_topics(labels, tags, ["t", "u"]).rows() == [("t", 3, 0.5, 0.5, 0.5), ("u", 0, None, None, None)]
