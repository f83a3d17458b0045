"""Where the body of an HTML page shows its dates: `time` elements, microdata, visible text."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from newsmill.pages.dates.in_metadata import Said
from newsmill.pages.dates.parse import Moment, find_all, parse
from newsmill.pages.html.headline import find_headline
from newsmill.pages.html.tree import Tree
from newsmill.pages.phrases import BYLINE, CHANGED, FIRST_PUBLISHED, PUBLISHED
from newsmill.pages.text import count_cjk, count_sentence_ends

_microdata = dict.fromkeys(("datepublished", "publisheddate", "publishdate", "pubdate", "datecreated"), "published")
_microdata |= dict.fromkeys(("datemodified", "modifieddate", "dateupdated"), "changed")
_dash = re.compile(r"[-_\s]")

_OF_DATES, _BESIDE_DATES, _ELSEWHERE = 1, 2, 4  # what an element is named after
_named_date = re.compile(
    r"(?<!up)(?<!candi)(?<!man)date(?!d)|publi(?:sh(?!er)|cat|cad|ee|é)|posted|time-?stamp|(?:pub|post)-?time"
    r"|fecha|datum|shijian|riqi|(?:^|[\s_-])(?:time|zeit|rq|dato|tid|byline|when)(?:$|[\s_-])",
    re.IGNORECASE,
)
_named_near_date = re.compile(r"meta|info|source|author|entry|byline|time|detail", re.IGNORECASE)
_named_elsewhere = re.compile(
    r"relat|recommend|side-?bar|aside|footer|comment|popular|latest|teaser|copyright|event|carousel|slider|trending"
    r"|most-?read|newsletter|ticker|breaking|read-?(?:more|next)|more-|promo|upcoming"
    r"|(?:^|[\s_-])nav|(?:^|\s)widget[_-](?:area|recent|rss|pop)",
    re.IGNORECASE,
)
_no_publication = re.compile(
    r"©|\(c\)|copyright|all rights|版权|valid|expire|deadline|\bborn\b|event|webinar|since|established|effective",
    re.IGNORECASE,
)
_has_year = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|25[67]\d)(?!\d)|[٠۰०]|[年년]")

_most_nodes = 20_000  # of a page in whose texts years are sought
_most_times = 60  # elements looked at
_most_lines = 60
_most_named = 4  # elements around a text, by whose names it is judged
_shortest, _longest_line = 3, 160  # characters of a text that may hold the date of the page
_longest_date = 45  # of a text that is hardly more than a date
_line = 70  # an element with fewer is a part of a line
_label, _label_behind = 40, 15  # of the words that may tell what a date is of
_near, _rather_near, _just_before = 500, 1500, 80  # between headline and date
_is_near = 2
_much = 0.4  # of the page's text: what holds more is no part beside the article, whatever it is named
_most_days = 3  # in elements of the same name: more, and they are those of a list

# What tells of a date that it is the page's, in points.
_enough = 3
_is_labelled = 3
_first_of_all = 5  # more than all that tells of a date which is not said to be the first


class Shown:
    """The dates that a page shows or marks in its body."""

    def __init__(self, tree: Tree, day_first: bool | None) -> None:
        self._tree = tree
        self._day_first = day_first
        self._headline = find_headline(tree)
        # Where titles were changed later, the headline may still be the first heading, and what it holds lower down.
        first = tree.first("h1")
        self._headlines = [one for one in dict.fromkeys((self._headline, first)) if one is not None]
        self._much = _much * tree.size(tree.body)
        articles = tree.all("article")
        self._own_article = self._article_of(articles)
        self._articles = articles

    def _article_of(self, articles: Sequence[int]) -> int | None:
        """The `article` element around the headline, else the largest."""
        tree = self._tree
        if self._headline is not None:
            around = [article for article in articles if article < self._headline < tree.ends[article]]
            if around:
                return around[-1]
        return max(articles, key=tree.size, default=None)

    def in_times(self, and_microdata: bool = True) -> list[Said]:
        """`time` elements and microdata: those marked as the publication's first, none of other articles."""
        tree = self._tree
        marked = self._in_microdata() if and_microdata else {}
        found: list[tuple[int, Said]] = []
        for node in sorted({*tree.all("time")[:_most_times], *list(marked)[:_most_times]}):
            moment = self._written(node)
            if moment is None or self._is_of_another(node):
                continue
            label = f"{tree.get(node, 'class')} {self._label(node)}"
            is_published = marked.get(node) == "published" or "pubdate" in tree.attributes[node]
            is_published = is_published or bool(PUBLISHED.search(label))
            is_change = marked.get(node) == "changed" or (not is_published and bool(CHANGED.search(label)))
            near = self._nearness(node)
            found.append((2 * is_published + near, Said(moment, "time", is_change, is_published or near >= _is_near)))
        # Beside a date that is plainly the page's own, be it believed or not, the others are of something else.
        plain = any(said.is_plain and not said.is_change for _, said in found)
        return [said for said in _by_score(found) if said.is_plain or said.is_change or not plain]

    def in_text(self, only_near: bool = False) -> list[Said]:
        """Dates in short texts that are labelled, named, or near the headline; the likeliest first."""
        tree = self._tree
        found: list[tuple[int, Said]] = []
        days: dict[str, set[dt.date]] = {}
        lines: set[int] = set()
        for node in self._with_year(*(self._around_headline() if only_near else (0, _most_nodes))):
            line = self._line_around(node)
            if line not in lines and tree.size(line) <= _longest_line:
                lines.add(line)
                found += self._in_line(line, self._names(tree.parents[node]), days)
            if len(lines) >= _most_lines:
                break
        return _by_score([one for one in found if one[0] >= _enough])

    def _in_microdata(self) -> dict[int, str]:
        """The elements whose `itemprop` is a date of publication or of a change."""
        attributes = self._tree.attributes
        return {
            node: what
            for node in self._tree.itemprops
            if (what := _microdata.get(_dash.sub("", attributes[node]["itemprop"] or "").lower()))
        }

    def _written(self, node: int) -> Moment | None:
        """The date that an element gives: for machines, else for people."""
        for name in ("datetime", "content", "title"):
            if (written := self._tree.get(node, name)) and (moment := parse(written, self._day_first)):
                return moment
        return parse(self._tree.text(node, 100), self._day_first)

    def _around_headline(self) -> tuple[int, int]:
        """The nodes between which all that is near the headline stands; none where there is no headline."""
        if self._headline is None:
            return 0, 0
        sizes, end = self._tree.sizes, self._tree.ends[self._headline]
        start = bisect_left(sizes, sizes[self._headline] - 2 * _just_before)
        return start, min(bisect_right(sizes, sizes[end] + _rather_near), start + _most_nodes)

    def _with_year(self, start: int, end: int) -> Iterator[int]:
        """The short texts that a year stands in."""
        pieces = self._tree.pieces
        for node in self._tree.texts_between(start, end):
            piece = pieces[node]
            if (
                _shortest < len(piece) < 2 * _longest_line
                and ("20" in piece or "19" in piece or not piece.isascii())
                and _has_year.search(piece)
            ):
                yield node

    def _in_line(self, line: int, names: int, days: dict[str, set[dt.date]]) -> Iterator[tuple[int, Said]]:
        text = self._tree.text(line, 2 * _longest_line)
        place = 2 * bool(names & _OF_DATES) + bool(names & _BESIDE_DATES)
        near = self._nearness(line)
        is_line_alone = len(text) <= _longest_date
        if (
            len(text) > _longest_line
            or not (place or near or is_line_alone)
            or _no_publication.search(text)
            or (count_sentence_ends(text) and len(text) > 2 * _longest_date and not names & _OF_DATES)
            or self._is_of_another(line)
        ):
            return
        listed = days.setdefault(self._tree.get(line, "class"), set())
        for moment, label in self._labelled(line, text):
            listed.add(moment[0].date())
            if len(listed) > _most_days and not near:
                return
            is_published = bool(PUBLISHED.search(label))
            is_change = not is_published and bool(CHANGED.search(label))
            score = place + near + is_line_alone + bool(BYLINE.match(text)) + _is_labelled * (is_published or is_change)
            score += _first_of_all * bool(FIRST_PUBLISHED.search(label))
            yield score, Said(moment, "text", is_change, is_published or bool(near and place >= 2))

    def _labelled(self, line: int, text: str) -> Iterator[tuple[Moment, str]]:
        """The dates of a line, each with the words that tell what it is of: before it, or behind it."""
        dates = list(find_all(text, self._day_first))
        end, labels_follow = 0, False
        for number, (moment, start, stop) in enumerate(dates):
            label = text[end:start][-_label:]
            if number == 0 and not label.strip():
                label = self._label(line)
            behind = text[stop : dates[number + 1][1] if number + 1 < len(dates) else None][:_label_behind]
            if number == 0 and not _tells(label) and _tells(behind):
                labels_follow = len(dates) == 1 or bool(count_cjk(behind))
            end = stop
            yield moment, behind if labels_follow else label

    def _line_around(self, node: int) -> int:
        """The largest element around a text that is still no more than a line, and does not hold the headline."""
        tree, line = self._tree, node
        while (around := tree.parents[line]) > 0 and (line == node or tree.size(around) <= _line):
            if tree.tags[line] in ("p", "li") or any(around <= one < tree.ends[around] for one in self._headlines):
                break
            line = around
        return line

    def _names(self, node: int) -> int:
        """What the elements around a text are named after."""
        tree, found, depth = self._tree, 0, 0
        while node > 0 and depth < _most_named and tree.size(node) <= 2 * _longest_line:
            own = tree.attributes[node]
            found |= (
                _kinds(f"{own.get('class') or ''} {own.get('id') or ''}") & (_OF_DATES | _BESIDE_DATES) if own else 0
            )
            node, depth = tree.parents[node], depth + 1
        return found

    def _label(self, node: int) -> str:
        """What is said about an element before it."""
        tree = self._tree
        while (before := self._before(node)) is None and node > 0 and tree.size(tree.parents[node]) <= _line:
            node = tree.parents[node]
        if before is None or tree.size(before) > 2 * _longest_line:
            return ""
        return tree.text(before)[-_label:]

    def _before(self, node: int) -> int | None:
        """What stands before a node in the same element, blanks passed over."""
        before = self._tree.previous_sibling(node)
        while before is not None and not self._tree.size(before):
            before = self._tree.previous_sibling(before)
        return before

    def _nearness(self, node: int) -> int:
        """3 just after the headline or shortly before, 1 a little farther, 0 elsewhere."""
        return max((self._nearness_to(headline, node) for headline in self._headlines), default=0)

    def _nearness_to(self, headline: int, node: int) -> int:
        sizes, end = self._tree.sizes, self._tree.ends[headline]
        if node >= end:
            between = sizes[node] - sizes[end]
            return 3 if between <= _near else 1 if between <= _rather_near else 0
        between = sizes[headline] - sizes[self._tree.ends[node]]
        return 2 if between <= _just_before else 0

    def _is_of_another(self, node: int) -> bool:
        """Whether a node stands in a part of the page that speaks of other articles."""
        tree = self._tree
        for around in tree.ancestors(node):
            tag = tree.tags[around]
            if self._headline is not None and around < self._headline < tree.ends[around]:
                return False
            if tag == "article":
                return around != self._own_article and len(self._articles) > 1
            if tag in ("aside", "footer", "nav"):
                return True
            if tag in ("main", "body"):
                return False
            if tree.size(around) > self._much:
                return False
            own = tree.attributes[around]
            if own and _kinds(f"{own.get('class') or ''} {own.get('id') or ''}") & _ELSEWHERE:
                return True
        return False


def _tells(label: str) -> bool:
    return bool(PUBLISHED.search(label) or CHANGED.search(label))


def _by_score(found: list[tuple[int, Said]]) -> list[Said]:
    return [said for _, said in sorted(found, key=lambda one: -one[0])]


@lru_cache(maxsize=20_000)
def _kinds(names: str) -> int:
    """What an element's classes and id are named after: dates, what stands beside dates, other articles."""
    names = names[:300]
    return (
        _OF_DATES * bool(_named_date.search(names))
        | _BESIDE_DATES * bool(_named_near_date.search(names))
        | _ELSEWHERE * bool(_named_elsewhere.search(names))
    )
