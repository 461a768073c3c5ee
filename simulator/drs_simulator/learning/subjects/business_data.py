"""The business data of bookings: names in their order, and values as templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from drs_simulator.learning.exchanges import SeenTraffic, text_of
from drs_simulator.learning.notebook import Claims, LearntEntry, Notebook
from drs_simulator.learning.privacy import is_plain_term, reveals_something
from drs_simulator.learning.subjects.sor_codes import bookings_of
from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import BusinessDatum

_SUSPENDED = "suspended"
_SEQUENCES = ("FIRST", "FOLLOW ON")
# A value that only one order has may be about a person.
_MIN_ORDERS = 2


@dataclass(frozen=True, slots=True)
class _SeenDatum:
    """A value with what it may be made of."""

    value: str
    filled_in: Mapping[str, str]
    order_id: str
    exchange: str


def learn_business_data(traffic: SeenTraffic, base: Profile, notebook: Notebook) -> None:
    """Learn the business data. A template of ``base`` stays where it explains all values that were seen."""
    lists: Claims[tuple[str, ...]] = Claims()
    data: dict[str, list[_SeenDatum]] = {}
    for exchange, booking in bookings_of(traffic):
        elements = list(booking.iter("theBusinessData"))
        lists.add(tuple(text_of(each, "name") or "" for each in elements), exchange)
        is_suspended = any(_SUSPENDED in (text_of(each, "value") or "").lower() for each in elements)
        for element in () if is_suspended else elements:
            name = text_of(element, "name")
            datum = _read(element, booking, exchange)
            # What a redaction has replaced tells nothing, unless the booking shows it elsewhere too.
            if name and (datum.value not in traffic.pseudonyms or datum.value in datum.filled_in.values()):
                data.setdefault(name, []).append(datum)
    if not lists.seen:
        return
    if len(lists.seen) > 1:
        notebook.contradict("business_data", lists)
        return
    known = {each.name: each for each in base.business_data}
    # All bookings have the same names.
    (names,) = lists.seen
    sent = {
        text for each in traffic.exchanges if each.sent is not None for text in map(_text, each.sent.iter()) if text
    }
    entries = [
        LearntEntry(_learn(name, data.get(name, []), known.get(name), sent, notebook), lists.exchanges)
        for name in dict.fromkeys(names)
        if name
    ]
    notebook.add("business_data", tuple(entries), lists.exchanges)


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _read(element: etree._Element, booking: etree._Element, exchange: str) -> _SeenDatum:
    life_cycle = (text_of(booking, "bookingLifeCycleStatus") or "").lower()
    filled_in = {
        "user_id": text_of(booking, "userId") or "",
        "reason": text_of(booking, "bookingReason") or "",
        "life_cycle": life_cycle,
        "status": life_cycle,
    }
    return _SeenDatum(text_of(element, "value") or "", filled_in, text_of(booking, "orderId") or "", exchange)


def _learn(
    name: str, seen: list[_SeenDatum], known: BusinessDatum | None, sent: set[str], notebook: Notebook
) -> dict[str, Any]:
    if known is not None and all(_is_explained(known.value or "", each) for each in seen):
        return {"name": name} | ({} if known.value is None else {"value": known.value})
    values = {each.value for each in seen}
    placeholder = _find_placeholder(values, seen)
    if placeholder is not None:
        return {"name": name, "value": placeholder}
    if len(values) > 1:
        claims: Claims[str] = Claims()
        for each in seen:
            # What they say may be personal.
            claims.add(f"value {sorted(values).index(each.value) + 1}", each.exchange)
        notebook.contradict(f"business_data.{name}", claims)
        return {"name": name}
    value = next(iter(values), "")
    is_general = len({each.order_id for each in seen}) >= _MIN_ORDERS
    if value and (not is_general or value in sent or not is_plain_term(value) or reveals_something(value, None)):
        notebook.remarks.append(f"{seen[0].exchange}: the value of {name} may be personal, so it is not written")
        return {"name": name}
    return {"name": name} | ({"value": value.replace("{", "{{").replace("}", "}}")} if value else {})


def _find_placeholder(values: set[str], seen: list[_SeenDatum]) -> str | None:
    """The placeholder that explains all values; none for values that are all empty."""
    if not values - {""}:
        return None
    for placeholder in ("user_id", "status", "reason"):
        if all(each.value == each.filled_in[placeholder] for each in seen):
            return f"{{{placeholder}}}"
    return "{sequence}" if values <= set(_SEQUENCES) and len(values) > 1 else None


def _is_explained(template: str, seen: _SeenDatum) -> bool:
    return any(
        template.format(**seen.filled_in, sequence=sequence, suspend_comment="") == seen.value
        for sequence in _SEQUENCES
    )
