"""Checks of the fields of requests; a refusal names the field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import TypeVar

from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import Messages, SorCode
from drs_simulator.scheduling.commands import CodeRequest
from drs_simulator.scheduling.model import BookingCode, Location, Operative
from drs_simulator.scheduling.planning.installation import CurrentInstallation
from drs_simulator.scheduling.refusal import Refusal

_Value = TypeVar("_Value")
_QUANTITY = re.compile(r"\d{1,6}(\.\d{1,6})?")


class Validator:
    """Checks requests against what DRS knows now. Every method raises ``Refusal`` if the check fails."""

    def __init__(self, current: CurrentInstallation) -> None:
        self._current = current
        self._profile = current.installation.profile
        self._messages: Messages = self._profile.messages

    def required(self, field: str, value: _Value | None) -> _Value:
        """Return the value of a required field; white space alone counts as missing (presumed)."""
        if value is None or value == () or (isinstance(value, str) and not value.strip()):
            raise Refusal(self._messages.field_required.format(field=field))
        return value

    def sent(self, field: str, value: _Value | None) -> _Value:
        """Return the value of a field that must be sent but may be blank."""
        if value is None:
            raise Refusal(self._messages.field_required.format(field=field))
        return value

    def contract(self, sent: str | None) -> str:
        """Return the contract, which must be one of the installation's."""
        contract = self.required("contract", sent)
        if contract not in self._profile.contracts:
            raise Refusal(self._messages.contract_unknown.format(value=contract, field="contract"))
        return contract

    def priority(self, sent: str | None) -> str:
        """Return the priority, which must match the installation's in case and spelling, or may be blank by profile.

        Evidence: vendor (u8c2zn3l73); that a blank one is accepted: client (Hackney).
        """
        if sent is not None and not sent.strip() and self._profile.ordering.blank_priorities == "accept":
            return sent
        priority = self.required("priority", sent)
        if priority not in self._current.installation.priorities:
            raise Refusal(self._messages.priority_unknown.format(value=priority, field="priority"))
        return priority

    def location(self, sent: str | None) -> Location:
        """Return the location with that id."""
        location_id = self.required("locationID", sent)
        location = self._current.location(location_id)
        if location is None:
            raise Refusal(self._messages.location_unknown.format(value=location_id, field="locationID"))
        return location

    def operative(self, field: str, sent: str | None) -> Operative:
        """Return the operative with that id."""
        operative_id = self.required(field, sent)
        operative = self._current.operative(operative_id)
        if operative is None:
            raise Refusal(self._messages.operative_unknown.format(value=operative_id, field=field))
        return operative

    def contracts(self, *lists: Iterable[str]) -> frozenset[str]:
        """Return the contracts that are in every list; an empty list excludes none."""
        fitting = frozenset(self._profile.contracts)
        for sent in lists:
            named = frozenset(self.contract(contract) for contract in sent)
            fitting = fitting & named if named else fitting
        return fitting

    def comments(self, sent: str | None) -> str:
        """Return the comments, trimmed (seen: createOrder). The limit applies before trimming (presumed; a setting)."""
        comments = self.sent("orderComments", sent)
        if self._profile.assumptions.comments_counted == "trimmed":
            comments = comments.strip()
        limit = self._profile.ordering.comments_limit
        if len(comments) > limit:
            if self._profile.assumptions.long_comments == "cut":
                return comments[:limit].strip()
            text = self._messages.too_long.format(field="orderComments", length=len(comments), limit=limit)
            raise Refusal(text)
        return comments.strip()

    def codes(self, sent: tuple[CodeRequest, ...]) -> tuple[BookingCode, ...]:
        """Return the SOR codes, each complete (seen: tables of checkAvailability and createOrder)."""
        return tuple(self._code(code) for code in self.required("theBookingCodes", sent))

    def codes_to_book(self, sent: tuple[CodeRequest, ...]) -> tuple[BookingCode, ...]:
        """Return the SOR codes of a booking, each complete; none where the profile has a job template for that."""
        if not sent and self._profile.ordering.missing_sor_codes == "default_template":
            return ()
        return self.codes(sent)

    def period(self, begin: datetime | None, end: datetime | None, names: tuple[str, str]) -> None:
        """Check that a filter's period begins before it ends, if both are sent."""
        if begin is not None and end is not None and self._profile.assumptions.reversed_filter == "refuse":
            self.window((names[0], begin), (names[1], end))

    def window(self, start: tuple[str, datetime], end: tuple[str, datetime], now: datetime | None = None) -> None:
        """Check that ``start`` lies before ``end``, and ``end`` after ``now``; each has its field's name."""
        if start[1] >= end[1]:
            raise Refusal(self._messages.window_reversed.format(begin=start[0], end=end[0]))
        if now is not None and end[1] <= now:
            raise Refusal(self._messages.window_past.format(field=end[0]))

    def _code(self, sent: CodeRequest) -> BookingCode:
        code = self.required("bookingCodeSORCode", sent.sor_code)
        item_number = self.required("itemNumberWithinBooking", sent.item_number)
        self.required("primaryOrderNumber", sent.number)
        quantity = self._quantity(self.required("quantity", sent.quantity))
        self._number("itemNumberWithinBooking", item_number)
        known = self._current.sor_code(code)
        if known is None:
            if self._profile.ordering.unknown_sor_codes == "refuse":
                raise Refusal(self._messages.sor_code_unknown.format(value=code, field="bookingCodeSORCode"))
            known = SorCode(code=code, minutes=self._profile.ordering.default_minutes)
        return BookingCode(
            known.code,
            item_number.strip(),
            quantity,
            known.minutes,
            known.trade,
            known.description,
            sent_trade=sent.trade,
            sent_description=sent.description,
            comments=sent.comments,
            item_value=sent.item_value,
            reference=sent.reference,
        )

    def _quantity(self, text: str) -> Decimal:
        if self._profile.ordering.quantities_below_1 == "refuse":
            return self._number("quantity", text)
        quantity = _read_number(text)
        if quantity <= 0:
            raise Refusal(self._messages.not_positive.format(field="quantity", value=text))
        return quantity

    def _number(self, field: str, text: str) -> Decimal:
        number = _read_number(text)
        if number < 1:
            raise Refusal(self._messages.not_a_number.format(field=field, value=text))
        return number


def _read_number(text: str) -> Decimal:
    """Read a number in digits, with or without a fraction; anything else is 0, which is too little everywhere."""
    return Decimal(text.strip()) if _QUANTITY.fullmatch(text.strip()) else Decimal(0)


def minutes_of(codes: Iterable[BookingCode], profile: Profile) -> int:
    """Return how long the codes take together, in minutes.

    Each takes its standard minutes times its quantity (seen for one code done once, presumed for more: a setting).
    """
    if profile.assumptions.quantities == "ignore":
        return sum(code.minutes for code in codes)
    return sum(ceil(code.minutes * code.quantity) for code in codes)
