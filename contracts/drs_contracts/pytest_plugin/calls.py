"""A journal's entry as a call: its members, whether it has given values, and one line to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from drs_simulator import JournalEntry, Outcome
from lxml import etree

from drs_contracts.callback_messages import CANCELLATION, COMPLETION, CONFIRMATION
from drs_contracts.driver.messages import OPERATIONS, SOAP
from drs_contracts.recordings.vocabulary import list_element_names
from drs_contracts.traffic.calls import ZONE
from drs_contracts.xml import NotXmlError, parse_xml

KNOWN_OPERATIONS = (*OPERATIONS, CONFIRMATION, CANCELLATION, COMPLETION)
"""What can be called: DRS's operations, and what DRS itself calls."""
# What tells calls apart, in the order in which it is shown.
_TELLING = (
    "primaryOrderNumber",
    "bookingId",
    "locationID",
    "bookingCodeSORCode",
    "priority",
    "periodBegin",
    "periodEnd",
    "planningWindowStart",
    "planningWindowEnd",
    "transactionType",
    "resourceID",
)
_MAX_TOLD = 4
_MAX_VALUE = 40
_MAX_REASON = 100
_SECONDS = re.compile(r"(T\d\d:\d\d):00(?:\.0+)?(?=Z|[+-]|$)")
Members = tuple[tuple[str, str], ...]


def find_body(body: bytes) -> etree._Element | None:
    """Find the first element in the SOAP body; ``None`` where there is none."""
    try:
        root = parse_xml(body)
    except NotXmlError:
        return None
    return next(root.iterfind(f"{{{SOAP}}}Body/*"), None)


def read_members(body: bytes) -> Members:
    """Read the members of a message that have no members themselves: name and text, in order."""
    root = find_body(body)
    leaves = () if root is None else (each for each in root.iter(etree.Element) if len(each) == 0)
    return tuple((etree.QName(each).localname, (each.text or "").strip()) for each in leaves)


def check_operation(operation: str) -> None:
    """Check that there is such an operation.

    Raises:
        AssertionError: There is none; the message names those that are alike.
    """
    if operation not in KNOWN_OPERATIONS:
        known = {each.lower(): each for each in KNOWN_OPERATIONS}
        near = [known[each] for each in get_close_matches(operation.lower(), known, 3, 0.5)]
        hint = f"Do you mean {' or '.join(near)}?" if near else f"There are: {', '.join(KNOWN_OPERATIONS)}."
        raise AssertionError(f"DRS has no operation {operation!r}. {hint}")


def find_members(name: str) -> frozenset[str]:
    """Find the members that a name stands for, as DRS writes them or in Python's way; the end of a name is enough.

    ``order_number`` stands for primaryOrderNumber, ``sor_code`` for bookingCodeSORCode.

    Raises:
        AssertionError: DRS's interface has no such member; the message names those that are alike.
    """
    known = {each: _plain(each) for each in list_element_names()}
    wanted = _plain(name)
    exact = frozenset(each for each, plain in known.items() if plain == wanted)
    found = exact or frozenset(each for each, plain in known.items() if wanted and plain.endswith(wanted))
    if not found:
        plain_names = {plain: each for each, plain in sorted(known.items(), reverse=True)}
        near = [plain_names[each] for each in get_close_matches(wanted, plain_names, 3, 0.6)]
        hint = f"Do you mean {' or '.join(near)}?" if near else "Write it as in DRS's interface, or as the client does."
        raise AssertionError(f"No request of DRS has a member {name!r}. {hint}")
    return found


def find_differences(members: Members, wanted: Mapping[str, Any]) -> Iterator[str]:
    """Yield in what a call differs from the values that are wanted, a phrase for each; nothing if it has them all."""
    for name, value in wanted.items():
        names = find_members(name)
        found = [text for each, text in members if each in names]
        if value is None:
            if any(found):
                yield f"{name} is {_quote(found)}, not absent"
        elif not any(_is_same(text, value) for text in found):
            told = f"is {_quote(found)}" if found else "is absent"
            yield f"{name} {told}, not {_shorten(str(value))!r}"


def describe_call(entry: JournalEntry, wanted: Iterable[str] = ()) -> str:
    """Describe a call in one line: what tells it from others, what is ``wanted``, and how it ended."""
    members = read_members(entry.request)
    told: dict[str, str] = {}
    asked = [each for name in wanted for each in sorted(find_members(name))]
    for name in (*asked, *_TELLING):
        text = next((text for each, text in members if each == name and text not in ("", "0")), "")
        if text and (len(told) < _MAX_TOLD or name in asked):
            told[name] = _shorten(text)
    shown = " ".join(f"{name}={text}" for name, text in told.items())
    arrow = "DRS calls " if entry.is_callback else ""
    operation = f"{arrow}{entry.operation or 'unknown operation'}"
    return f"{entry.number:>3}  {operation:<17} {shown}{'  ' if shown else ''}-> {describe_end(entry)}"


def describe_end(entry: JournalEntry) -> str:
    """Describe how a call ended, with the reason where there is one."""
    reason = "" if entry.outcome is Outcome.SUCCESS else entry.error_message or _read_fault(entry) or entry.diagnosis
    status = "" if entry.outcome in (Outcome.SUCCESS, Outcome.REFUSAL) else f" (HTTP {entry.status})"
    return f"{entry.outcome}{status}{': ' if reason else ''}{_shorten(reason, _MAX_REASON)}"


def _read_fault(entry: JournalEntry) -> str:
    return next((text for name, text in read_members(entry.response) if name == "faultstring"), "")


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _quote(texts: list[str]) -> str:
    return " and ".join(repr(_shorten(each)) for each in dict.fromkeys(texts))


def _shorten(text: str, longest: int = _MAX_VALUE) -> str:
    text = " ".join(_SECONDS.sub(r"\1", text).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _is_same(text: str, value: Any) -> bool:
    """Compare by the value's type: dates as instants, numbers as numbers, a pattern by its match."""
    if isinstance(value, re.Pattern):
        return bool(value.search(text))
    if isinstance(value, bool):
        return text in (("true", "1") if value else ("false", "0"))
    try:
        if isinstance(value, datetime):
            return _aware(datetime.fromisoformat(text)) == _aware(value)
        if isinstance(value, int | float):
            return float(text) == value
    except ValueError:
        return False
    return text == str(value)


def _aware(moment: datetime) -> datetime:
    """A time without an offset is a local one, as DRS takes it."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
