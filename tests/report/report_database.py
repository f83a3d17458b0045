"""A database with a month of synthetic news: topics, stories, a burst, hostile titles, failing checks."""

from __future__ import annotations

import datetime as dt
import random

import duckdb
import polars as pl
from lxml import html as lxml_html
from report_data import ReportData
from sql_models import build_models

from newsmill.pages.tables import PAGES
from newsmill.quality.tables import CHECK_RESULTS, LEDGER
from newsmill.report.build import build_report
from newsmill.sources.tables import RECORDS
from newsmill.stories.tables import MEMBERS
from newsmill.table import Table
from newsmill.topics.tables import ENTITIES, MENTIONS, PAGE_TOPICS
from newsmill.trends.tables import BURSTS
from newsmill.warehouse.schema import create_schema
from newsmill.warehouse.writes import insert

Rows = dict[str, list[dict[str, object]]]
FILLED = {table.name: table for table in (RECORDS, PAGES, MEMBERS, LEDGER, MENTIONS, PAGE_TOPICS, ENTITIES)}

FIRST = dt.date(2026, 10, 16)
DAYS = 30
LAST = FIRST + dt.timedelta(days=DAYS - 1)
MADE_AT = dt.datetime(2026, 11, 15, 2, 14)
NAMES = {
    "ai_video_models": "AI video models",
    "ai_regulation": "AI regulation",
    "defense_partnerships": "Defense partnerships",
    "chip_exports": "Chip exports",
}
BURST = (dt.date(2026, 11, 8), dt.date(2026, 11, 10))

SCRIPT_TITLE = "<script>alert(1)</script>"
CLOSING_TITLE = "</script></style><!--<img src=x onerror=alert(2)>"
ARABIC_TITLE = "نموذج جديد لتوليد الفيديو يثير جدلا"
ODD_NAME = "A&B ~50% #1, 'x'"
JAVASCRIPT_URL = "javascript:alert(3)"

SITES = ["northwire.example", "dailyledger.example", "keizai.example", "lejournal.example", "abendblatt.example"] + [
    f"local{number:02}.example" for number in range(24)
]
HEADLINES = {
    "ai_video_models": [
        ("en", "Studio releases video model that holds a scene for two minutes"),
        ("ja", "動画生成モデルの新版、二分間の場面を一度に描く"),
        ("en", "Short drama made with generated video reaches 40 million viewers"),
        ("zh", "视频生成模型降价一半，短剧公司排队试用"),
        ("en", "Actors' union and video model maker settle over likeness"),
    ],
    "ai_regulation": [
        ("en", "Regulator opens inquiry into how chatbots answer election questions"),
        ("de", "Bundestag streitet über Aufsicht für KI-Systeme"),
        ("fr", "Le Parlement adopte des règles pour les modèles d'IA générative"),
        ("en", "Standards body publishes test method for high-risk AI"),
    ],
    "defense_partnerships": [
        ("en", "Ministry signs software deal with drone autonomy firm"),
        ("en", "Staff protest over model licence for classified networks"),
        ("fr", "Un contrat de défense pour une jeune pousse de l'IA"),
    ],
    "chip_exports": [("en", "Export licences for accelerators delayed again"), ("ja", "半導体の輸出許可、再び延期")],
    "": [("en", "Harbour bridge closed for repairs until spring"), ("de", "Weinlese fällt in diesem Jahr früher aus")],
}
PHRASES = {
    "ai_video_models": "video model",
    "ai_regulation": "regulator",
    "defense_partnerships": "defence ministry",
    "chip_exports": "export licence",
}
NAMED = {
    "ai_video_models": [("Marlow 2", "model"), ("Heron Labs", "company")],
    "ai_regulation": [("AI Act", "law"), ("Standards Office", "agency"), ("<b>Bold Labs</b>", "company")],
    "defense_partnerships": [("Tidewater", "company"), (ODD_NAME, "programme")],
    "chip_exports": [("Commerce Department", "agency")],
}
QUARANTINED = [
    ("pages", "no_text", "the page has no text besides navigation"),
    ("pages", "error_page", "HTTP status 404: the site says the page is gone"),
    ("pages", "cookie_wall", "<b>only a consent form</b>, 214 characters"),
    ("raw", "unreadable_gzip", "the gzip stream ends after 1,024 of 8,310 bytes"),
]


def database_without_rows() -> duckdb.DuckDBPyConnection:
    """Return a database with all tables, all empty, without SQL models."""
    con = duckdb.connect()
    create_schema(con)
    return con


