"""Which of DRS's refusals each errorMsg is, by its words and by what was sent, and the words as a template.

A text that fits the template of the extended profile is that refusal. Any other one is recognised by its situation: for
instance an order whose number is taken already. A refusal for which several situations hold stays unexplained.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter

from drs_simulator.learning.exchanges import SeenExchange, SeenTraffic, text_of
from drs_simulator.learning.notebook import Claims, Notebook
from drs_simulator.learning.privacy import reveals_something
from drs_simulator.profile.tables import Messages
from drs_simulator.soap.interface import OBSERVED

_Values = Mapping[str, str]
_MEMBERS = frozenset(member.name for kind in OBSERVED.types.values() for member in kind.members)
# Words of DRS itself, which a request can have too, for instance as a login.
_OWN_WORDS = frozenset({"drs", *re.findall(r"\w+", " ".join(Messages().model_dump().values()).casefold())})
_BY_NUMBER = frozenset({"selectOrder", "updateOrder", "createBooking", "completeOrder", "selectBooking"})
_BY_BOOKING = frozenset({"scheduleBooking", "confirmBooking", "updateBooking", "deleteBooking", "selectBooking"})
_COMPLETED = "COMPLETED"
_MAX_TEXT = 2000
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class ExplainedRefusal:
    """A refusal with the message that it is.

    Args:
        exchange: The exchange.
        message: The key in ``messages``.
        values: What its placeholders stand for.
    """

    exchange: SeenExchange
    message: str
    values: _Values


@dataclass(slots=True)
class _History:
    """What DRS has said and done before an exchange."""

    opened: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    bookings: set[str] = field(default_factory=set)
    completed_bookings: set[str] = field(default_factory=set)

    def note(self, exchange: SeenExchange) -> None:
        """Add what a success shows."""
        if not exchange.is_success or exchange.sent is None:
            return
        if exchange.operation == "openSession":
            self.opened.update(each for each in _texts(exchange, "sessionId"))
            return
        if exchange.operation == "closeSession":
            self.closed.update(exchange.sent_texts("sessionId"))
        if exchange.operation == "deleteOrder":
            self.numbers.difference_update(exchange.sent_texts("primaryOrderNumber"))
        if exchange.operation == "deleteBooking":
            self.bookings.difference_update(exchange.sent_texts("bookingId"))
        if exchange.operation == "completeOrder":
            self.completed.update(exchange.sent_texts("primaryOrderNumber"))
        self.numbers.update(_texts(exchange, "primaryOrderNumber"))
        self.bookings.update(_texts(exchange, "bookingId"))
        for booking in exchange.answered("theBookings"):
            self._note_booking(text_of(booking, "bookingId"), text_of(booking, "bookingLifeCycleStatus"))
        for booking in exchange.answered("theBooking"):
            self._note_booking(text_of(booking, "bookingId"), text_of(booking, "bookingLifeCycleStatus"))

    def _note_booking(self, booking_id: str | None, life_cycle: str | None) -> None:
        if booking_id and life_cycle == _COMPLETED:
            self.completed_bookings.add(booking_id)


def explain_refusals(traffic: SeenTraffic, messages: Messages, notebook: Notebook) -> tuple[ExplainedRefusal, ...]:
    """Explain the refusals of some traffic, and note their words as settings of ``messages``."""
    history, explained, claims = _History(), [], dict[str, Claims[str]]()
    for exchange in traffic.exchanges:
        refusal = exchange.refusal
        if refusal and exchange.sent is not None:
            found = _explain(exchange, refusal, history, messages) if len(refusal) <= _MAX_TEXT else None
            if found is None:
                notebook.remarks.append(f"{exchange.name}: why {exchange.operation} was refused is not known")
            else:
                explained.append(found)
                template = _template_of(refusal, found, messages)
                if template is None:
                    told = f"{exchange.name}: the words of messages.{found.message} have values of the request"
                    notebook.remarks.append(f"{told}, so they are not written")
                else:
                    claims.setdefault(found.message, Claims()).add(template, exchange.name)
        history.note(exchange)
    for message in type(messages).model_fields:
        if message in claims:
            notebook.settle(f"messages.{message}", claims[message])
    return tuple(explained)


def _explain(exchange: SeenExchange, text: str, history: _History, messages: Messages) -> ExplainedRefusal | None:
    holding = _situations_of(exchange, text, history)
    fitting = {
        name: values for name in type(messages).model_fields if (values := _match(messages, name, text)) is not None
    }
    for name, values in fitting.items():
        if name in holding or len(fitting) == 1:
            return ExplainedRefusal(exchange, name, {**values, **holding.get(name, {})})
    if not holding:
        return None
    mentioned = {name: _count_mentioned(values, text) for name, values in holding.items()}
    most = max(mentioned.values())
    best = [name for name, count in mentioned.items() if count == most]
    if len(best) > 1 and "planning_failed" in best:
        best.remove("planning_failed")
    return ExplainedRefusal(exchange, best[0], holding[best[0]]) if len(best) == 1 else None


def _match(messages: Messages, name: str, text: str) -> dict[str, str] | None:
    """The values of a template's placeholders in a text that fits it."""
    pattern = ""
    seen: set[str] = set()
    for literal, placeholder, _, _ in Formatter().parse(getattr(messages, name)):
        pattern += re.escape(literal)
        if placeholder is not None:
            pattern += f"(?P={placeholder})" if placeholder in seen else f"(?P<{placeholder}>.+?)"
            seen.add(placeholder)
    found = re.fullmatch(pattern, text, re.DOTALL)
    return None if found is None or not pattern else found.groupdict()


