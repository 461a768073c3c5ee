"""Pseudonyms: made-up values for real ones, always the same one for the same value, from a seeded Faker."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from faker import Faker

_TRIES = 200
_WHOLE_WORDS_ONLY = 3
_LONG_TEXT = 60
# A lone number of one or two digits names nobody, and "limited to 7 day" must stay true if somebody lives at number 7.
_TELLS_NOTHING = re.compile(r"\d{1,2}")


class ValueKind(StrEnum):
    """What a value is: it decides what its pseudonym looks like."""

    LOGIN = "login"
    PASSWORD = "password"  # noqa: S105 - the kind's name
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - the kind's name
    NAME = "name"
    PHONE = "phone"
    MAIL = "mail"
    ADDRESS = "address"
    STREET = "street"
    NUMBER = "number"
    CITY = "city"
    POST_CODE = "post code"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    STAFF = "staff"
    CODE = "code"
    ID = "id"
    TEXT = "text"


def _text(people: Faker, value: str) -> str:
    """A sentence; as long as the value where that is long, because DRS limits comments."""
    text: str = people.sentence()
    if len(value) < _LONG_TEXT:
        return text
    while len(text) < len(value):
        text += f" {people.sentence()}"
    return f"{text[: len(value) - 1]}."


_MAKERS: Mapping[ValueKind, Callable[[Faker, str], str]] = {
    ValueKind.LOGIN: lambda people, _: people.user_name(),
    ValueKind.PASSWORD: lambda people, _: people.password(length=12, special_chars=False),
    ValueKind.SESSION: lambda people, _: people.md5(),
    ValueKind.TOKEN: lambda people, _: people.password(length=40, special_chars=False),
    ValueKind.NAME: lambda people, _: people.name(),
    # Faker's British numbers are those that are kept free for fiction.
    ValueKind.PHONE: lambda people, _: people.phone_number(),
    ValueKind.MAIL: lambda people, _: people.safe_email(),
    ValueKind.ADDRESS: lambda people, _: people.street_address(),
    ValueKind.STREET: lambda people, _: people.street_name(),
    ValueKind.NUMBER: lambda people, _: people.building_number(),
    ValueKind.CITY: lambda people, _: people.city(),
    ValueKind.POST_CODE: lambda people, _: people.postcode(),
    ValueKind.LATITUDE: lambda people, _: str(people.coordinate(center=52.5, radius=1.5)),
    ValueKind.LONGITUDE: lambda people, _: str(people.coordinate(center=-1.5, radius=1)),
    ValueKind.STAFF: lambda people, _: people.numerify("9####"),
    ValueKind.CODE: lambda people, _: people.numerify("X%#######"),
    ValueKind.ID: lambda people, _: people.numerify("%#######"),
    ValueKind.TEXT: _text,
}
# What is told apart by its form alone, wherever it stands in a message.
_FORMS: Mapping[ValueKind, str] = {
    ValueKind.MAIL: r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    ValueKind.SESSION: r"(?<!\w)[0-9a-f]{32}(?!\w)",
    ValueKind.TOKEN: r"(?<!\w)[A-Za-z0-9]{40}(?!\w)",
    ValueKind.PHONE: r"(?<![\w.:-])(?:\+44|0)[\d ()]{8,14}\d(?![\w.:-])",
    ValueKind.POST_CODE: r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)",
}


class Pseudonyms:
    """Gives every value its pseudonym, and remembers it.

    A pseudonym says nothing about its value: it comes from the seed and from how many others were made before, never
    from the value itself, which could be found by trying names or phone numbers.

    Args:
        seed: The same values in the same order get the same pseudonyms.
    """

    def __init__(self, seed: int) -> None:
        self._people = Faker("en_GB")
        self._people.seed_instance(seed)
        self._known: dict[str, str] = {}
        self._given: set[str] = set()
        self._search: tuple[re.Pattern[str], list[str]] | None = None

    def replace(self, value: str, kind: ValueKind) -> str:
        """Give the pseudonym of a value that is not blank; white space around it is kept."""
        bare = value.strip()
        if bare not in self._known:
            self._known[bare] = self._new(bare, kind)
            self._given.add(self._known[bare])
            self._search = None
        before = value[: len(value) - len(value.lstrip())]
        after = value[len(value.rstrip()) :]
        return f"{before}{self._known[bare]}{after}"

    def replace_within(self, message: str, reduce: Callable[[str], str] = str) -> str:
        """Replace every known value in a message, and what has the form of a personal one.

        Args:
            message: The message.
            reduce: What is done to the parts between them.
        """
        pattern, values = self._prepared()
        kinds = list(_FORMS)
        parts, place = [], 0
        for found in pattern.finditer(message):
            # Every alternative is a group of its own, so the last group that matched says which it is.
            which = (found.lastindex or 1) - 1
            is_known = which < len(values)
            parts.append(reduce(message[place : found.start()]))
            parts.append(self._known[values[which]] if is_known else self.replace(found[0], kinds[which - len(values)]))
            place = found.end()
        return "".join([*parts, reduce(message[place:])])

    def _prepared(self) -> tuple[re.Pattern[str], list[str]]:
        """The pattern that finds all known values, the longest first, and those values in its order."""
        if self._search is None:
            values = sorted((value for value in self._known if not _TELLS_NOTHING.fullmatch(value)), key=len)[::-1]
            alternatives = [_as_pattern(value) for value in values] + list(_FORMS.values())
            joined = "|".join(f"({each})" for each in alternatives)
            self._search = re.compile(joined, re.IGNORECASE), values
        return self._search

    def _new(self, value: str, kind: ValueKind) -> str:
        for _ in range(_TRIES):
            made = _MAKERS[kind](self._people, value)
            if made not in self._given and made not in self._known and not _shows(made, value):
                return made
        # The forms of this kind have run out: a number tells it from the others.
        return f"{made} {len(self._known)}"


def _as_pattern(value: str) -> str:
    """A value however its words are spaced; a short one only where it is a word, not within another."""
    words = r"\s+".join(map(re.escape, value.split()))
    return rf"(?<!\w){words}(?!\w)" if len(value) <= _WHOLE_WORDS_ONLY else words


def _shows(made: str, value: str) -> bool:
    return len(value) >= _WHOLE_WORDS_ONLY and value.casefold() in made.casefold()