def empty_database() -> duckdb.DuckDBPyConnection:
    """Return the database of a home without records."""
    con = database_without_rows()
    build_models(con)
    return con


def add_burst(con: duckdb.DuckDBPyConnection, topic: str, start: dt.date, end: dt.date, **page: object) -> None:
    burst = {"topic": topic, "start_day": start, "end_day": end, "observed": 38, "expected": 9.2, "p_value": 4e-12}
    burst |= {"score": 11.4, "peak_day": end} | page
    add(con, BURSTS, [burst])


def month_database(seed: int = 7) -> duckdb.DuckDBPyConnection:
    con = database_without_rows()
    generator = random.Random(seed)
    rows: Rows = {name: [] for name in FILLED}
    for offset in range(DAYS):
        day = FIRST + dt.timedelta(days=offset)
        for topic, headlines in HEADLINES.items():
            usual = 3 if topic else 6
            busy = topic == "ai_regulation" and BURST[0] <= day <= BURST[1]
            for _ in range(generator.randint(usual - 2, usual + 1) + (9 if busy else 0)):
                language, headline = generator.choice(headlines)
                is_wide = generator.random() < (0.3 if busy else 0.08)
                pages = generator.randint(12, 27) if is_wide else generator.choice([1, 1, 1, 1, 2, 3, 4])
                add_story(rows, generator, day, topic, language, headline, pages)
        for _ in range(generator.randint(1, 6)):
            add_quarantined(rows, generator, day)
    _add_hostile(rows, generator)
    load_rows(con, rows)
    top = con.execute(
        """select m.story_id from stories.members m join topics.page_topics t using (record_id)
           where t.topic = 'ai_regulation' and m.ingest_date between ? and ?
           group by 1 order by count(*) desc, 1 limit 1""",
        list(BURST),
    ).fetchall()[0][0]
    add_burst(con, "ai_regulation", *BURST, top_story_id=top)
    add(con, CHECK_RESULTS, check_results("run-30", MADE_AT - dt.timedelta(minutes=9)))
    add(con, CHECK_RESULTS, check_results("run-29", MADE_AT - dt.timedelta(days=1), failing=False))
    return con


