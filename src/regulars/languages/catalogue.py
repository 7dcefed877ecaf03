"""The catalogue of Chinese: English sentences with places, and what stands in their stead.

A text is looked up as it is made: its figures become places, so that one entry does for all figures, and a place for
words takes what stands there, which is told anew in turn. What is put together from several entries (sentences,
clauses, lists) is taken apart where English joins them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from babel.messages.pofile import read_po

from regulars.languages.figures import FIGURE, LOCALE, PLACE, is_on_axis, written

NAME = re.compile(r"\{(\w)\}")
FIGURES = "123456789"  # names of the places for figures; letters name those for words
LETTERS = re.compile(r"[A-Za-z]{2}")
# Names of columns, models, files: they stay, and so do lists of them.
_CODE = r"[\w:/@.-]*[a-z\d][_/@.][a-z][\w:/@.-]*"
CODE = re.compile(rf"{_CODE}(?:, (?:{_CODE}|amount))*")
_PLURAL = re.compile(
    rf"{PLACE} ((?:order |different )?(?:day|item|unit|product|order|channel|customer|origin|cutoff|point))s\b"
)
# What joins sentences, clauses and words, the widest first, and what does so in Chinese.
JOINTS = ((". ", "。"), ("; ", "；"), (": ", "："), (" (", "（"), (", ", "，"), (" and ", "和"), (" → ", " → "))
# Words that names and codes hardly ever have: a text with one of them is English.
ENGLISH = re.compile(
    r"\b(?:the|of|is|are|was|were|and|not|with|who|that|they|has|have|had|for|from|this|than|which|does|did|its|by|in|to)\b"
)


@dataclass(frozen=True)
class Message:
    """A sentence of the catalogue.

    Parameters
    ----------
    english, told : str
        The same sentence in English and in the other language: `{1}`, `{2}` stand for the figures in the order of the
        English one, `{a}`, `{b}` for words.
    """

    english: str
    told: str

    @property
    def places(self) -> list[str]:
        """The names of its places, in the order of the English sentence."""
        return NAME.findall(self.english)

    @property
    def words(self) -> list[str]:
        """Its places for words."""
        return [name for name in self.places if name not in FIGURES]

    @property
    def depth(self) -> int:
        """Patterns of a whole sentence come before what is in it: first what opens one, then what ends one."""
        if len(self.words) > 1:
            return 2
        return 0 if self.english.endswith(": {a}") else 1 if self.english.startswith("{a}") else 2

    @property
    def fixed(self) -> int:
        """How many letters do not stand for anything else."""
        return len(NAME.sub("", self.english))

    @cached_property
    def key(self) -> str:
        """The sentence as it is looked up, however it begins."""
        return _lowered(self.exact)

    @cached_property
    def exact(self) -> str:
        """The sentence as it is looked up, with its first letter as it is."""
        return _singular(re.sub(r"\{\d\}", PLACE, self.english).removesuffix("."))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the key of a text that says this looks like."""
        parts = NAME.split(self.key)
        return re.compile("".join(f"(?P<{part}>.+?)" if k % 2 else re.escape(part) for k, part in enumerate(parts)))

    @cached_property
    def longest(self) -> str:
        """The longest run of its fixed letters: a text without it says something else."""
        return max(NAME.split(self.key)[::2], key=len)

    def filled(self, values: Mapping[str, str]) -> str:
        """The sentence in the other language, with these in its places."""
        return NAME.sub(lambda place: written(values[place[1]]), self.told)


