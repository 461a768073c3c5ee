"""Hypothesis strategies in DRS's terms, for the clauses and for test suites of callers.

::

    from drs_contracts import strategies

    @given(tenant=strategies.residents(), home=strategies.properties(), ahead=strategies.days_ahead())

Days are counted from the target's today, so no example goes out of date. Residents and properties come from Faker,
seeded by Hypothesis: examples repeat, and shrink to the first resident or property.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drs_contracts.fake_data import FakeProperty, FakeResident, fake_property, fake_resident

_COMMENTS_LIMIT = 255
_MAX_NUMBER = 9_999


def texts(min_size: int = 1, max_size: int = 40) -> SearchStrategy[str]:
    """Text that XML can carry and that is not blank."""
    characters = st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufffe\uffff")
    return st.text(characters, min_size=min_size, max_size=max_size).filter(lambda text: bool(text.strip()))


def residents() -> SearchStrategy[FakeResident]:
    """Fake tenants and users, each with a name, a phone number and an email address."""
    return st.integers(0, _MAX_NUMBER).map(fake_resident)


def properties() -> SearchStrategy[FakeProperty]:
    """Fake British properties; different ones have different ids."""
    return st.integers(0, _MAX_NUMBER).map(fake_property)


def order_numbers() -> SearchStrategy[str]:
    """Order numbers as callers send them: eight digits, as housing systems give, or any text."""
    return st.one_of(st.from_regex(r"[0-9]{8}", fullmatch=True), texts())


def user_ids() -> SearchStrategy[str]:
    """User ids as callers send them: email addresses, names, a dot."""
    users = residents()
    names, emails = users.map(lambda user: user.name), users.map(lambda user: user.email)
    return st.one_of(st.just("."), names, emails, st.emails())


def comments(max_size: int = _COMMENTS_LIMIT) -> SearchStrategy[str]:
    """Comments that DRS accepts: a blank, whom to call, or any text."""
    whom_to_call = residents().map(lambda tenant: f"Call {tenant.name} on {tenant.phone}"[:max_size].strip())
    return st.one_of(st.just(" "), whom_to_call, texts(max_size=max_size))


def days_ahead() -> SearchStrategy[int]:
    """Number of days from today to the first day of a period: 1 to 365, so over both clock changes."""
    return st.integers(1, 365)


def lengths(max_length: int) -> SearchStrategy[int]:
    """Length of a period: 1 to ``max_length``, in the caller's unit."""
    return st.integers(1, max_length)


def durations() -> SearchStrategy[int]:
    """Minutes as a caller may claim them: 0 to 10,000."""
    return st.integers(0, 10_000)