def _count_mentioned(values: _Values, text: str) -> int:
    return sum(mentions(text, value) for value in values.values())


def mentions(text: str, value: str) -> bool:
    """Whether a text has a value as a word."""
    return bool(value) and re.search(_as_word(value), text) is not None


def _as_word(value: str) -> str:
    return rf"(?<!\w){re.escape(value)}(?!\w)"


def _template_of(text: str, found: ExplainedRefusal, messages: Messages) -> str | None:
    """The words with placeholders for values, or ``None`` if they would still show what was sent."""
    known = getattr(messages, found.message)
    if _match(messages, found.message, text) is not None:
        return str(known)
    allowed = _placeholders(type(messages).model_fields[found.message].default)
    template = text.replace("{", "{{").replace("}", "}}")
    # The longest first, so that a value within another one does not hide it.
    for name, value in sorted(found.values.items(), key=lambda each: -len(each[1])):
        if name in allowed and value:
            template = re.sub(_as_word(value), f"{{{name}}}", template)
    rest = re.sub(r"\{\w+\}", " ", template)
    return None if reveals_something(rest, found.exchange.sent, _MEMBERS | _OWN_WORDS) else template


def _placeholders(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


# The situations. Each says for which values a message would stand, or None where it cannot be the one.


def _situations_of(exchange: SeenExchange, text: str, history: _History) -> dict[str, _Values]:
    if exchange.operation == "openSession":
        return {"login_refused": {}}
    if not _is_valid_session(exchange, history):
        return {"session_invalid": {}}
    return {
        name: values for name, holds in _SITUATIONS.items() if (values := holds(exchange, text, history)) is not None
    }


def _is_valid_session(exchange: SeenExchange, history: _History) -> bool:
    session_id = exchange.sent_text("sessionId")
    if not session_id or session_id in history.closed:
        return False
    # A recording can begin after its session was opened.
    return not history.opened or session_id in history.opened or not history.closed


def _missing_field(exchange: SeenExchange, text: str, _history: _History) -> _Values | None:
    named = (word for word in re.findall(r"\w+", text) if word in _MEMBERS)
    field_name = next((each for each in named if not any(map(str.strip, _full_texts(exchange, each)))), None)
    return None if field_name is None else {"field": field_name}


def _too_long(exchange: SeenExchange, text: str, _history: _History) -> _Values | None:
    numbers = re.findall(r"(?<!\d)\d{1,9}(?!\d)", text)
    for member in ("orderComments", "orderCommentsExtended"):
        for value in _full_texts(exchange, member):
            below = [int(each) for each in numbers if int(each) < len(value)]
            if below:
                return {"field": member, "length": str(len(value)), "limit": str(max(below))}
    return None


def _wrong_number(exchange: SeenExchange, text: str, _history: _History) -> _Values | None:
    for member in ("quantity", "itemNumberWithinBooking"):
        for value in exchange.sent_texts(member):
            if value and not re.fullmatch(r"0*[1-9]\d*(\.\d+)?", value) and mentions(text, value):
                return {"field": member, "value": value}
    return None


def _unknown(*members: str) -> Callable[[SeenExchange, str, _History], _Values | None]:
    def holds(exchange: SeenExchange, text: str, _history: _History) -> _Values | None:
        for member in members:
            for value in exchange.sent_texts(member):
                if mentions(text, value):
                    return {"value": value, "field": member}
        return None

    return holds


def _reversed(exchange: SeenExchange, _text: str, _history: _History) -> _Values | None:
    for begin, end in (
        ("periodBegin", "periodEnd"),
        ("planningWindowStart", "planningWindowEnd"),
        ("earliestBookingDate", "targetDate"),
    ):
        first, last = (read_time(exchange.sent_text(member)) for member in (begin, end))
        if first is not None and last is not None and first.replace(tzinfo=None) > last.replace(tzinfo=None):
            return {"begin": begin, "end": end}
    return None


def _order_exists(exchange: SeenExchange, _text: str, history: _History) -> _Values | None:
    number = exchange.sent_text("primaryOrderNumber")
    return {"number": number} if exchange.operation == "createOrder" and number in history.numbers and number else None


def _order_id_given(exchange: SeenExchange, _text: str, _history: _History) -> _Values | None:
    sent = text_of(exchange.sent, "theOrder/orderId")
    return {"value": sent} if exchange.operation == "createOrder" and sent and sent != "0" else None


def _order_unknown(exchange: SeenExchange, text: str, history: _History) -> _Values | None:
    number = exchange.sent_text("primaryOrderNumber")
    holds = exchange.operation in _BY_NUMBER and number not in history.numbers and mentions(text, number or "")
    return {"number": number} if holds and number else None


def _order_missing(exchange: SeenExchange, text: str, history: _History) -> _Values | None:
    number = exchange.sent_text("primaryOrderNumber")
    holds = exchange.operation == "deleteOrder" and number not in history.numbers and mentions(text, number or "")
    return {"number": number} if holds and number else None


def _order_completed(exchange: SeenExchange, _text: str, history: _History) -> _Values | None:
    number = exchange.sent_text("primaryOrderNumber")
    return (
        {"number": number} if number in history.completed and exchange.operation != "createOrder" and number else None
    )


def _booking_unknown(exchange: SeenExchange, text: str, history: _History) -> _Values | None:
    booking_id = exchange.sent_text("bookingId")
    holds = (
        exchange.operation in _BY_BOOKING and booking_id not in history.bookings and mentions(text, booking_id or "")
    )
    return {"booking_id": booking_id} if holds and booking_id else None


def _booking_completed(exchange: SeenExchange, _text: str, history: _History) -> _Values | None:
    booking_id = exchange.sent_text("bookingId")
    holds = exchange.operation in _BY_BOOKING and booking_id in history.completed_bookings
    return {"booking_id": booking_id} if holds and booking_id else None


def _planning_failed(exchange: SeenExchange, _text: str, history: _History) -> _Values | None:
    booking_id = exchange.sent_text("bookingId")
    holds = exchange.operation == "scheduleBooking" and booking_id in history.bookings - history.completed_bookings
    return {} if holds else None


_SITUATIONS: Mapping[str, Callable[[SeenExchange, str, _History], _Values | None]] = {
    "field_required": _missing_field,
    "too_long": _too_long,
    "not_a_number": _wrong_number,
    "contract_unknown": _unknown("contract"),
    "priority_unknown": _unknown("priority"),
    "location_unknown": _unknown("locationID"),
    "sor_code_unknown": _unknown("bookingCodeSORCode"),
    "operative_unknown": _unknown("resourceID", "resourceIDs", "resourceId"),
    "window_reversed": _reversed,
    "order_exists": _order_exists,
    "order_id_given": _order_id_given,
    "order_unknown": _order_unknown,
    "order_missing": _order_missing,
    "order_completed": _order_completed,
    "booking_unknown": _booking_unknown,
    "booking_completed": _booking_completed,
    "planning_failed": _planning_failed,
}


def read_time(text: str | None) -> datetime | None:
    """Read a date and time as it is written; ``None`` if there is none, or one that only stands for none."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.year in _YEARS else None


def _texts(exchange: SeenExchange, member: str) -> tuple[str, ...]:
    return tuple(text for each in exchange.answered(member) if (text := (each.text or "").strip()))


def _full_texts(exchange: SeenExchange, member: str) -> tuple[str, ...]:
    return () if exchange.sent is None else tuple(each.text or "" for each in exchange.sent.iter(member))
