"""The sentence rules as regular expressions, to compare the kernel with."""

from __future__ import annotations

import re

from newsmill.topics.matching.sentences import MAX_SENTENCE_CHARS

# One class at the front, which the engine finds quickest; possessive, so that a run of a million stops is read once.
_end = re.compile("[.!?…。！？｡\n\r\u2028\u2029]++[\"'”’»›)\\]」』）】》〉]*+(?:[ \u00a0\u202f][»›])?+")
_certain = re.compile("[。！？｡\n\r\u2028\u2029]")
_next = re.compile("\\s|$|[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
# After these a full stop ends no sentence: initials and letters (U.S., z.B.), titles, what precedes a name or number.
_abbreviation = re.compile(
    r"(?:^|[\s(\[\"'“‘«.\-])(?:[^\W\d_]|Mr|Mrs|Ms|Mx|Dr|Drs|Prof|Sr|Jr|St|Gen|Lt|Col|Maj|Capt|Sgt|Adm|Cmdr|Sen|Sens|Rep|Reps|Gov"
    r"|Hon|Rev|Pres|Sec|Inc|Corp|Co|Ltd|LLC|Bros|vs|v|cf|ca|al|No|Nos|Nr|Art|Abs|Fig|Vol|pp|approx|est|etc|usw|bzw|bspw|vgl|ggf"
    r"|inkl|zzgl|evtl|sog|Mio|Mrd|Tsd|Str|Hr|Fr|Mme|Mlle|MM|env|éd|Sra|Dra|Ud|Uds|EE|UU|Jan|Feb|Aug|Sept|Oct|Nov|Dec)$"
)
# "Inc." or "U.S." can end a sentence: it does if one of these follows.
_starter = re.compile(
    r"(?:The|This|These|That|It|Its|He|She|They|We|In|On|At|But|And|However|Meanwhile|According|Der|Die|Das|Es|Le|La|Les|Il|Elle)\s"
)
_ordinal = re.compile(r"(?:^|\s)\d{1,2}$")
_month = re.compile(
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahrhundert|Quartal)"
)


def plain_sentences(text: str) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each sentence, in characters, without the white space around it."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _end.finditer(text):
        stops = match[0]
        uncertain = _certain.search(stops) is None
        if uncertain and (not _next.match(text, match.end()) or (stops[0] == "." and _continues(text, match))):
            continue
        spans += _pieces(text, start, match.end())
        start = match.end()
    return spans + _pieces(text, start, len(text))


def _continues(text: str, stop: re.Match[str]) -> bool:
    """Return whether the sentence continues after a full stop."""
    following = text[stop.end() : stop.end() + 40].lstrip(" \t\u00a0")
    if following[:1].islower():
        return True
    before = text[max(0, stop.start() - 12) : stop.start()]
    if _abbreviation.search(before):
        return _starter.match(following) is None
    return _ordinal.search(before) is not None and _month.match(following) is not None


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span without white space around it, cut at a space where it is too long; none where nothing is left."""
    spans = []
    while start < end:
        stop = end
        if end - start > MAX_SENTENCE_CHARS:
            space = text.rfind(" ", start + MAX_SENTENCE_CHARS // 2, start + MAX_SENTENCE_CHARS)
            stop = space if space > 0 else start + MAX_SENTENCE_CHARS
        piece = text[start:stop]
        left, right = len(piece) - len(piece.lstrip()), len(piece) - len(piece.rstrip())
        if left < len(piece):
            spans.append((start + left, stop - right))
        start = stop
    return spans