class Catalogue:
    """Tells English texts in another language.

    Parameters
    ----------
    messages : iterable of Message

    Examples
    --------
    >>> told = Catalogue([Message("{1} of {a} order", "{a}中有{1}下单"), Message("all customers", "全部客户")])
    >>> told.in_words("20 % of all customers order."), told.in_words("Mr. Smith")
    ('全部客户中有20%下单。', 'Mr. Smith')
    """

    def __init__(self, messages: Iterable[Message]) -> None:
        known = list(messages)
        self._with_words = sorted((each for each in known if each.words), key=lambda each: (each.depth, -each.fixed))
        whole = [each for each in known if not each.words]
        self._whole = {each.key: each for each in whole} | {each.exact: each for each in whole}
        self._told = lru_cache(maxsize=50_000)(self._tell)

    def in_words(self, text: str) -> str:
        """The text in the other language; one that the catalogue does not know stays as it is."""
        return self._told(" ".join(text.split())) or text

    def _tell(self, text: str) -> str | None:
        """The text told anew, None where some of it is not known."""
        if is_on_axis(text) or FIGURE.fullmatch(text):
            return written(text)
        if not LETTERS.search(text):
            return FIGURE.sub(lambda found: written(found[0]), text).replace(", ", "、")
        bare = text.removesuffix(".")
        if CODE.fullmatch(text) and not self._whole_sentence(text):
            return text.replace(", ", "、")
        told = self._whole_sentence(bare) or self._in_brackets(bare) or self._parts(bare, JOINTS[:1])
        told = told or self._with_words_in_it(bare) or self._parts(bare, JOINTS[1:])
        return told and (told if bare == text else f"{told.removesuffix('。')}。")

    def _whole_sentence(self, text: str) -> str | None:
        figures, exact = FIGURE.findall(text), _singular(FIGURE.sub(PLACE, text))
        found = self._whole.get(exact) or self._whole.get(_lowered(exact))
        return found.filled(dict(zip(FIGURES, figures, strict=False))) if found else None

    def _in_brackets(self, text: str) -> str | None:
        told = self._told(text[1:-1]) if text.startswith("(") and text.endswith(")") else None
        return told and f"（{told}）"

    def _with_words_in_it(self, text: str) -> str | None:
        figures, exact = FIGURE.findall(text), _singular(FIGURE.sub(PLACE, text))
        key = _lowered(exact)
        for message in self._with_words:
            if message.longest in key and (found := message.pattern.fullmatch(key)):
                words = {name: exact[slice(*found.span(name))] for name in message.words}
                values = self._values(message, words, iter(figures))
                if values is not None:
                    return message.filled(values)
        return None

    def _values(self, message: Message, words: Mapping[str, str], figures: Iterator[str]) -> dict[str, str] | None:
        """What stands in the places of a message; None where words there are English that is not known."""
        values = {}
        for name in message.places:
            if name in FIGURES:
                values[name] = next(figures)
                continue
            text = re.sub(PLACE, lambda _: next(figures), words[name])
            told = self._told(text)
            if told is None and ENGLISH.search(text):
                return None
            values[name] = told or text
        return values

    def _parts(self, text: str, joints: Sequence[tuple[str, str]]) -> str | None:
        """Two parts that are known, with what joins them; the first is as long as it has to be."""
        for joint, chinese in joints:
            opens = joint == " ("
            for at in (found.start() for found in re.finditer(re.escape(joint), text)):
                rest = text[at + len(joint) :]
                if opens and not rest.endswith(")"):
                    continue
                first, second = self._told(text[:at]), self._told(rest.removesuffix(")") if opens else rest)
                if first and second:
                    return f"{first}{chinese}{second}{'）' if opens else ''}"
        return None


def _singular(text: str) -> str:
    """What is counted, as of one: Chinese has no plural, so one entry does for both."""
    return _PLURAL.sub(rf"{PLACE} \1", text).replace(f"{PLACE} categories", f"{PLACE} category")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


@lru_cache(maxsize=1)
def chinese() -> Catalogue:
    """The catalogue that ships with the package."""
    return Catalogue(messages())


def messages() -> Iterator[Message]:
    """All messages of the catalogue's file."""
    with files("regulars.languages").joinpath("zh.po").open("rb") as file:
        for message in read_po(file, locale=LOCALE):
            if message.id:
                yield Message(str(message.id), str(message.string))
