"""A value is read back from its document as it was, and documents of earlier versions can be read."""

from __future__ import annotations

import types
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from drs_simulator.profile.tables import RecurringVisit, SorCode
from drs_simulator.profile.values import WEEKDAYS, Hours
from drs_simulator.scheduling.model import Booking, Confirmation, Location, Operative, Order, Session, Visit
from drs_simulator.storage.sql import codec as documents
from drs_simulator.storage.sql.codec import Document
from hypothesis import given
from hypothesis import strategies as st

DOCUMENTS: dict[type, Document[Any]] = {
    Session: documents.SESSION,
    Order: documents.ORDER,
    Booking: documents.BOOKING,
    Visit: documents.VISIT,
    SorCode: documents.SOR_CODE,
    Location: documents.LOCATION,
    Operative: documents.OPERATIVE,
    Confirmation: documents.CONFIRMATION,
}
WRITTEN_BY_VERSION_1 = Path(__file__).with_name("documents_of_version_1.jsonl")
EARLIEST, LATEST = datetime(100, 1, 2), datetime(9899, 12, 30)  # noqa: DTZ001 - the strategy adds the zone
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DEGREES = st.floats(-90, 90).map(str)
HOURS = st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] < pair[1])
LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    date: st.dates(),
    time: st.times(),
    type(None): st.none(),
    datetime: st.datetimes(EARLIEST, LATEST, timezones=OFFSETS),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    SorCode: st.builds(SorCode, code=st.text(min_size=1), minutes=st.integers(1, 24 * 60)),
    RecurringVisit: st.builds(
        RecurringVisit,
        days=st.lists(st.sampled_from(WEEKDAYS), min_size=1).map(tuple),
        hours=HOURS.map(lambda pair: Hours(begin=pair[0], end=pair[1])),
        latitude=DEGREES,
        longitude=DEGREES,
    ),
}


def values(type_: Any) -> st.SearchStrategy[Any]:
    """Values of the type, with something in every member: whatever is added to the model is tried as well."""
    arguments = get_args(type_)
    if type_ in LEAVES:
        return LEAVES[type_]
    if get_origin(type_) is Literal:
        return st.sampled_from(arguments)
    if get_origin(type_) in (Union, types.UnionType):
        return st.one_of([values(each) for each in arguments])
    if get_origin(type_) is tuple:
        several = st.lists(values(arguments[0]), max_size=3).map(tuple)
        return several if arguments[-1] is Ellipsis else st.tuples(*map(values, arguments))
    if isinstance(type_, type) and issubclass(type_, Enum):
        return st.sampled_from(list(type_))
    assert is_dataclass(type_) or hasattr(type_, "_fields"), type_
    return st.builds(type_, **{name: values(hint) for name, hint in get_type_hints(type_).items()})


@pytest.mark.parametrize("type_", DOCUMENTS)
@given(data=st.data())
def test_a_value_comes_back_as_it_was(type_: type, data: st.DataObject) -> None:
    value = data.draw(values(type_))
    document = DOCUMENTS[type_]
    read = document.read(document.write(value))
    assert read == value
    assert repr(read).count("Decimal") == repr(value).count("Decimal")
    assert document.write(read) == document.write(value)


@given(st.datetimes(EARLIEST, LATEST, timezones=st.timezones(), allow_imaginary=True))
def test_an_instant_is_read_back_in_utc(instant: datetime) -> None:
    read = documents.SESSION.read(documents.SESSION.write(Session("1", instant))).opened
    assert read.utcoffset() == timedelta(0)
    assert read - instant.astimezone(UTC) == timedelta(0)


def test_both_hours_of_the_fold_and_offsets_with_seconds_survive() -> None:
    london, amsterdam = ZoneInfo("Europe/London"), ZoneInfo("Europe/Amsterdam")
    first = datetime(2021, 10, 31, 1, 30, tzinfo=london)
    second = first.replace(fold=1)
    long_ago = datetime(1830, 1, 1, tzinfo=amsterdam)
    assert long_ago.utcoffset() != timedelta(minutes=20)
    read = [documents.SESSION.read(documents.SESSION.write(Session("1", each))).opened for each in (first, second)]
    assert read[1] - read[0] == timedelta(hours=1)
    assert documents.SESSION.read(documents.SESSION.write(Session("1", long_ago))).opened == long_ago


@given(st.text(), st.sampled_from(["1", "1.0", "1.50", "999999.999999", "1E+3"]).map(Decimal))
def test_a_quantity_is_read_back_with_its_digits(text: str, quantity: Decimal) -> None:
    document: Document[Any] = Document(tuple[str, Decimal])
    assert str(document.read(document.write((text, quantity)))[1]) == str(quantity)


def test_a_value_without_a_json_form_is_an_error() -> None:
    with pytest.raises(TypeError, match="timedelta has no form"):
        Document(timedelta).write(timedelta(1))


@pytest.mark.parametrize("line", WRITTEN_BY_VERSION_1.read_text(encoding="utf-8").splitlines())
def test_documents_of_version_1_are_read(line: str) -> None:
    """One that cannot be read any more asks for a new version of the schema, not for a new file of examples."""
    name, text, expected_members = line.split("\t")
    document = next(document for type_, document in DOCUMENTS.items() if type_.__name__ == name)
    read = document.read(text)
    for member in expected_members.split("; "):
        path, _, expected = member.partition("=")
        found: Any = read
        for step in path.split("."):
            found = found[int(step)] if step.isdecimal() else getattr(found, step)
        assert str(found) == expected, path
