"""Hypothesis strategies in DRS's terms, for the clauses and for suites of callers.

::

    from drs_contracts import strategies

    @given(tenant=strategies.people(), place=strategies.places(), ahead=strategies.days_ahead())

Days are counted from the target's own, so that no date grows old. People and places come from Faker, seeded by
Hypothesis: examples repeat, and shrink to the first person or place.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drs_contracts.fake_data import Person, Place, person, place

_LIMIT_OF_COMMENTS = 255
_DIFFERENT = 9_999


def texts(min_size: int = 1, max_size: int = 40) -> SearchStrategy[str]:
    """Text that XML can carry, not blank."""
    characters = st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="￾￿")
    return st.text(characters, min_size=min_size, max_size=max_size).filter(lambda text: bool(text.strip()))


def people() -> SearchStrategy[Person]:
    """Made-up tenants and users, with name, phone and mail address."""
    return st.integers(0, _DIFFERENT).map(person)


def places() -> SearchStrategy[Place]:
    """Made-up British properties; two different ones have different ids."""
    return st.integers(0, _DIFFERENT).map(place)


def order_numbers() -> SearchStrategy[str]:
    """What callers send as an order's number: digits as housing systems give them, or any text."""
    return st.one_of(st.from_regex(r"[0-9]{8}", fullmatch=True), texts())


def user_ids() -> SearchStrategy[str]:
    """What callers send as a user: mail addresses, names, a dot."""
    somebody = people()
    names, mails = somebody.map(lambda user: user.name), somebody.map(lambda user: user.mail)
    return st.one_of(st.just("."), names, mails, st.emails())


def comments(max_size: int = _LIMIT_OF_COMMENTS) -> SearchStrategy[str]:
    """Comments that DRS takes: a blank, whom to call, or any text."""
    whom_to_call = people().map(lambda tenant: f"Call {tenant.name} on {tenant.phone}"[:max_size].strip())
    return st.one_of(st.just(" "), whom_to_call, texts(max_size=max_size))


def days_ahead() -> SearchStrategy[int]:
    """How many days from today a period begins: tomorrow up to a year, over both changes of the clocks."""
    return st.integers(1, 365)


def lengths(most: int) -> SearchStrategy[int]:
    """How many days a period has."""
    return st.integers(1, most)


def durations() -> SearchStrategy[int]:
    """Minutes, as a caller may claim them."""
    return st.integers(0, 10_000)
