"""Stories room: which texts are one story, told from the edges between them.

A story is the first text not yet in one (its centre), all texts within two near edges of it, and what is held by, or
holds, the centre or one of its peers. So every member matches the canonical text or a close peer of it, and a chain of
pages, each a little like the next, falls into several stories. A text that joins by being part of another, or having
another as a part, leads no further; and on one site, where templates are alike too, it doesn't join so where it would
leave texts behind that are like it. A compilation, which holds texts that have nothing to do with one another, is part
of none of their stories for that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

Neighbours = Mapping[int, set[int]]


def story_centres(
    texts: Sequence[int],
    near: Iterable[tuple[int, int]],
    parts: Iterable[tuple[int, int]] = (),
    of_one_site: Container[tuple[int, int]] = (),
) -> dict[int, int]:
    """Each text's centre.

    Args:
        texts: the texts that have edges, in canonical order.
        near: pairs of texts that are alike.
        parts: pairs of a shorter text and a longer one that has most of it.
        of_one_site: those of the parts that stand on one site alone.
    """
    alike = _neighbours(near)
    true_parts = _true_parts(texts, alike, list(parts))
    kin, abroad = _neighbours(true_parts), _neighbours(pair for pair in true_parts if pair not in of_one_site)
    centres: dict[int, int] = {}
    for text in texts:
        if text in centres:
            continue
        peers = [peer for peer in alike.get(text, ()) if peer not in centres]
        story = {text, *peers, *(other for peer in peers for other in alike[peer] if other not in centres)}
        held = {other for peer in (text, *peers) for other in kin.get(peer, ()) if other not in centres}
        sure = {other for peer in (text, *peers) for other in abroad.get(peer, ())}
        # Who would leave others behind that are like it stays with them, unless it is surely of this story.
        joining = story | held
        while leaving := {
            one
            for one in joining - story - sure
            if any(other not in joining and other not in centres for other in alike.get(one, ()))
        }:
            joining -= leaving
        centres |= dict.fromkeys(joining, text)
    return centres


def _true_parts(texts: Sequence[int], alike: Neighbours, parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs whose longer text is no compilation: what it holds is alike, or one part of the other."""
    if not parts:
        return []
    kin = _neighbours(parts)
    held: dict[int, set[int]] = defaultdict(set)
    for shorter, longer in parts:
        held[longer].add(shorter)
    order = {text: place for place, text in enumerate(texts)}
    whole = {
        longer
        for longer, shorter in held.items()
        if (first := min(shorter, key=order.__getitem__)) is not None
        and all(other == first or other in alike.get(first, ()) or other in kin[first] for other in shorter)
    }
    return [(shorter, longer) for shorter, longer in parts if longer in whole]


def _neighbours(pairs: Iterable[tuple[int, int]]) -> Neighbours:
    neighbours: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        neighbours[one].add(other)
        neighbours[other].add(one)
    return neighbours
