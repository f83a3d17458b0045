"""Read a taxonomy file and check it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from newsmill.errors import UserError
from newsmill.topics.matching.spelling import OPTIONAL_PART, spell_out
from newsmill.validation import load_yaml, user_error

MAX_PHRASE_CHARS = 100
MAX_OPTIONAL_PARTS = 3
# The shipped taxonomy has 3,500 phrases with 5,000 spellings; compiling 40,000 takes some seconds.
MAX_SPELLINGS = 40_000
HINTS = {
    "greater_than": "give a weight above 0 and up to 10",
    "less_than_equal": "give a weight above 0 and up to 10",
}
# New names of keys from earlier versions.
RENAMED_KEYS = {"close": "within_words", "needs": "same_sentence", "near": "nearby_sentence"}
# The contexts of a sentence are bits of one 64-bit integer.
MAX_CONTEXTS = 62
LANGUAGE = re.compile(r"[a-z]{2}")


def _check_phrase(value: str) -> str:
    bare = value.removeprefix("*").removesuffix("*")
    if not bare.strip():
        raise ValueError("the phrase is empty")
    if bare != " ".join(bare.split()):
        raise ValueError(f"{value!r} has an extra space or a line break")
    if "*" in bare:
        raise ValueError(f"{value!r} has a * that is not at its beginning or end")
    if set("()") & set(OPTIONAL_PART.sub("", bare)):
        raise ValueError(f"{value!r} has an unmatched round bracket or an empty pair")
    if len(OPTIONAL_PART.findall(bare)) > MAX_OPTIONAL_PARTS:
        raise ValueError(f"{value!r} has more than {MAX_OPTIONAL_PARTS} optional parts")
    if len(bare) > MAX_PHRASE_CHARS:
        raise ValueError(f"{value[:20]!r}... is longer than {MAX_PHRASE_CHARS} characters")
    if not any(char.isalnum() for char in bare):
        raise ValueError(f"{value!r} has no letter or digit")
    if bare.isascii() and len(bare) == 1:
        raise ValueError(f"{value!r} is a single letter or digit")
    return value


Phrase = Annotated[str, AfterValidator(_check_phrase)]
Text = Annotated[str, Field(min_length=1)]
Words = dict[str, list[Phrase]]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Entry(BaseModel):
    """An entry of the file. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ByLanguage(Entry):
    """Phrases under two-letter language keys, which are next to the entry's other keys in the file."""

    words: Words = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def collect_language_keys(cls, data: Any) -> Any:
        """Move the language keys into `words`."""
        if not isinstance(data, dict):
            return data
        languages = {key: value for key, value in data.items() if isinstance(key, str) and LANGUAGE.fullmatch(key)}
        return {**{key: value for key, value in data.items() if key not in languages}, "words": languages}

    def phrases(self) -> Iterator[tuple[str, str]]:
        """Yield language and phrase, in the order of the file."""
        for language, phrases in self.words.items():
            for phrase in phrases:
                yield language, phrase


class Named(Entry):
    """Entities of one kind: canonical name -> spellings."""

    kind: Literal["model", "company", "agency", "law", "product", "person", "programme"]
    names: dict[Text, Annotated[list[Phrase], Field(min_length=1)]] = Field(min_length=1)


class Context(ByLanguage):
    """Words that a phrase can need nearby: the context's phrases, entities, and the contexts it `includes`."""

    includes: list[str] = Field(default_factory=list)
    entities: list[Named] = Field(default_factory=list)


class Weighted(Entry):
    """The weight of a group, and the contexts that it needs: each must have a word nearby.

    Nearby is within about five words, in the same sentence, or in the same or an adjacent sentence.
    """

    weight: float = Field(gt=0, le=10)
    within_words: list[str] = Field(default_factory=list)
    same_sentence: list[str] = Field(default_factory=list)
    nearby_sentence: list[str] = Field(default_factory=list)


class PhraseGroup(Weighted, ByLanguage):
    """Phrases with the same weight and needed contexts, and the words of the contexts in `words_of`."""

    words_of: list[str] = Field(default_factory=list)


class EntityGroup(Weighted, Named):
    """Entities with the same kind, weight and needed contexts."""


class Topic(Entry):
    """One topic: name and definition by language, phrases, entities and exclusions."""

    name: dict[str, Text]
    definition: dict[str, Text]
    phrases: list[PhraseGroup] = Field(min_length=1)
    entities: list[EntityGroup] = Field(default_factory=list)
    exclusions: ByLanguage = Field(default_factory=ByLanguage)

    @model_validator(mode="after")
    def has_english(self) -> Topic:
        """Require an English name and definition."""
        if "en" not in self.name or "en" not in self.definition:
            raise ValueError("name and definition need at least an `en` entry")
        return self


class TaxonomyFile(Entry):
    """The content of a taxonomy file."""

    contexts: dict[Id, Context] = Field(default_factory=dict)
    topics: dict[Id, Topic] = Field(min_length=1)


