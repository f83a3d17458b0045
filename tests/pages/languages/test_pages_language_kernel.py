"""The compiled kernel compared with langdetect, and with the same sums in plain Python."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pages_language import SENTENCES, TEXTS

from newsmill.pages.languages import build_profiles, kernel, profiles
from newsmill.pages.languages.detect import detect_batch, detect_text
from newsmill.pages.languages.langdetect_reference import detect_with_langdetect
from newsmill.pages.languages.scripts import SCRIPTS, SHARED_SCRIPTS, get_script

LONGER_TEXTS = [language for language, text in TEXTS.items() if len(text) > 20]


def test_the_pack_matches_the_installed_langdetect():
    packed, built = profiles.load_profiles(), build_profiles.build_profiles()
    assert packed.names == built.names
    for name, array in packed.tables._asdict().items():
        rebuilt = getattr(built.tables, name)
        if name == "weights":  # logarithms can differ by a step between machines
            difference = np.abs(array.view("u1").astype(int) - rebuilt.view("u1").astype(int))
            assert difference.max() <= 1 and (difference > 0).mean() < 1e-3
        elif name not in ("script", "character"):  # these depend on Python's Unicode version
            assert np.allclose(array, rebuilt), name


def detect_in_plain_python(text):
    """Return language and probability of a short text without digits, addresses and words in capitals."""
    from langdetect.utils.ngram import NGram

    tables, names = profiles.load_profiles()
    letters = Counter(get_script(c) for c in text if get_script(c))
    script = letters.most_common(1)[0][0]
    group = SHARED_SCRIPTS.index(script)
    first, stop = tables.columns[group : group + 2]
    width = -(-(stop - first) // profiles.CELLS_PER_WORD) * profiles.CELLS_PER_WORD
    cells = tables.weights[tables.begins[group] :].view("u1")
    slots = slice(tables.slots[group], tables.slots[group + 1])
    rows = dict(zip(tables.keys[slots].tolist(), tables.rows[slots].tolist(), strict=True))
    ngram, sums = NGram(), np.zeros(stop - first)
    for c in text:
        ngram.add_char(c if get_script(c) in (script, None) else " ")
        for n in range(1, len(ngram.grams) + 1):
            gram, key = ngram.grams[-n:], 0
            if gram == " " or ngram.capitalword:
                continue
            for part in gram:
                key = key << profiles.CLASS_BITS | int(tables.character[ord(part)])
            if key in rows:
                sums += cells[rows[key] * width :][: stop - first]
    is_unmarked = script == "latin" and letters.total() >= 15 and not any(c.isalpha() and ord(c) > 127 for c in text)
    nats = sums / profiles.STEPS_PER_NAT / profiles.TEMPERATURE + tables.prior[first:stop]
    odds = np.where(is_unmarked | (tables.unmarked[first:stop] == 0), np.exp(nats - nats.max()), 0)
    by_language = Counter()
    for language, column_odds in zip(tables.language[first:stop], odds / odds.sum(), strict=True):
        by_language[names[language]] += column_odds
    return by_language.most_common(1)[0]


@pytest.mark.parametrize("language", LONGER_TEXTS)
def test_kernel_agrees_with_plain_python(language):
    expected, probability = detect_in_plain_python(TEXTS[language])
    detected, confidence = detect_text(TEXTS[language])
    assert detected == expected
    assert confidence == pytest.approx(probability, abs=0.002)


@pytest.mark.parametrize("language", LONGER_TEXTS)
def test_kernel_agrees_with_the_majority_of_langdetect(language):
    text = TEXTS[language]
    script = detect_batch([text]).scripts[0]
    by_langdetect = Counter(detect_with_langdetect(text, script, seed)[0] for seed in range(5))
    assert by_langdetect.most_common(1)[0][0] == detect_text(text)[0]


def test_kernel_agrees_with_langdetect_on_the_labeled_sentences(shared):
    texts = [json.loads(line)["text"] for line in (shared / SENTENCES).read_text("utf-8").split("\n")[:-1:100]]
    detections = detect_batch(texts)
    compared = agreed = 0
    for text, language, script in zip(texts, detections.languages, detections.scripts, strict=True):
        if script not in SHARED_SCRIPTS or len(text) < 40 or language == "und":
            continue
        by_langdetect = Counter(detect_with_langdetect(text, script, seed)[0] for seed in range(3))
        compared += 1
        agreed += by_langdetect.most_common(1)[0][0] == language
    assert agreed >= 0.97 * compared > 50


def test_langdetect_rejects_a_script_with_one_language():
    with pytest.raises(ValueError, match="'han' is not one of latin"):
        detect_with_langdetect("发布新模型", "han")


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=400))
def test_kernel_results_are_in_range_for_any_text(text):
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.array([0, len(codes)], np.int64)
    min_letters = np.zeros(len(SHARED_SCRIPTS), np.int64)
    results = kernel.detect_batch(codes, starts, min_letters, profiles.load_profiles().tables)
    assert results.shape == (1, kernel.RESULT_COLUMNS)
    assert np.isfinite(results).all()
    assert 0 <= results[0, kernel.SCRIPT] < len(SCRIPTS)
    assert 0 <= results[0, kernel.PROBABILITY] <= 1 + 1e-9
