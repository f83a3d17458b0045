"""The taxonomy file: its content, and a clear error for every mistake in it."""

import pickle
from hashlib import blake2b
from pathlib import Path
from textwrap import dedent

import pytest
from topic_pages import SHIPPED, SMALL, load_small_taxonomy

from newsmill.errors import UserError
from newsmill.topics.matching.lexicon import compile_lexicon
from newsmill.topics.taxonomy import load_taxonomy


def test_shipped_taxonomy_has_every_language() -> None:
    taxonomy = load_taxonomy(SHIPPED)
    assert list(taxonomy.names) == ["ai_video_models", "ai_regulation", "defense_partnerships"]
    for topic in taxonomy.topics.values():
        assert {"en", "zh", "ja", "fr", "de", "ko", "es"} <= set(topic.name)
        assert set(topic.name) == set(topic.definition)
        written = {language for group in topic.phrases for language, _ in group.phrases()}
        assert {"en", "zh", "ja", "fr", "de", "ko", "es"} <= written


def test_topics_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    taxonomy = load_small_taxonomy(tmp_path)
    assert taxonomy.names == {"bridges": "Bridges", "rivers": "Rivers"}
    assert taxonomy.topics["bridges"].name["de"] == "Brücken"


def test_version_hashes_the_bytes(tmp_path: Path) -> None:
    taxonomy = load_small_taxonomy(tmp_path)
    written = (tmp_path / "topics.yaml").read_bytes()
    assert taxonomy.version == blake2b(written, digest_size=6).hexdigest()
    assert len(taxonomy.version) == 12
    assert load_small_taxonomy(tmp_path, SMALL + "\n# a comment").version != taxonomy.version


def test_pickled_taxonomy_shares_the_lexicon(tmp_path: Path) -> None:
    taxonomy = load_small_taxonomy(tmp_path)
    assert compile_lexicon(pickle.loads(pickle.dumps(taxonomy))) is compile_lexicon(taxonomy)


def test_context_has_the_words_it_includes(tmp_path: Path) -> None:
    patterns = compile_lexicon(load_small_taxonomy(tmp_path)).rules.patterns
    bits = sorted(int(bits) for bits in patterns[:-1, 0] if bits)
    # `ai` and machine learning, 人工智能: ai and maker; Acme: maker; two spellings of Span: the entities of `bridges`.
    assert bits == [0b010, 0b011, 0b011, 0b011, 0b100, 0b100]


