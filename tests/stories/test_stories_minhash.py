"""Sketches: by what a page's story is told from others when passages are counted."""

from stories_database import frame, page

from newsmill.stories.fingerprint import fingerprint

TEXT = " ".join(f"word{n}" for n in range(80))
OTHER = " ".join(f"other{n}" for n in range(80))


def sketches(*pages: dict) -> list[int | None]:
    return fingerprint(frame(list(pages)))["sketch"].to_list()


def test_a_headline_is_the_sketch_whatever_its_case_and_the_text() -> None:
    first, second, third = sketches(
        page("a", TEXT, title="Crane arrives"),
        page("b", OTHER, title="CRANE  arrives"),
        page("c", TEXT, title="Crane leaves"),
    )
    assert first == second != third


def test_without_headlines_the_text_is() -> None:
    first, second, third = sketches(page("a", TEXT), page("b", TEXT), page("c", OTHER, title=""))
    assert first == second != third and third is not None


def test_pages_that_are_only_matched_exactly_have_none() -> None:
    assert sketches(page("a", "too few words", title="Crane arrives")) == [None]
