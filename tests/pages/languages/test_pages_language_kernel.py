"""The compiled kernel against langdetect, and against the same sums in plain Python."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pages_language import SAID, SENTENCES

from newsmill.pages.languages import native, profiles
from newsmill.pages.languages.detect import answers, detect_text
from newsmill.pages.languages.langdetect_reference import langdetect_says
from newsmill.pages.languages.scripts import GROUPS, SCRIPTS, script_of


@pytest.fixture(scope="module")
def built():
    return profiles.build()


def test_the_pack_is_what_the_installed_langdetect_gives(built):
    for name, packed in profiles.tables()._asdict().items():
        made = getattr(built, name)
        if name == "names":
            assert packed == made
        elif name == "weights":  # logarithms may differ by a step between machines
            apart = np.abs(packed.view("u1").astype(int) - made.view("u1").astype(int))
            assert apart.max() <= 1 and (apart > 0).mean() < 1e-3
        elif name not in ("script", "character"):  # these follow Python's Unicode version
            assert np.allclose(packed, made), name


def plain_answer(text):
    """Language and probability of a short text without digits, addresses and capitals in a row, by the definition."""
    from langdetect.utils.ngram import NGram

    tables, steps = profiles.tables(), profiles.STEPS * profiles.TEMPERATURE
    letters = Counter(script_of(c) for c in text if script_of(c))
    script = letters.most_common(1)[0][0]
    group = GROUPS.index(script)
    first, stop = tables.columns[group : group + 2]
    width = -(-(stop - first) // profiles.LANES) * profiles.LANES
    cells = tables.weights[tables.begins[group] :].view("u1")
    slots = slice(tables.slots[group], tables.slots[group + 1])
    rows = dict(zip(tables.keys[slots].tolist(), tables.rows[slots].tolist(), strict=True))
    ngram, sums = NGram(), np.zeros(stop - first)
    for c in text:
        ngram.add_char(c if script_of(c) in (script, None) else " ")
        for n in range(1, len(ngram.grams) + 1):
            gram, key = ngram.grams[-n:], 0
            if gram == " " or ngram.capitalword:
                continue
            for part in gram:
                key = key << profiles.BITS | int(tables.character[ord(part)])
            if key in rows:
                sums += cells[rows[key] * width :][: stop - first]
    plain = script == "latin" and letters.total() >= 15 and not any(c.isalpha() and ord(c) > 127 for c in text)
    nats = sums / steps + tables.prior[first:stop]
    odds = np.where(plain | (tables.unmarked[first:stop] == 0), np.exp(nats - nats.max()), 0)
    by_language = Counter()
    for language, odd in zip(tables.language[first:stop], odds / odds.sum(), strict=True):
        by_language[tables.names[language]] += odd
    return by_language.most_common(1)[0]


@pytest.mark.parametrize("language", [name for name in SAID if len(SAID[name]) > 20])
def test_kernel_and_plain_sums_agree(language):
    text = SAID[language]
    expected, probability = plain_answer(text)
    told, confidence = detect_text(text)
    assert told == expected
    assert confidence == pytest.approx(probability, abs=0.002)


@pytest.mark.parametrize("language", [name for name in SAID if len(SAID[name]) > 20])
def test_what_langdetect_says_most_often(language):
    text = SAID[language]
    script = answers([text]).scripts[0]
    said = Counter(langdetect_says(text, script, seed)[0] for seed in range(5))
    assert said.most_common(1)[0][0] == detect_text(text)[0]


def test_langdetects_majority_on_the_shared_set(shared):
    rows = [json.loads(line)["text"] for line in (shared / SENTENCES).read_text("utf-8").split("\n")[:-1:100]]
    told = answers(rows)
    same = several = 0
    for text, language, script in zip(rows, told.languages, told.scripts, strict=True):
        if script not in GROUPS or len(text) < 40 or language == "und":
            continue
        said = Counter(langdetect_says(text, script, seed)[0] for seed in range(3))
        several += 1
        same += said.most_common(1)[0][0] == language
    assert same >= 0.97 * several > 50


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=400))
def test_nothing_is_written_beyond_its_room(text):
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.array([0, len(codes)], np.int64)
    least = np.zeros(len(GROUPS), np.int64)
    found = native.tell(codes, starts, least)
    assert found.shape == (1, profiles.FOUND)
    assert np.isfinite(found).all()
    assert 0 <= found[0, 0] < len(SCRIPTS) and 0 <= found[0, 3] <= 1 + 1e-9


def test_machine_code_is_kept_whole_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(native, "_folders", (Path("/proc/no/room"), tmp_path / "kept"))
    assert native._kept("x.o") is None
    assert native._keep(b"code", "x.o") == b"code"
    assert native._kept("x.o") == b"code"
    (tmp_path / "kept" / "x.o").write_bytes(b"broken off")
    assert native._kept("x.o") is None
