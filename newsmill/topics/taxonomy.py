"""The taxonomy: what `topics.yaml` says, read and held to its rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from newsmill.errors import UserError
from newsmill.topics.spelling import OPTIONAL_PART, spelled_out
from newsmill.topics.taxonomy_errors import first_mistake
from newsmill.validation import one_line, parse_yaml

MAX_PHRASE = 100
MAX_OPTIONAL_PARTS = 3
# Contexts of a sentence are kept as the bits of one 64-bit integer.
MAX_CONTEXTS = 62
LANGUAGE = re.compile(r"[a-z]{2}")


def _phrase(value: str) -> str:
    bare = value.removeprefix("*").removesuffix("*")
    if not bare.strip():
        raise ValueError("the phrase is empty")
    if bare != " ".join(bare.split()):
        raise ValueError(f"{value!r} has a space too many or a line break")
    if "*" in bare:
        raise ValueError(f"{value!r} has a * that is not at its beginning or end")
    if set("()") & set(OPTIONAL_PART.sub("", bare)):
        raise ValueError(f"{value!r} has a round bracket too many or an empty pair")
    if len(OPTIONAL_PART.findall(bare)) > MAX_OPTIONAL_PARTS:
        raise ValueError(f"{value!r} has more than {MAX_OPTIONAL_PARTS} optional parts")
    if len(bare) > MAX_PHRASE:
        raise ValueError(f"{value[:20]!r}... is longer than {MAX_PHRASE} characters")
    if not any(char.isalnum() for char in bare):
        raise ValueError(f"{value!r} has neither letter nor digit")
    if bare.isascii() and len(bare) == 1:
        raise ValueError(f"{value!r} is a single letter or digit")
    return value


Phrase = Annotated[str, AfterValidator(_phrase)]
Text = Annotated[str, Field(min_length=1)]
Words = dict[str, list[Phrase]]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ByLanguage(Entry):
    """Phrases under two-letter language keys, which stand beside the entry's other keys in the file."""

    words: Words = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def languages_are_words(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        languages = {key: value for key, value in data.items() if isinstance(key, str) and LANGUAGE.fullmatch(key)}
        return {**{key: value for key, value in data.items() if key not in languages}, "words": languages}

    def phrases(self) -> Iterator[tuple[str, str]]:
        """Language and phrase, in the order of the file."""
        for language, phrases in self.words.items():
            for phrase in phrases:
                yield language, phrase


class Named(Entry):
    """Entities of one kind: canonical name -> how it is written."""

    kind: Literal["model", "company", "agency", "law", "product", "person", "programme"]
    names: dict[Text, Annotated[list[Phrase], Field(min_length=1)]] = Field(min_length=1)


class Context(ByLanguage):
    """Words of which one must stand near a phrase, with its entities and all words of the contexts it `includes`."""

    includes: list[str] = Field(default_factory=list)
    entities: list[Named] = Field(default_factory=list)


class Weighted(Entry):
    """What a group weighs, and the contexts it needs: close by, in the same sentence, in that or its neighbours."""

    weight: float = Field(gt=0, le=10)
    close: list[str] = Field(default_factory=list)
    needs: list[str] = Field(default_factory=list)
    near: list[str] = Field(default_factory=list)


class PhraseGroup(Weighted, ByLanguage):
    """Phrases of one weight and one required context; with the words of the contexts named in `words_of`."""

    words_of: list[str] = Field(default_factory=list)


class EntityGroup(Weighted, Named):
    """Entities of one kind, weight and context."""


class Topic(Entry):
    """One topic: name and definition by language, what speaks of it and what does not."""

    name: dict[str, Text]
    definition: dict[str, Text]
    phrases: list[PhraseGroup] = Field(min_length=1)
    entities: list[EntityGroup] = Field(default_factory=list)
    exclusions: ByLanguage = Field(default_factory=ByLanguage)

    @model_validator(mode="after")
    def has_english(self) -> Topic:
        if "en" not in self.name or "en" not in self.definition:
            raise ValueError("name and definition need at least an `en` entry")
        return self


class TaxonomyFile(Entry):
    contexts: dict[Id, Context] = Field(default_factory=dict)
    topics: dict[Id, Topic] = Field(min_length=1)


@dataclass(frozen=True)
class Taxonomy:
    """The topics by id and the contexts by name, both in the order of the file.

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
        """The topics' English names by id, in the order of the file."""
        return {topic_id: topic.name["en"] for topic_id, topic in self.topics.items()}


def load_taxonomy(path: Path) -> Taxonomy:
    """The taxonomy of a YAML file.

    Raises:
        UserError: naming file, topic, field and hint of the first mistake.
    """
    try:
        data = path.read_bytes()
        content = parse_yaml(data.decode("utf-8"))
    except OSError as error:
        raise UserError(str(path), f"can't be read: {error.strerror}", "give the path of a taxonomy") from error
    except UnicodeDecodeError as error:
        raise UserError(str(path), f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise UserError(str(path), one_line(error), "correct the YAML there") from error
    try:
        file = TaxonomyFile.model_validate(content)
    except ValidationError as error:
        raise first_mistake(path, error) from error
    _check_contexts(path, file)
    known = {*file.contexts, *(topic_id for topic_id, topic in file.topics.items() if topic.entities)}
    for topic_id, topic in file.topics.items():
        _check_topic(f"{path}, topic {topic_id}", topic, known)
    return Taxonomy(blake2b(data, digest_size=6).hexdigest(), file.topics, file.contexts)


def _check_contexts(path: Path, file: TaxonomyFile) -> None:
    known: set[str] = set()
    for name, context in file.contexts.items():
        where = f"{path}, context {name}"
        for included in context.includes:
            if included not in known:
                problem = f"{included!r} is not a context above this one"
                raise UserError(f"{where}, field includes", problem, "name one that stands above")
        if not context.includes and not context.entities and not any(True for _ in context.phrases()):
            raise UserError(where, "has no phrases", "add some under a language, as `en: [...]`")
        if name in file.topics:
            raise UserError(where, "a topic has the same name", "rename one of the two")
        _check_repeats(where, context.phrases())
        _check_repeats(f"{where}, field entities", _aliases(context.entities))
        known.add(name)
    if len(file.contexts) + len(file.topics) > MAX_CONTEXTS:
        problem = f"there are more than {MAX_CONTEXTS} contexts and topics"
        raise UserError(f"{path}, field contexts", problem, "join some contexts")


def _check_topic(where: str, topic: Topic, known: set[str]) -> None:
    for field, groups in (("phrases", topic.phrases), ("entities", topic.entities)):
        for place, group in enumerate(groups):
            _check_references(f"{where}, field {field}.{place}", group, known)
    _check_repeats(f"{where}, field phrases", (pair for group in topic.phrases for pair in group.phrases()))
    _check_repeats(f"{where}, field entities", _aliases(topic.entities))
    _check_repeats(f"{where}, field exclusions", topic.exclusions.phrases())


def _check_references(where: str, group: Weighted, known: set[str]) -> None:
    words_of = group.words_of if isinstance(group, PhraseGroup) else []
    for name in (*group.close, *group.needs, *group.near, *words_of):
        if name not in known:
            hint = "name one that stands under `contexts:`, or a topic with entities"
            raise UserError(where, f"{name!r} is no context", hint)
    if isinstance(group, PhraseGroup) and not words_of and not any(True for _ in group.phrases()):
        raise UserError(where, "has no phrases", "add some under a language, as `en: [...]`, or `words_of: [context]`")


def _aliases(groups: Iterable[Named]) -> Iterator[tuple[str, str]]:
    for group in groups:
        for aliases in group.names.values():
            for alias in aliases:
                yield "", alias


def _check_repeats(where: str, phrases: Iterable[tuple[str, str]]) -> None:
    """A phrase stands once a language, so that its weight can be found and changed in one place."""
    seen: set[tuple[str, str]] = set()
    for language, phrase in phrases:
        spellings = {(language, spelling) for spelling in spelled_out(phrase)}
        if seen & spellings:
            raise UserError(where, f"{phrase!r} stands there twice", "keep one of them")
        seen |= spellings