@dataclass(frozen=True)
class Taxonomy:
    """Topics by id and contexts by name, both in the order of the file.

    `version` is 12 hex digits of blake2b over the file's bytes.
    """

    version: str
    topics: dict[str, Topic]
    contexts: dict[str, Context]

    def __hash__(self) -> int:
        return hash(self.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Taxonomy) and self.version == other.version

    @property
    def names(self) -> dict[str, str]:
        """Return the topics' English names by id, in the order of the file."""
        return {topic_id: topic.name["en"] for topic_id, topic in self.topics.items()}


def load_taxonomy(path: Path) -> Taxonomy:
    """Load a taxonomy from a YAML file.

    Raises:
        UserError: if the file has a mistake; states file, field and hint of the first one.
    """
    content = load_yaml(path)
    try:
        file = TaxonomyFile.model_validate(content)
    except ValidationError as error:
        raise _with_new_key(user_error(error, content, str(path), HINTS)) from error
    _check_size(path, file)
    _check_contexts(path, file)
    known = {*file.contexts, *(topic_id for topic_id, topic in file.topics.items() if topic.entities)}
    for topic_id, topic in file.topics.items():
        _check_topic(f"{path}, field topics.{topic_id}", topic, known)
    return Taxonomy(blake2b(path.read_bytes(), digest_size=6).hexdigest(), file.topics, file.contexts)


def _with_new_key(error: UserError) -> UserError:
    """Return an error that states the new name if the key was renamed, else the error itself."""
    key = error.where.rpartition(".")[2]
    if key not in RENAMED_KEYS:
        return error
    return UserError(
        error.where, f"the key `{key}` is now `{RENAMED_KEYS[key]}`", f"rename it to `{RENAMED_KEYS[key]}`"
    )


def _check_size(path: Path, file: TaxonomyFile) -> None:
    topics, contexts = file.topics.values(), file.contexts.values()
    groups: list[ByLanguage] = [*contexts, *(group for topic in topics for group in (*topic.phrases, topic.exclusions))]
    named: list[Named] = [group for context in contexts for group in context.entities]
    named += [group for topic in topics for group in topic.entities]
    phrases = [phrase for group in groups for _, phrase in group.phrases()]
    phrases += [alias for _, alias in _list_aliases(named)]
    # Each part in round brackets doubles the spellings.
    spellings = sum(2 ** phrase.count("(") for phrase in phrases)
    if spellings > MAX_SPELLINGS:
        problem = f"{spellings:,} spellings of {len(phrases):,} phrases, more than {MAX_SPELLINGS:,}"
        raise UserError(str(path), problem, "leave out phrases or their optional parts")


def _check_contexts(path: Path, file: TaxonomyFile) -> None:
    known: set[str] = set()
    for name, context in file.contexts.items():
        where = f"{path}, field contexts.{name}"
        for included in context.includes:
            if included not in known:
                problem = f"{included!r} is not a context above this one"
                raise UserError(f"{where}.includes", problem, "name a context above this one")
        if not context.includes and not context.entities and not any(True for _ in context.phrases()):
            raise UserError(where, "has no phrases", "add some under a language, as `en: [...]`")
        if name in file.topics:
            raise UserError(where, "a topic has the same name", "rename one of them")
        _check_repeats(where, context.phrases())
        _check_repeats(f"{where}.entities", _list_aliases(context.entities))
        known.add(name)
    if len(file.contexts) + len(file.topics) > MAX_CONTEXTS:
        problem = f"there are more than {MAX_CONTEXTS} contexts and topics"
        raise UserError(f"{path}, field contexts", problem, "join some contexts")


def _check_topic(where: str, topic: Topic, known: set[str]) -> None:
    for field, groups in (("phrases", topic.phrases), ("entities", topic.entities)):
        for number, group in enumerate(groups):
            _check_references(f"{where}.{field}.{number}", group, known)
    _check_repeats(f"{where}.phrases", (pair for group in topic.phrases for pair in group.phrases()))
    _check_repeats(f"{where}.entities", _list_aliases(topic.entities))
    _check_repeats(f"{where}.exclusions", topic.exclusions.phrases())


def _check_references(where: str, group: Weighted, known: set[str]) -> None:
    words_of = group.words_of if isinstance(group, PhraseGroup) else []
    for name in (*group.within_words, *group.same_sentence, *group.nearby_sentence, *words_of):
        if name not in known:
            hint = "name one under `contexts:`, or a topic with entities"
            raise UserError(where, f"{name!r} is not a context", hint)
    if isinstance(group, PhraseGroup) and not words_of and not any(True for _ in group.phrases()):
        raise UserError(where, "has no phrases", "add some under a language, as `en: [...]`, or `words_of: [context]`")


def _list_aliases(groups: Iterable[Named]) -> Iterator[tuple[str, str]]:
    for group in groups:
        for aliases in group.names.values():
            for alias in aliases:
                yield "", alias


def _check_repeats(where: str, phrases: Iterable[tuple[str, str]]) -> None:
    """Check that a phrase appears once per language, so that its weight is defined in one line."""
    seen: set[tuple[str, str]] = set()
    for language, phrase in phrases:
        spellings = {(language, spelling) for spelling in spell_out(phrase)}
        if seen & spellings:
            raise UserError(where, f"{phrase!r} appears twice", "keep one of them")
        seen |= spellings