def load_rows(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Insert the rows and build the SQL models."""
    for name, table in FILLED.items():
        add(con, table, rows[name])
    build_models(con)


def build_page(con: duckdb.DuckDBPyConnection) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(build_report(con, MADE_AT, NAMES))


def period(data: ReportData, topic: str, measure: str, first: dt.date, last: dt.date) -> int:
    """Stories or outlets of a period, as the report's scripts count them (templates/js/data.js)."""
    begin = dt.date.fromisoformat(data["buckets"]["first"])
    start, end = (first - begin).days, (last - begin).days
    ids = [topic["id"] for topic in data["topics"]]
    series = data["series"][ids.index(topic) if topic else len(ids)][measure]
    return count_distinct(series, start, end)


def count_distinct(series: list[list[int]], first: int, last: int) -> int:
    """Stories or outlets of the buckets from `first` to `last`, each counted once (`countDistinct` in data.js)."""
    return sum(
        count
        for bucket in range(first, last + 1)
        for gap, count in zip(series[bucket][::2], series[bucket][1::2], strict=True)
        if gap == 0 or bucket - gap < first
    )


def text(element: lxml_html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def add(con: duckdb.DuckDBPyConnection, table: Table, rows: list[dict[str, object]]) -> None:
    """Insert rows; columns that they lack are null."""
    insert(con, table, pl.DataFrame([{name: row.get(name) for name in table.schema} for row in rows], table.schema))


def check_results(run_id: str, checked_at: dt.datetime, failing: bool = True) -> list[dict[str, object]]:
    results: list[dict[str, object]] = [
        {
            "run_id": run_id,
            "checked_at": checked_at,
            "table_name": "clean.pages",
            "expectation": f"column_{number}_is_not_null",
            "severity": "error",
            "success": True,
            "observed": "{}",
        }
        for number in range(40)
    ]
    if failing:
        results[3] |= {"expectation": "published_at is not in the future", "severity": "warn", "success": False}
        results[3] |= {
            "observed": '{"unexpected": 2}',
            "failing_sample": '[{"record_id": "ab12", "published_at": "2031"}]',
        }
        results[4] |= {"expectation": "language is of ISO 639-1", "success": False, "observed": '{"unexpected": 1}'}
        results[5] |= {"expectation": "similarity is in 0..1", "success": None, "observed": "MetricResolutionError"}
    return results


def add_story(rows, generator, day, topic, language, headline, pages, url=None) -> None:
    story = f"{generator.getrandbits(128):032x}"
    first = dt.datetime.combine(day, dt.time(generator.randint(0, 16), generator.randint(0, 59)))
    for number, site in enumerate(generator.sample(SITES, pages)):
        record = story if number == 0 else f"{generator.getrandbits(128):032x}"
        seen = first + dt.timedelta(minutes=17 * number)
        page = {"record_id": record, "ingest_date": day, "site": site}
        page |= {"url": url or f"https://{site}/{day:%Y/%m/%d}/{record[:8]}.html?a=1&b=2"}
        rows["raw.records"].append(_record(page, seen))
        rows["clean.pages"].append(
            page
            | {"kind": "article", "title": headline, "published_at": seen, "published_from": "json_ld"}
            | {"language": language, "language_confidence": 0.99, "text": headline, "word_count": 300}
            | {"published_offset_minutes": 0, "authors": [], "languages": []}
            | {"extracted_by": "trafilatura", "code_version": "0.1.0"}
        )
        rows["stories.members"].append(
            page
            | {"story_id": story, "is_canonical": number == 0, "method": "minhash_jaccard" if number else "none"}
            | {"relation": generator.choice(["copy", "edited_copy", "revision"]) if number else "original"}
            | {"matched_record_id": story if number else None, "similarity": 0.93 if number else None}
        )
        rows["quality.ledger"].append(_verdict(page, "stories", "merged" if number else "kept"))
        if topic:
            _add_mention(rows, generator, page, topic, headline)
    if topic == "ai_video_models" and generator.random() < 0.3:
        rows["topics.page_topics"].append(
            {"record_id": story, "ingest_date": day, "topic": "ai_regulation", "score": 1.0, "strength": "part"}
            | {"teaser_only": len(rows["topics.page_topics"]) % 3 > 0, "taxonomy_version": "000000000001"}
        )


def _add_mention(rows, generator, page, topic, headline) -> None:
    phrase = PHRASES[topic]
    sentence = f"The {phrase} at the center of it was named on Tuesday: {headline}."
    rows["topics.mentions"].append(
        page
        | {"topic": topic, "place": "body", "sentence": sentence, "char_start": 0, "char_end": len(sentence)}
        | {"phrase": phrase, "score": 2.0, "taxonomy_version": "000000000001"}
    )
    if generator.random() < 0.6:
        entity, kind = generator.choice(NAMED[topic])
        named = {"entity": entity, "kind": kind, "topic": topic, "place": "body", "count": 1}
        rows["topics.entities"].append(page | named | {"taxonomy_version": "000000000001"})
    rows["topics.page_topics"].append(
        page
        | {"topic": topic, "score": 3.0, "strength": generator.choice(["main", "main", "part"]), "teaser_only": False}
        | {"taxonomy_version": "000000000001"}
    )


def add_quarantined(rows, generator, day) -> None:
    stage, reason, detail = generator.choice(QUARANTINED)
    record = f"{generator.getrandbits(128):032x}"
    page = {"record_id": record, "ingest_date": day, "site": generator.choice(SITES)}
    page |= {"url": f"https://{page['site']}/q/{record[:8]}"}
    rows["raw.records"].append(_record(page, dt.datetime.combine(day, dt.time(3))))
    rows["quality.ledger"].append(_verdict(page, stage, "quarantined") | {"reason": reason, "detail": detail})


def _add_hostile(rows, generator) -> None:
    """Add titles and URLs as an attacker would write them, in stories with many outlets."""
    add_story(rows, generator, LAST, "ai_regulation", "en", SCRIPT_TITLE, 28)
    add_story(rows, generator, LAST, "ai_video_models", "en", CLOSING_TITLE, 28)
    add_story(rows, generator, LAST, "ai_regulation", "en", "A link that runs", 28, url=JAVASCRIPT_URL)
    add_story(rows, generator, LAST, "chip_exports", "en", "W" * 4000, 28)
    add_story(rows, generator, LAST, "ai_video_models", "ar", ARABIC_TITLE, 27)


def _record(page, seen) -> dict[str, object]:
    return page | {
        "source": "file",
        "source_path": f"{page['ingest_date']}/{page['record_id'][:8]}.html",
        "fetched_at": seen + dt.timedelta(hours=2),
        "content_type": "text/html",
        "byte_size": 48_000,
        "sha256": page["record_id"] * 2,
    }


def _verdict(page, stage, verdict) -> dict[str, object]:
    return page | {"stage": stage, "verdict": verdict, "code_version": "0.1.0", "run_id": "run-30"}
