"""Thresholds are stored with the edges, and edges of different thresholds are never mixed."""

from dataclasses import fields, replace

import pytest
from stories_database import FIRST_DAY, Database, article, edited, frame, page

from newsmill.errors import UserError
from newsmill.stories.fingerprint import fingerprint
from newsmill.stories.plan import plan_stories
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS, StoryThresholds

STRICT = replace(DEFAULT_THRESHOLDS, near_dup_jaccard=0.9)
PAGES = [page("a", article(1)), page("b", edited(article(1), 10, 60), hour=7)]


def test_the_first_load_stores_the_thresholds_and_later_loads_keep_them():
    db = Database().load(PAGES)
    stored = [(DEFAULT_THRESHOLDS.digest(), DEFAULT_THRESHOLDS.to_json())]
    assert db.rows("stories.thresholds") == stored
    assert db.load([page("c", article(2), day=1)]).rows("stories.thresholds") == stored


def test_other_thresholds_are_refused_and_nothing_changes():
    db = Database().load(PAGES)
    before = db.tables()
    with pytest.raises(UserError) as raised:
        plan_stories(db.con, [FIRST_DAY], fingerprint(frame(PAGES), STRICT), thresholds=STRICT)
    assert "near_dup_jaccard is 0.9, was 0.55" in raised.value.problem
    assert "newsmill rebuild" in raised.value.hint
    assert db.tables() == before


def test_a_home_of_a_version_with_fewer_thresholds_is_refused():
    db = Database().load(PAGES)
    db.con.execute("""update stories.thresholds set digest = 'x', thresholds = '{"near_dup_jaccard": 0.55}'""")
    with pytest.raises(UserError, match=r"same_url_jaccard is 0\.4, was absent"):
        db.load(PAGES)


def test_a_new_home_uses_its_thresholds_throughout():
    assert len(Database().load(PAGES).stories()) == 1
    strict = Database(thresholds=STRICT).load(PAGES)
    assert len(strict.stories()) == 2
    assert strict.rows("stories.thresholds") == [(STRICT.digest(), STRICT.to_json())]


@pytest.mark.parametrize("name", [field.name for field in fields(StoryThresholds)])
def test_every_threshold_changes_the_digest(name):
    changed = replace(DEFAULT_THRESHOLDS, **{name: getattr(DEFAULT_THRESHOLDS, name) + 1})
    assert changed.digest() != DEFAULT_THRESHOLDS.digest()
    assert DEFAULT_THRESHOLDS.digest() == StoryThresholds().digest()
