"""The thresholds of story clustering, as one value; stories.thresholds stores its digest."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import xxhash


@dataclass(frozen=True)
class StoryThresholds:
    """All numbers that define which pages are one story. Shares are 0 to 1; Jaccard similarity is of 5-word shingles.

    Attributes:
        min_near_dup_words: texts of fewer words are matched only with exact copies: words that short texts share are as
            likely boilerplate as a story.
        max_near_dup_words: texts of more words are not news pages, and are matched only with exact copies, so that no
            page costs more than a second.
        min_passage_words: shorter sentences are never compared alone: they identify neither a story nor boilerplate.
        minhash_bands: LSH bands of the 128 MinHash values. Two texts of Jaccard J share a bucket with probability
            1 - (1 - J^4)^32:
                J .2  .3  .4  .5  .55 .6   .65  .7    .8
                  .05 .23 .56 .87 .95 .988 .998 .9998 1
            25 bands of 5 would lose one pair in a hundred at .7 and one in four at .55. Few of these pairs fail
            verification: pages of different stories share almost no five words in a row.
        min_boilerplate_urls: boilerplate is on pages of this many URLs of a site.
        min_boilerplate_stories: boilerplate is on pages of a site with this many different story keys, and with as many
            different passage sequences.
        min_shared_passage_words: shorter passages are not blocking keys: they are too often boilerplate.
        min_shared_passage_share: candidate pairs share passages with this share of the shorter text's words.
        max_block_pivots: in a larger block only pairs with one of this many smallest text hashes are candidates. 3,000
            versions of one text get about 120 edges each at 16 and 300 at 64; either way they are one story.
        near_dup_jaccard: texts with this similarity are near-duplicates. Of edited copies of news one in three is
            below .7 and one in twenty below .55; unrelated news is below .2.
        same_url_jaccard: enough for two texts fetched from one URL. A section front classified as an article has
            less in common with the next day's.
        min_containment: a shortened copy has this share of its shingles in the longer text.
        min_share_of_longer: a shortened copy has at least this share of the longer text's shingles. A long page that
            quotes a short one in full is another story.
        lead_jaccard: minimum similarity of two texts on different sites that share the lead. It is lower than
            near_dup_jaccard because each site's template leaves words around a copy.
        lead_containment: minimum containment of two such texts.
        min_lead_overlap: the other text contains this share of one text's lead. (Text that unrelated pages have in
            common is usually at their end.)
        max_lead_length_ratio: the longer of such texts is at most this many times as long as the shorter. (A digest
            begins with its first item.)
        lead_shingles: the first shingles of a text, which are its lead: 40 words, or ideographs.
        unrelated_headlines_below_jaccard: texts of one site below this similarity are not joined if their headlines
            are unrelated. More similar texts are joined whatever their headlines are.
        min_headline_overlap: related headlines share this part of the shorter one's significant tokens.
    """

    min_near_dup_words: int = 50
    max_near_dup_words: int = 200_000
    min_passage_words: int = 5
    minhash_bands: int = 32
    min_boilerplate_urls: int = 6
    min_boilerplate_stories: int = 5
    min_shared_passage_words: int = 8
    min_shared_passage_share: float = 0.25
    max_block_pivots: int = 16
    near_dup_jaccard: float = 0.55
    same_url_jaccard: float = 0.4
    min_containment: float = 0.8
    min_share_of_longer: float = 0.2
    lead_jaccard: float = 0.3
    lead_containment: float = 0.55
    min_lead_overlap: float = 0.5
    max_lead_length_ratio: float = 1.8
    lead_shingles: int = 36
    unrelated_headlines_below_jaccard: float = 0.9
    min_headline_overlap: float = 0.25

    def to_json(self) -> str:
        """Return the thresholds as JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True)

    def digest(self) -> str:
        """Return xxh3-64 of the JSON, as 16 hexadecimal digits."""
        return xxhash.xxh3_64_hexdigest(self.to_json().encode())


DEFAULT_THRESHOLDS = StoryThresholds()
