"""Story keys: how stories are counted when boilerplate is searched for."""

from stories_database import frame, page

from newsmill.stories.fingerprint import fingerprint

TEXT = " ".join(f"word{n}" for n in range(80))
OTHER = " ".join(f"other{n}" for n in range(80))


def story_keys(*pages: dict) -> list[int | None]:
    return fingerprint(frame(list(pages)))["story_key"].to_list()


def test_the_key_is_the_case_folded_headline_whatever_the_text() -> None:
    first, second, third = story_keys(
        page("a", TEXT, title="Crane arrives"),
        page("b", OTHER, title="CRANE  arrives"),
        page("c", TEXT, title="Crane leaves"),
    )
    assert first is not None
    assert first == second != third


def test_without_a_headline_the_key_is_of_the_text() -> None:
    first, second, third = story_keys(page("a", TEXT), page("b", TEXT), page("c", OTHER, title=""))
    assert first == second != third
    assert None not in (first, third)


def test_pages_matched_only_with_exact_copies_have_no_key() -> None:
    assert story_keys(page("a", "too few words", title="Crane arrives")) == [None]
    assert story_keys(page("a", TEXT, title="Crane arrives", kind="front")) == [None]