MISTAKES = {
    "unknown key": (
        "weight: 0.5\n            nearby_sentence",
        "wieght: 0.5\n            nearby_sentence",
        "field topics.bridges.phrases.2.wieght",
    ),
    "no weight": (
        "- weight: 2\n            en: [river(s)]",
        "- en: [river(s)]",
        "field topics.rivers.phrases.0.weight",
    ),
    "weight of zero": ("weight: 1.5", "weight: 0", "field topics.bridges.entities.0.weight"),
    "weight too great": ("weight: 1.5", "weight: 11", "field topics.bridges.entities.0.weight"),
    "weight that is a word": ("weight: 1.5", "weight: much", "'much'"),
    "empty phrase": ("[cable]", "['']", "field topics.bridges.phrases.2.en.0"),
    "only a star": ("[cable]", "['*']", "the phrase is empty"),
    "star in the middle": ("[cable]", "[ca*ble]", "'ca*ble' has a * that is not at its beginning or end"),
    "bracket left open": ("[cable]", "['cable(s']", "round bracket"),
    "two spaces": ("[cable]", "['steel  cable']", "an extra space"),
    "one letter": ("[cable]", "[c]", "a single letter"),
    "no letter": ("[cable]", "['--']", "no letter or digit"),
    "phrase too long": ("[cable]", f"[{'x' * 101}]", "longer than 100 characters"),
    "phrase that YAML takes for a boolean": ("[cable]", "[yes]", "put it in quotes"),
    "phrase twice": ("[cable]", "[cable, cable]", "field topics.bridges.phrases: 'cable' appears twice"),
    "phrase twice, spelled otherwise": ("[cable]", "[arch bridges]", "'arch bridges' appears twice"),
    "phrase twice in two groups": ("[cable]", "[bridge]", "'bridge' appears twice"),
    "entity twice": ("[Span*, スパン]", "[Span*, Span*]", "field topics.bridges.entities: 'Span*' appears twice"),
    "exclusion twice": ("[bridge loan,", "[bridge loan, bridge loan,", "field topics.bridges.exclusions"),
    "context word twice": ("[AI, machine", "[AI, AI, machine", "field contexts.ai: 'AI' appears twice"),
    "phrases that are no list": ("[cable]", "cable", "write it as a list"),
    "no phrases in a group": ("en: [cable]", "en: []", "field topics.bridges.phrases.2: has no phrases"),
    "no way of writing an entity": ("[Span*, スパン]", "[]", "field topics.bridges.entities.0.names.Span 3000"),
    "unknown kind": ("kind: product", "kind: bridge", "field topics.bridges.entities.0.kind"),
    "unknown context": (
        "nearby_sentence: [maker]",
        "nearby_sentence: [makers]",
        "field topics.bridges.phrases.2: 'makers' is not a context",
    ),
    "unknown words_of": ("words_of: [ai]", "words_of: [aie]", "field topics.rivers.phrases.1: 'aie' is not a context"),
    "topic without entities as context": (
        "same_sentence: [bridges]",
        "same_sentence: [rivers]",
        "'rivers' is not a context",
    ),
    "includes a later context": ("includes: [ai]", "includes: [maker]", "field contexts.maker.includes"),
    "context without words": (
        "en: [AI, machine learning]\n        zh: [人工智能]",
        "{}",
        "field contexts.ai: has no phrases",
    ),
    "context named as a topic": (
        "      maker:\n",
        "      rivers:\n",
        "field contexts.rivers: a topic has the same name",
    ),
    "no English name": ("name: {en: Rivers}", "name: {fr: Fleuves}", "field topics.rivers: name and definition need"),
    "no definition": ("definition: {en: Rivers.}", "", "field topics.rivers.definition: it is missing; add it"),
    "empty name": ("name: {en: Rivers}", "name: {en: ''}", "field topics.rivers.name.en"),
    "topic id": ("      rivers:", "      Big-Rivers:", "use lower-case letters, digits and _"),
    "topic twice": ("      rivers:", "      bridges:", "duplicate key 'bridges'"),
    "key twice": ("[cable]", "[cable]\n            en: [rope]", "duplicate key 'en'"),
    "no topics": (SMALL, "topics: {}", "field topics"),
    "not a mapping": (SMALL, "- one", "write it as keys with values"),
    "empty": (SMALL, "", "write it as keys with values"),
    "not YAML": (SMALL, "topics: [", "fix the YAML"),
}


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_is_reported_with_its_field(right: str, wrong: str, message: str, tmp_path: Path) -> None:
    assert right in SMALL
    with pytest.raises(UserError) as caught:
        load_small_taxonomy(tmp_path, SMALL.replace(right, wrong, 1))
    assert str(tmp_path / "topics.yaml") in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"), [("close", "within_words"), ("needs", "same_sentence"), ("near", "nearby_sentence")]
)
def test_old_key_is_refused_with_the_new_one(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load_small_taxonomy(tmp_path, SMALL.replace(f" {new}:", f" {old}:", 1))
    assert f".{old}: the key `{old}` is now `{new}`; rename it to `{new}`" in str(caught.value)


def test_too_many_contexts_are_refused(tmp_path: Path) -> None:
    contexts = "\n".join(f"  c{number}: {{en: [word{number}]}}" for number in range(61))
    small = dedent(SMALL).replace("contexts:", f"contexts:\n{contexts}")
    with pytest.raises(UserError, match="more than 62 contexts and topics"):
        load_small_taxonomy(tmp_path, small)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        load_taxonomy(tmp_path / "none.yaml")


def test_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_bytes(b"topics: \xff")
    with pytest.raises(UserError, match="not UTF-8"):
        load_taxonomy(tmp_path / "topics.yaml")


def test_a_taxonomy_of_endless_spellings_is_refused(tmp_path: Path) -> None:
    phrases = ", ".join(f"river(s) bank(s) {number}" for number in range(20_000))
    with pytest.raises(UserError, match=r"80,\d+ spellings of 20,\d+ phrases, more than 40,000"):
        load_small_taxonomy(tmp_path, SMALL.replace("en: [river(s)]", f"en: [{phrases}]"))


def test_contexts_that_include_one_another_in_many_ways_are_compiled_at_once(tmp_path: Path) -> None:
    contexts = "".join(
        f"  c{number}:\n    en: [word{number}]\n    includes: [{', '.join(f'c{other}' for other in range(number))}]\n"
        for number in range(40)
    )
    text = dedent(SMALL).replace("contexts:\n", f"contexts:\n{contexts}", 1)
    taxonomy = load_small_taxonomy(tmp_path, text)
    bits = [int(bits) for bits in compile_lexicon(taxonomy).rules.patterns[:, 0]]
    # `word0` is a word of all forty.
    assert any((bits_of_word & (2**40 - 1)) == 2**40 - 1 for bits_of_word in bits if bits_of_word > 0)
