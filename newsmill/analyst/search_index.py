"""The full-text index of a published copy: DuckDB's fts over words, and over character pairs of unspaced scripts.

The first search after a publication builds it, in the home folder rather than in the copy: building takes longer than
a daily run, and a DuckDB without fts can't use its tables.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
import polars as pl

from newsmill.analyst.search_terms import BASE_LETTERS, UNSPACED_RE2, Term
from newsmill.errors import UserError
from newsmill.sql import quote_literal
from newsmill.warehouse.connection import CONFIG, is_damage

STEMMER = "english"
_PACKAGE = "duckdb_extension_fts"


def extension() -> Path:
    """Return the path of the fts extension for the installed DuckDB.

    Raises:
        UserError: when the extra isn't installed, or is for another version of DuckDB.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    hint = "`pip install 'newsmill[search]'` installs matching versions"
    if spec is None or spec.origin is None:
        raise UserError("search", "the extra `search` with DuckDB's fts extension is not installed", hint)
    built = Path(spec.origin).parent / "extensions"
    path = built / f"v{duckdb.__version__}" / "fts.duckdb_extension"
    if not path.is_file():
        versions = ", ".join(sorted(folder.name for folder in built.iterdir())) if built.is_dir() else "none"
        raise UserError("search", f"the fts extension is for DuckDB {versions}, not v{duckdb.__version__}", hint)
    return path


def index_path(home: Path, database: Path) -> Path:
    """Return the path of the index of this published copy."""
    stat = database.stat()
    return home / "search" / f"stories-{stat.st_mtime_ns:x}-{stat.st_size:x}.duckdb"


def build_index(database: Path, target: Path) -> None:
    """Index the canonical page of every story, and delete the indexes of earlier copies.

    Raises:
        UserError: when the extra is missing, or the folder can't be written.
    """
    load = f"load {quote_literal(str(extension()))}"
    draft = target.with_suffix(".draft")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with duckdb.connect(str(draft), config=CONFIG) as con:
            con.execute(load)
            con.execute(f"attach {quote_literal(str(database))} as copy (read_only)")
            con.execute(f"create table stories as {_story_words_sql()}")
            con.execute("detach copy")
            con.execute(
                "pragma create_fts_index('stories', 'story_id', 'words', "
                rf"stemmer = '{STEMMER}', stopwords = 'none', ignore = '\s+', strip_accents = 0, lower = 1)"
            )
            # The index has the words; queries only read the ids.
            con.execute("alter table stories drop column words")
        draft.replace(target)
        for other in set(target.parent.glob("stories-*.duckdb")) - {target}:
            other.unlink(missing_ok=True)
    except (OSError, duckdb.IOException) as error:
        raise UserError(str(target.parent), str(error), "search in a home that is writable") from error


def rank_stories(index: Path, words: list[str]) -> pl.DataFrame:
    """Return `story_id` and BM25 `score` of the stories that contain all words.

    Raises:
        UserError: when the index is damaged; it is deleted then.
    """
    try:
        return _rank_stories(index, words)
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        index.unlink(missing_ok=True)
        raise UserError(str(index), "the search index was damaged and is deleted", "run the search again") from error


def _rank_stories(index: Path, words: list[str]) -> pl.DataFrame:
    with duckdb.connect(str(index), read_only=True, config=CONFIG) as con:
        con.execute(f"load {quote_literal(str(extension()))}")
        return con.execute(
            """
            select story_id, score from (
                select story_id, fts_main_stories.match_bm25(story_id, ?, conjunctive := 1) as score from stories)
            where score is not null
            """,
            [" ".join(dict.fromkeys(words))],
        ).pl()


def stem_terms(terms: list[Term]) -> list[Term]:
    """Return the terms reduced to their stems, to find their forms in a sentence."""
    with duckdb.connect(config=CONFIG) as con:
        con.execute(f"load {quote_literal(str(extension()))}")

        def stem(word: str) -> str:
            [(stemmed,)] = con.execute("select stem(?, ?)", [word, STEMMER]).fetchall()
            return str(stemmed).removesuffix("i")

        return [Term((stem(term.pieces[0]),)) if term.is_word else term for term in terms]


def _story_words_sql() -> str:
    """Return the SQL for each story's words and, in unspaced scripts, overlapping character pairs, joined by spaces."""
    pairs = rf"'([{UNSPACED_RE2}])([{UNSPACED_RE2}])', ' \1\2 ', 'g'"
    forms, letters = quote_literal("".join(BASE_LETTERS)), quote_literal("".join(BASE_LETTERS.values()))
    # Pairs that start at a run's first character, and at its second.
    from_first = rf"regexp_replace(regexp_replace(content, '([{UNSPACED_RE2}]+)', ' \1 ', 'g'), {pairs})"
    runs = rf"regexp_replace(content, '[^{UNSPACED_RE2}]+', ' ', 'g')"
    from_second = rf"regexp_replace(regexp_replace({runs}, '(^| )[{UNSPACED_RE2}]', '\1', 'g'), {pairs})"
    return rf"""
        select story_id, case when regexp_matches(content, '[{UNSPACED_RE2}]')
            then {from_first} || ' ' || {from_second} else content end as words
        from (
            select m.story_id, regexp_replace(
                translate(concat_ws(chr(10), p.title, p.title, p.text), {forms}, {letters}),
                '[^\p{{L}}\p{{N}}\p{{M}}]+', ' ', 'g') as content
            from copy.stories.members m join copy.clean.pages p using (record_id) where m.is_canonical)
    """  # noqa: S608
