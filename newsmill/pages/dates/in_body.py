"""Find the dates in the body of an HTML page: `time` elements, microdata, visible text."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from newsmill.pages.dates.in_metadata import DateCandidate
from newsmill.pages.dates.parse import Moment, find_dates, parse_date
from newsmill.pages.html.headline import find_headline
from newsmill.pages.html.tree import Tree
from newsmill.pages.phrases import BYLINE, CHANGED, FIRST_PUBLISHED, PUBLISHED
from newsmill.pages.text import count_cjk, count_sentence_ends

_MICRODATA = dict.fromkeys(("datepublished", "publisheddate", "publishdate", "pubdate", "datecreated"), "published")
_MICRODATA |= dict.fromkeys(("datemodified", "modifieddate", "dateupdated"), "changed")
_DASH = re.compile(r"[-_\s]")

# What the class and id of an element refer to (bits).
_NAMES_DATE, _NAMES_NEAR_DATE, _NAMES_ELSEWHERE = 1, 2, 4
_DATE_NAME = re.compile(
    r"(?<!up)(?<!candi)(?<!man)date(?!d)|publi(?:sh(?!er)|cat|cad|ee|é)|posted|time-?stamp|(?:pub|post)-?time"
    r"|fecha|datum|shijian|riqi|(?:^|[\s_-])(?:time|zeit|rq|dato|tid|byline|when)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NEAR_DATE_NAME = re.compile(r"meta|info|source|author|entry|byline|time|detail", re.IGNORECASE)
_ELSEWHERE_NAME = re.compile(
    r"relat|recommend|side-?bar|aside|footer|comment|popular|latest|teaser|copyright|event|carousel|slider|trending"
    r"|most-?read|newsletter|ticker|breaking|read-?(?:more|next)|more-|promo|upcoming"
    r"|(?:^|[\s_-])nav|(?:^|\s)widget[_-](?:area|recent|rss|pop)",
    re.IGNORECASE,
)
_NOT_PUBLICATION = re.compile(
    r"©|\(c\)|copyright|all rights|版权|valid|expire|deadline|\bborn\b|event|webinar|since|established|effective",
    re.IGNORECASE,
)
# A year, also of the Buddhist era, or a sign of one. A pattern that begins with a set of characters is fast to search.
_YEAR = re.compile(r"[12٠۰०年년](?:(?<=[٠۰०年년])|(?<!\d[12])(?:(?<=1)9\d\d|(?<=2)0\d\d|(?<=2)5[67]\d)(?!\d))")

_MAX_NODES = 20_000  # searched for years
_MAX_TIME_ELEMENTS = 60
_MAX_LINES = 60
_MAX_NAMED_ANCESTORS = 4  # whose names count for a text
_MIN_CHARS, _MAX_LINE_CHARS = 3, 160  # of a text that can contain the page's date
_MAX_DATE_LINE_CHARS = 45  # of a line that contains little besides a date
_MAX_PART_CHARS = 70  # of an element that is part of a line
_MAX_LABEL_CHARS, _MAX_LABEL_CHARS_AFTER = 40, 15  # of the words before and after a date that can be its label
_NEAR_CHARS, _RATHER_NEAR_CHARS, _BEFORE_HEADLINE_CHARS = 500, 1500, 80  # between headline and date
_MAX_OTHER_SHARE = 0.4  # of the page's text: a larger element is not about other articles, regardless of its name
_MAX_LISTED_DAYS = 3  # in elements of the same class; more are the dates of a list

# Points of a date; the date with the most is the page's.
_MIN_SCORE = 3
_NEAR_POINTS = 2
_LABEL_POINTS = 3
_FIRST_PUBLISHED_POINTS = 5  # more than everything else that a date can score


class VisibleDates:
    """The dates that a page displays or marks up in its body."""

    def __init__(self, tree: Tree, day_first: bool | None) -> None:
        self._tree = tree
        self._day_first = day_first
        self._headline = find_headline(tree)
        # If a site changed its titles later, the headline may be the first `h1` although another heading matches them.
        headings = (self._headline, tree.first("h1"))
        self._headlines = [heading for heading in dict.fromkeys(headings) if heading is not None]
        self._max_other_chars = _MAX_OTHER_SHARE * tree.size(tree.body)
        self._articles = tree.all("article")
        self._page_article = self._find_page_article()

    def find_in_time_elements(self, and_microdata: bool = True) -> list[DateCandidate]:
        """Return the dates of `time` elements and microdata, those marked as publication first.

        Dates of other articles are excluded.
        """
        tree = self._tree
        marked = self._find_microdata() if and_microdata else {}
        scored: list[tuple[int, DateCandidate]] = []
        for node in sorted({*tree.all("time")[:_MAX_TIME_ELEMENTS], *list(marked)[:_MAX_TIME_ELEMENTS]}):
            moment = self._parse_element(node)
            if moment is None or self._is_elsewhere(node):
                continue
            label = f"{tree.get(node, 'class')} {self._get_label_before(node)}"
            is_published = marked.get(node) == "published" or node in tree.attribute("pubdate")
            is_published = is_published or bool(PUBLISHED.search(label))
            is_change = marked.get(node) == "changed" or (not is_published and bool(CHANGED.search(label)))
            nearness = self._score_nearness(node)
            is_page_date = is_published or nearness >= _NEAR_POINTS
            scored.append((2 * is_published + nearness, DateCandidate(moment, "time", is_change, is_page_date)))
        # Beside a date that is visibly the page's, plausible or not, the others belong to something else.
        has_page_date = any(date.is_page_date and not date.is_change for _, date in scored)
        return [date for date in _sort_by_score(scored) if date.is_page_date or date.is_change or not has_page_date]

    def find_in_text(self, only_near_headline: bool = False) -> list[DateCandidate]:
        """Return the dates in short texts with a label, a class for dates, or near the headline; best first."""
        tree = self._tree
        scored: list[tuple[int, DateCandidate]] = []
        days_by_class: dict[str, set[dt.date]] = {}
        lines: set[int] = set()
        node_range = self._get_range_near_headline() if only_near_headline else (0, _MAX_NODES)
        for node in self._iter_texts_with_year(*node_range):
            line = self._find_line(node)
            if line not in lines and tree.size(line) <= _MAX_LINE_CHARS:
                lines.add(line)
                scored += self._iter_line_dates(line, self._classify_ancestors(tree.parents[node]), days_by_class)
            if len(lines) >= _MAX_LINES:
                break
        return _sort_by_score([(score, date) for score, date in scored if score >= _MIN_SCORE])

    def shows_date(self) -> bool:
        """Whether a short text contains a date, of this page or of anything else."""
        nodes = self._iter_texts_with_year(0, _MAX_NODES)
        # The order of day and month does not matter here.
        return any(next(find_dates(self._tree.piece(node), day_first=True), None) for node in nodes)

    def _find_page_article(self) -> int | None:
        """Return the `article` element around the headline, else the largest."""
        tree = self._tree
        if self._headline is not None:
            around = [article for article in self._articles if article < self._headline < tree.ends[article]]
            if around:
                return around[-1]
        return max(self._articles, key=tree.size, default=None)

    def _find_microdata(self) -> dict[int, str]:
        """Return the elements whose `itemprop` is a date, with `published` or `changed`."""
        return {
            node: meaning
            for node, name in self._tree.attribute("itemprop").items()
            if (meaning := _MICRODATA.get(_DASH.sub("", name or "").lower()))
        }

    def _parse_element(self, node: int) -> Moment | None:
        """Return the date of an element: from its machine-readable attributes, else from its text."""
        for name in ("datetime", "content", "title"):
            value = self._tree.get(node, name)
            if value and (moment := parse_date(value, self._day_first)):
                return moment
        return parse_date(self._tree.text(node, 100), self._day_first)

    def _get_range_near_headline(self) -> tuple[int, int]:
        """Return the range of nodes near the headline; an empty one where there is no headline."""
        if self._headline is None:
            return 0, 0
        sizes, end = self._tree.sizes, self._tree.ends[self._headline]
        start = bisect_left(sizes, sizes[self._headline] - 2 * _BEFORE_HEADLINE_CHARS)
        return start, min(bisect_right(sizes, sizes[end] + _RATHER_NEAR_CHARS), start + _MAX_NODES)

    def _iter_texts_with_year(self, start: int, end: int) -> Iterator[int]:
        """Iterate over the short text nodes that contain a year."""
        tree = self._tree
        offsets = tree.offsets
        end = min(end, len(tree))
        start_char, end_char = offsets[min(start, end)], offsets[end]
        last = -1
        for year in _YEAR.finditer(tree.whole, start_char, end_char):
            node = bisect_right(offsets, year.start()) - 1
            if node != last and _MIN_CHARS < offsets[node + 1] - offsets[node] < 2 * _MAX_LINE_CHARS:
                yield node
            last = node

    def _iter_line_dates(
        self, line: int, names: int, days_by_class: dict[str, set[dt.date]]
    ) -> Iterator[tuple[int, DateCandidate]]:
        """Iterate over the dates of a line, with the points of each."""
        text = self._tree.text(line, 2 * _MAX_LINE_CHARS)
        name_points = 2 * bool(names & _NAMES_DATE) + bool(names & _NAMES_NEAR_DATE)
        nearness = self._score_nearness(line)
        is_date_line = len(text) <= _MAX_DATE_LINE_CHARS
        if (
            len(text) > _MAX_LINE_CHARS
            or not (name_points or nearness or is_date_line)
            or _NOT_PUBLICATION.search(text)
            or (count_sentence_ends(text) and len(text) > 2 * _MAX_DATE_LINE_CHARS and not names & _NAMES_DATE)
            or self._is_elsewhere(line)
        ):
            return
        listed_days = days_by_class.setdefault(self._tree.get(line, "class"), set())
        base_score = name_points + nearness + is_date_line + bool(BYLINE.match(text))
        for moment, label in self._iter_labeled_dates(line, text):
            listed_days.add(moment[0].date())
            if len(listed_days) > _MAX_LISTED_DAYS and not nearness:
                return
            is_published = bool(PUBLISHED.search(label))
            is_change = not is_published and bool(CHANGED.search(label))
            score = base_score + _LABEL_POINTS * (is_published or is_change)
            score += _FIRST_PUBLISHED_POINTS * bool(FIRST_PUBLISHED.search(label))
            is_page_date = is_published or bool(nearness and name_points >= 2)
            yield score, DateCandidate(moment, "text", is_change, is_page_date)

    def _iter_labeled_dates(self, line: int, text: str) -> Iterator[tuple[Moment, str]]:
        """Iterate over the dates of a line, each with the words before it, or after it, that can be its label."""
        dates = list(find_dates(text, self._day_first))
        previous_end, labels_follow = 0, False
        for number, (moment, start, end) in enumerate(dates):
            label = text[previous_end:start][-_MAX_LABEL_CHARS:]
            if number == 0 and not label.strip():
                label = self._get_label_before(line)
            next_start = dates[number + 1][1] if number + 1 < len(dates) else None
            label_after = text[end:next_start][:_MAX_LABEL_CHARS_AFTER]
            if number == 0 and not _is_date_label(label) and _is_date_label(label_after):
                labels_follow = len(dates) == 1 or bool(count_cjk(label_after))
            previous_end = end
            yield moment, label_after if labels_follow else label

    def _find_line(self, node: int) -> int:
        """Return the largest element around a text that is not longer than a line and does not contain the headline."""
        tree, line = self._tree, node
        while (parent := tree.parents[line]) > 0 and (line == node or tree.size(parent) <= _MAX_PART_CHARS):
            if tree.tags[line] in ("p", "li"):
                break
            if any(parent <= headline < tree.ends[parent] for headline in self._headlines):
                break
            line = parent
        return line

    def _classify_ancestors(self, node: int) -> int:
        """Return the bits for the classes and ids of the small elements around a text."""
        tree, names, depth = self._tree, 0, 0
        while node > 0 and depth < _MAX_NAMED_ANCESTORS and tree.size(node) <= 2 * _MAX_LINE_CHARS:
            names |= self._classify(node) & (_NAMES_DATE | _NAMES_NEAR_DATE)
            node, depth = tree.parents[node], depth + 1
        return names

    def _classify(self, node: int) -> int:
        name, identifier = self._tree.attribute("class").get(node), self._tree.attribute("id").get(node)
        return _classify_names(f"{name or ''} {identifier or ''}") if name or identifier else 0

    def _get_label_before(self, node: int) -> str:
        """Return the end of the text before an element on the same line."""
        tree = self._tree
        while (
            (before := self._get_text_before(node)) is None
            and node > 0
            and tree.size(tree.parents[node]) <= _MAX_PART_CHARS
        ):
            node = tree.parents[node]
        if before is None or tree.size(before) > 2 * _MAX_LINE_CHARS:
            return ""
        return tree.text(before)[-_MAX_LABEL_CHARS:]

    def _get_text_before(self, node: int) -> int | None:
        """Return the closest sibling before a node that contains text."""
        before = self._tree.previous_sibling(node)
        while before is not None and not self._tree.size(before):
            before = self._tree.previous_sibling(before)
        return before

    def _score_nearness(self, node: int) -> int:
        """Return 3 just after the headline, 2 shortly before it, 1 a little farther, 0 elsewhere."""
        return max((self._score_nearness_to(headline, node) for headline in self._headlines), default=0)

    def _score_nearness_to(self, headline: int, node: int) -> int:
        sizes, end = self._tree.sizes, self._tree.ends[headline]
        if node >= end:
            chars_between = sizes[node] - sizes[end]
            return 3 if chars_between <= _NEAR_CHARS else 1 if chars_between <= _RATHER_NEAR_CHARS else 0
        chars_between = sizes[headline] - sizes[self._tree.ends[node]]
        return 2 if chars_between <= _BEFORE_HEADLINE_CHARS else 0

    def _is_elsewhere(self, node: int) -> bool:
        """Whether a node is in a part of the page that is about other articles."""
        tree = self._tree
        for ancestor in tree.ancestors(node):
            tag = tree.tags[ancestor]
            if self._headline is not None and ancestor < self._headline < tree.ends[ancestor]:
                return False
            if tag == "article":
                return ancestor != self._page_article and len(self._articles) > 1
            if tag in ("aside", "footer", "nav"):
                return True
            if tag in ("main", "body"):
                return False
            if tree.size(ancestor) > self._max_other_chars:
                return False
            if self._classify(ancestor) & _NAMES_ELSEWHERE:
                return True
        return False


def _is_date_label(text: str) -> bool:
    return bool(PUBLISHED.search(text) or CHANGED.search(text))


def _sort_by_score(scored: list[tuple[int, DateCandidate]]) -> list[DateCandidate]:
    return [date for _, date in sorted(scored, key=lambda item: -item[0])]


@lru_cache(maxsize=20_000)
def _classify_names(names: str) -> int:
    """Return the bits for an element's classes and id: dates, text near dates, other articles."""
    names = names[:300]
    return (
        _NAMES_DATE * bool(_DATE_NAME.search(names))
        | _NAMES_NEAR_DATE * bool(_NEAR_DATE_NAME.search(names))
        | _NAMES_ELSEWHERE * bool(_ELSEWHERE_NAME.search(names))
    )
