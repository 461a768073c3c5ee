"""Hypothesis strategies in DRS's terms. All are relative to the target's own day, so that no date grows old."""

from __future__ import annotations

from faker import Faker
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_LIMIT_OF_COMMENTS = 255
_people = Faker("en_GB")
Faker.seed(0)
_NAMES = tuple(_people.name() for _ in range(50))


def texts(min_size: int = 1, max_size: int = 40) -> SearchStrategy[str]:
    """Text that XML can carry, not blank."""
    characters = st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="￾￿")
    return st.text(characters, min_size=min_size, max_size=max_size).filter(lambda text: bool(text.strip()))


def order_numbers() -> SearchStrategy[str]:
    """What callers send as an order's number: digits as housing systems give them, or any text."""
    return st.one_of(st.from_regex(r"[0-9]{8}", fullmatch=True), texts())


def user_ids() -> SearchStrategy[str]:
    """What callers send as a user: mail addresses, names, a dot."""
    return st.one_of(st.just("."), st.sampled_from(_NAMES), st.emails())


def comments(max_size: int = _LIMIT_OF_COMMENTS) -> SearchStrategy[str]:
    """Comments that DRS takes."""
    return st.one_of(st.just(" "), texts(max_size=max_size))


def days_ahead() -> SearchStrategy[int]:
    """How many days from today a period begins: tomorrow up to a year, over both changes of the clocks."""
    return st.integers(1, 365)


def lengths(most: int) -> SearchStrategy[int]:
    """How many days a period has."""
    return st.integers(1, most)


def durations() -> SearchStrategy[int]:
    """Minutes, as a caller may claim them."""
    return st.integers(0, 10_000)
