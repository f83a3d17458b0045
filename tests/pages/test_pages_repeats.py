"""In-page repeats: which are removed, which are kept, and what is recorded."""

from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages.repeats import remove_repeats
from newsmill.pages.types import Repeat

LONG = "A paragraph that is too long to be a mere refrain."
OTHER = "Another paragraph, quite different from the first one."
CHINESE = "这一段文字足够长，因此再次出现时应当被移除掉。"


def test_repeated_long_paragraph_is_removed_and_recorded():
    kept, repeats = remove_repeats([LONG, OTHER, LONG])
    assert kept == [LONG, OTHER]
    assert repeats == [Repeat(2, 0, len(LONG))]


def test_chinese_paragraph_needs_half_the_characters():
    assert 20 <= len(CHINESE) < 40
    assert remove_repeats([CHINESE, OTHER, CHINESE])[0] == [CHINESE, OTHER]


def test_repeated_short_line_is_kept():
    assert remove_repeats(["Yes.", LONG, "Yes.", OTHER, "Yes."]) == (["Yes.", LONG, "Yes.", OTHER, "Yes."], [])


def test_white_space_does_not_hide_a_repeat():
    assert remove_repeats([LONG, "  " + LONG.replace(" ", "  ")])[0] == [LONG]


def test_repeated_body_is_removed_with_its_short_headings():
    body = ["Background", LONG, "Outlook", OTHER]
    kept, repeats = remove_repeats(body + body)
    assert kept == body
    assert [(repeat.position, repeat.first_position) for repeat in repeats] == [(4, 0), (5, 1), (6, 2), (7, 3)]


def test_body_that_occurs_three_times_is_kept_once():
    body = ["Background", LONG, "Outlook", OTHER]
    kept, repeats = remove_repeats(body * 3)
    assert kept == body
    assert len(repeats) == 8


def test_repeated_run_of_short_lines_is_removed():
    lines = ["Rice and beans", "Bread and butter", "Fish and chips"]
    assert remove_repeats([*lines, LONG, *lines])[0] == [*lines, LONG]


def test_two_short_lines_are_not_a_run():
    assert remove_repeats(["Question?", "Answer.", LONG, "Question?", "Answer."])[1] == []


def test_repeated_heading_above_new_text_is_kept():
    assert remove_repeats(["Update", LONG, "Update", OTHER])[1] == []


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from([LONG, OTHER, CHINESE, "Yes.", "No.", "Update"]), max_size=30))
def test_no_new_text_is_lost_and_positions_describe_the_removed(paragraphs):
    kept, repeats = remove_repeats(paragraphs)
    removed = {repeat.position for repeat in repeats}
    assert kept == [paragraph for position, paragraph in enumerate(paragraphs) if position not in removed]
    assert set(kept) == set(paragraphs)
    for repeat in repeats:
        assert repeat.first_position < repeat.position
        assert paragraphs[repeat.first_position] == paragraphs[repeat.position]
        assert repeat.char_count == len(paragraphs[repeat.position])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([LONG, OTHER, CHINESE, "Yes.", "Update"]), max_size=20))
def test_removing_again_finds_no_long_repeat(paragraphs):
    kept, _ = remove_repeats(paragraphs)
    long_paragraphs = [paragraph for paragraph in kept if len(paragraph) >= 20]
    assert len(long_paragraphs) == len(set(long_paragraphs))
