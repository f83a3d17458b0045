"""Measure the detection of undeclared legacy character sets: newsmill and charset-normalizer.

    python -m benchmarks.encodings --sentences FILE

FILE has one JSON object per line with `text` and `language`. Pages of ten sentences are encoded in the legacy character
sets of their language and decoded without a declaration.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import charset_normalizer
import polars as pl
import typer

from newsmill.pages.encoding.decode import decode
from newsmill.pages.types import Rejected
from pipelines.cli.show import out, print_table

SENTENCES_PER_PAGE, MAX_PAGES_PER_CODEC = 10, 20
CODECS_BY_LANGUAGE = {
    **dict.fromkeys("en de fr es it nl pt sv da no fi id".split(), ("cp1252",)),
    **dict.fromkeys("pl cs sk sl hr hu ro".split(), ("cp1250", "iso8859-2")),
    "tr": ("cp1254",),
    "ru": ("cp1251", "koi8-r", "iso8859-5", "cp866"),
    "uk": ("cp1251", "koi8-u"),
    "bg": ("cp1251",),
    "el": ("cp1253", "iso8859-7"),
    "he": ("cp1255",),
    "ar": ("cp1256",),
    "fa": ("cp1256",),
    "th": ("cp874",),
    "vi": ("cp1258",),
    "zh": ("gb18030", "big5hkscs"),
    "ja": ("cp932", "euc_jp"),
    "ko": ("cp949",),
}
Decoder = Callable[[bytes], str]


def main(sentences: Annotated[Path, typer.Option(help="Labeled sentences, one JSON object per line.")]) -> None:
    """Print, by character set, the pages that each detector decodes without an error, and its CPU ms per page."""
    pages = build_pages(sentences)
    rows = []
    detectors: dict[str, Decoder] = {"newsmill": _decode_with_newsmill, "normalizer": _decode_with_normalizer}
    totals = dict.fromkeys(detectors, 0)
    for codec, texts in sorted(pages.items()):
        row: dict[str, object] = {"codec": codec, "pages": len(texts)}
        for name, detect in detectors.items():
            started = time.process_time()
            right = sum(detect(text.encode(codec)) == text for text in texts)
            row |= {name: round(right / len(texts), 3)}
            row |= {f"{name}_ms": round(1000 * (time.process_time() - started) / len(texts), 2)}
            totals[name] += right
        rows.append(row)
    print_table(pl.DataFrame(rows), "Share of pages that are decoded exactly")
    page_count = sum(map(len, pages.values()))
    shares = ", ".join(f"{name} {right / page_count:.3f}" for name, right in totals.items())
    out.print(f"{page_count} pages of {SENTENCES_PER_PAGE} sentences: {shares}")


def build_pages(sentences: Path) -> dict[str, list[str]]:
    """Build up to MAX_PAGES_PER_CODEC HTML pages per language and codec, by codec, of text that the codec contains."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for line in sentences.read_text("utf-8").rstrip("\n").split("\n"):
        row = json.loads(line)
        by_language[row["language"]].append(row["text"])
    pages: dict[str, list[str]] = defaultdict(list)
    for language, codecs in CODECS_BY_LANGUAGE.items():
        for codec in codecs:
            texts = [text for text in by_language[language] if _round_trips(text, codec)]
            starts = range(0, len(texts) - SENTENCES_PER_PAGE, SENTENCES_PER_PAGE)
            chunks = ["</p>\n<p>".join(texts[start : start + SENTENCES_PER_PAGE]) for start in starts]
            pages[codec] += [f"<html><body><p>{text}</p></body></html>" for text in chunks[:MAX_PAGES_PER_CODEC]]
    return {codec: [text for text in texts if not text.isascii()] for codec, texts in pages.items() if texts}


def _round_trips(text: str, codec: str) -> bool:
    return text.encode(codec, "ignore").decode(codec) == text


def _decode_with_newsmill(body: bytes) -> str:
    try:
        return decode(body, "text/html")
    except Rejected:
        return ""


def _decode_with_normalizer(body: bytes) -> str:
    best = charset_normalizer.from_bytes(body).best()
    return str(best) if best is not None else ""


if __name__ == "__main__":
    typer.run(main)
