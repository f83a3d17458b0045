"""Where sentences end: in five languages, at abbreviations, and in text without punctuation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_sentences import plain_sentences

from newsmill.topics.matching.matcher import split_sentences
from newsmill.topics.matching.sentences import MAX_SENTENCE_CHARS


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("他走了。她留下！为什么？", ["他走了。", "她留下！", "为什么？"]),
        ("「行く。」と言った。終わり。", ["「行く。」", "と言った。", "終わり。"]),
        ("오늘 발표했다. 내일 시작한다.", ["오늘 발표했다.", "내일 시작한다."]),
        ("Vraiment ? Oui. « Non. » Bien.", ["Vraiment ?", "Oui.", "« Non. »", "Bien."]),
        ("Erster Satz. Zweiter Satz.", ["Erster Satz.", "Zweiter Satz."]),
        ("A title\nA paragraph\n\nAnother", ["A title", "A paragraph", "Another"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
    ],
    ids=["en", "zh", "ja", "ko", "fr", "de", "lines", "quotes"],
)
def test_sentence_ends_at_its_stop(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Department of Defense signed.",
        "Dr. Smith and Mr. Jones agreed.",
        "Das gilt z.B. Montag oder z. B. Dienstag.",
        "Am 3. Mai beginnt die Frist.",
        "Version 2.0 costs $3.50 a month.",
        "Visit example.com for more.",
        "They met J. Robert there.",
        "Sie zahlt 3 Mio. Euro im Jahr.",
        "M. Dupont et Mme. Durand sont d'accord.",
    ],
)
def test_stop_within_a_sentence_does_not_end_it(text: str) -> None:
    assert split(text) == [text]


def test_abbreviation_can_end_a_sentence() -> None:
    assert split("It left the U.S. The rest stayed.") == ["It left the U.S.", "The rest stayed."]


def test_text_without_stops_is_cut_at_spaces() -> None:
    sentences = split("word " * 500)
    assert len(sentences) > 3
    assert all(len(sentence) <= MAX_SENTENCE_CHARS and set(sentence.split()) == {"word"} for sentence in sentences)


def test_text_without_stops_or_spaces_is_cut() -> None:
    assert [len(sentence) for sentence in split("字" * (2 * MAX_SENTENCE_CHARS + 1))] == [
        MAX_SENTENCE_CHARS,
        MAX_SENTENCE_CHARS,
        1,
    ]


@pytest.mark.parametrize("run", ["." * 300_000, "!" * 300_000 + "x", "a." * 200_000, " " * 300_000, "\n" * 300_000])
@pytest.mark.timeout(10)
def test_a_long_run_takes_linear_time(run: str) -> None:
    split_sentences(run)


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet=st.sampled_from("aB .!?\n。！？“”字Ü1…"), max_size=80))
def test_only_white_space_is_dropped(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(split(text)).split()) == "".join(text.split())
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(start < end for start, end in spans)
    assert all(sentence == sentence.strip() for sentence in split(text))


WORDS = [
    "U.S.",
    "z.B.",
    " Mr. ",
    "e.g. ",
    "am 3. ",
    "Mai",
    "The ",
    "the ",
    "Inc. ",
    "AI",
    "3.5",
    "12. ",
    "(a. ",
    "No. 5",
]
MARKS = [
    "...",
    "?!",
    ". ",
    ".",
    "”",
    "」",
    "。",
    "！",
    "\n",
    " ",
    "\u00a0»",
    "\u2028",
    "ß",
    "🌉",
    "東",
    "x" * 700,
    "Ä",
    "1",
]
pieces = st.sampled_from(WORDS + MARKS)


@settings(deadline=None, max_examples=50)
@given(text=st.lists(pieces, max_size=40).map("".join) | st.text(max_size=60))
def test_kernel_splits_as_the_regular_expressions_do(text: str) -> None:
    assert split_sentences(text) == plain_sentences(text)
