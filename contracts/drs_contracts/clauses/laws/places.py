"""A small model of places: how many bookings each slot takes, and how many it has.

The slots of the model do not overlap, and all its jobs are alike. So a slot takes as many of them as there is room
for, whatever the other slots have. A job has two units of work where that fits into a slot: few places are filled soon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import time
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drs_contracts.driver.driver import CreatedOrder, DrsDriver, OfferedSlot
from drs_contracts.driver.expectations import expect, need, need_success
from drs_contracts.driver.messages import Exchange, Members, Value, request

_BOOKING = "theOrders/theBookings"
_MAX_BOOKINGS = 40
_CALLERS = 2
_UNITS = 2
_UNKNOWN = "no such one"

Step: TypeAlias = "tuple[str, int, int, int]"
"""An action, the caller who does it, the order and the place that it is about; each as a number from 0."""


@dataclass(slots=True)
class Place:
    """A slot of the model, and how many bookings it takes."""

    ahead: int
    slot: OfferedSlot
    capacity: int


@dataclass(slots=True)
class _Order:
    created: CreatedOrder
    place: int | None = None
    is_reserved: bool = False
    is_cancelled: bool = False


def steps(max_steps: int) -> SearchStrategy[list[Step]]:
    """Lists of steps, of any length up to ``max_steps``."""
    step = st.tuples(
        st.sampled_from(tuple(_ACTIONS)), st.integers(0, _CALLERS - 1), st.integers(0, 9), st.integers(0, 9)
    )
    return st.integers(0, max_steps).flatmap(lambda count: st.lists(step, min_size=count, max_size=count))


class PlacesModel:
    """DRS beside the model, called in two sessions.

    Args:
        drs: The driver.
        days_ahead: The days whose slots the model has; each is counted by filling it, and emptied again.

    Raises:
        NeedNotMetError: No slot of those days is free.
    """

    def __init__(self, drs: DrsDriver, days_ahead: Sequence[int]) -> None:
        self._drs = drs
        self._target_date = drs.local(max(days_ahead) + 30, time(23, 59, 59))
        self._sessions = [drs.session, self._open_session()]
        self._orders: list[_Order] = []
        self._code: Members = {**drs.code("any"), "quantity": _UNITS}
        if not drs.free_slots(days_ahead[0], 1, theBookingCodes=self._code):
            self._code = drs.code("any")
        first, *others = days_ahead
        self.places = [*self._measure(first, 2), *(place for ahead in others for place in self._measure(ahead, 1))]
        need(bool(self.places), "no slot of the days takes a booking")

    def take(self, step: Step) -> None:
        """Do a step, and expect what the model says.

        Raises:
            ClauseBroken: DRS does something else.
        """
        action, caller, which, place = step
        _ACTIONS[action](self, caller, which, place % len(self.places))

    def cancel_every_second(self) -> None:
        """Cancel every second booking: by deleteBooking, by deleteOrder, and by completing its order, in turn."""
        for number, order in enumerate(self._orders[::2]):
            by_order: Members = {"primaryOrderNumber": order.created.number}
            if order.is_cancelled:
                continue
            if number % 3 == 0:
                answer = self._ask(0, "deleteBooking", theBooking=self._drs.booking(order.created))
            elif number % 3 == 1:
                answer = self._ask(0, "deleteOrder", theOrder=by_order)
            else:
                by_contract = {"contract": self._drs.data.contract, "userId": self._drs.data.user_id}
                answer = self._ask(0, "completeOrder", **by_order, **by_contract)
            need_success(answer)
            order.is_cancelled = True

    def expect_offers(self) -> None:
        """Expect that the slots that have a place left are offered, and no others.

        Raises:
            ClauseBroken: A slot with a place is not offered, or one without is.
        """
        for ahead in dict.fromkeys(place.ahead for place in self.places):
            free = {(slot.begin, slot.end) for slot in self._offered(ahead)}
            for index, place in enumerate(self.places):
                if place.ahead == ahead:
                    offered, left = (place.slot.begin, place.slot.end) in free, self._free(index)
                    told = f"{place.slot.begin} has {left} of {place.capacity} places left"
                    expect(offered is (left > 0), f"{told}, and is {'offered' if offered else 'not offered'}")

    def expect_orders(self) -> None:
        """Expect that every order shows its booking in its place.

        Raises:
            ClauseBroken: An order shows something else.
        """
        for order in self._orders:
            shown = self._drs.select(order.created)
            need_success(shown)
            number, ids = order.created.number, shown.texts(f"{_BOOKING}/bookingId")
            wanted = [] if order.is_cancelled else [order.created.booking_id]
            expect(ids == wanted, f"order {number} has the bookings {ids}, not {wanted}")
            if not order.is_cancelled:
                operative = shown.text(f"{_BOOKING}/theResources/resourceID")
                expect(bool(operative) is (order.place is not None), f"order {number} has the operative '{operative}'")
            if not order.is_cancelled:
                begin, made = shown.text(f"{_BOOKING}/planningWindowStart"), order.created.exchange
                first = made.text("theOrder/theBookings/planningWindowStart")
                wanted_begin = first if order.place is None else self.places[order.place].slot.begin
                expect(begin == wanted_begin, f"order {number} is planned for {begin}, not {wanted_begin}", shown)

    def expect_conserved(self) -> None:
        """Fill every slot, and expect that it takes as many bookings as it has places left.

        Raises:
            ClauseBroken: It takes more or fewer.
        """
        for index, place in enumerate(self.places):
            left, taken = self._free(index), len(self._fill(place.slot))
            last = self._drs.exchanges[-1]
            sold = place.capacity - left
            told = f"{place.slot.begin} had {place.capacity} places, has {sold} bookings and takes {taken} more"
            expect(taken == left, told, last)

    def _offered(self, ahead: int) -> list[OfferedSlot]:
        return self._drs.free_slots(ahead, 1, theBookingCodes=self._code)

    def _measure(self, ahead: int, max_slots: int) -> list[Place]:
        """Slots of a day that do not overlap, each with the number of bookings that it takes when all are full."""
        chosen: list[OfferedSlot] = []
        for slot in sorted(self._offered(ahead), key=lambda each: (each.ends, each.begins)):
            if len(chosen) < max_slots and (not chosen or slot.begins >= chosen[-1].ends):
                chosen.append(slot)
        together = [self._fill(slot) for slot in chosen]
        self._remove(order for orders in together for order in orders)
        if len(chosen) > 1:
            # Where a quota is for the whole day, a slot alone takes more.
            alone = self._fill(chosen[-1])
            self._remove(alone)
            if len(alone) != len(together[-1]):
                chosen, together = chosen[:1], together[:1]
        return [Place(ahead, slot, len(orders)) for slot, orders in zip(chosen, together, strict=True)]

    def _fill(self, slot: OfferedSlot) -> list[CreatedOrder]:
        booked: list[CreatedOrder] = []
        order = self._create()
        while self._drs.schedule_into(order, slot).succeeded:
            booked.append(order)
            need(len(booked) < _MAX_BOOKINGS, f"{slot.begin} takes more than {_MAX_BOOKINGS} bookings")
            order = self._create()
        return booked

    def _remove(self, orders: Iterable[CreatedOrder]) -> None:
        for order in orders:
            need_success(self._drs.ask("deleteOrder", theOrder={"primaryOrderNumber": order.number}))

    def _create(self) -> CreatedOrder:
        return self._drs.create_order(targetDate=self._target_date, theBookingCodes=self._code)

    def _open_session(self) -> str:
        session = self._drs.open_session().text("sessionId")
        need(bool(session), "openSession gave no session")
        return session or ""

    def _free(self, index: int) -> int:
        sold = sum(order.place == index and not order.is_cancelled for order in self._orders)
        return self.places[index].capacity - sold

    def _ask(self, caller: int, operation: str, /, **members: Value) -> Exchange:
        return self._drs.call(operation, {"sessionId": self._sessions[caller], **members})

    def _find(self, which: int) -> _Order | None:
        there = [order for order in self._orders if not order.is_cancelled]
        return there[-1 - which % len(there)] if there else None

    def _new(self) -> _Order:
        self._orders.append(_Order(self._create()))
        return self._orders[-1]

    def _place_into(self, operation: str, order: _Order, caller: int, place: int) -> None:
        slot, booking = self.places[place].slot, order.created
        has_room = order.place == place or self._free(place) > 0
        answer = self._ask(caller, operation, theBooking=self._drs.booking(booking, **slot.window))
        told = answer.text("errorMsg") or answer.fault or answer.text("status")
        left = "a place" if has_room else "no place"
        expect(
            answer.succeeded is has_room, f"{slot.begin} has {left} left, and {operation} is answered: {told}", answer
        )
        if has_room:
            order.place, order.is_reserved = place, operation == "createReservation"

    # The actions.

    def _book(self, caller: int, which: int, place: int) -> None:
        del which
        self._place_into("scheduleBooking", self._new(), caller, place)

    def _move(self, caller: int, which: int, place: int) -> None:
        if (order := self._find(which)) is not None:
            self._place_into("scheduleBooking", order, caller, place)

    def _cancel_booking(self, caller: int, which: int, place: int) -> None:
        del place
        if (order := self._find(which)) is not None:
            need_success(self._ask(caller, "deleteBooking", theBooking=self._drs.booking(order.created)))
            order.is_cancelled = True

    def _delete_order(self, caller: int, which: int, place: int) -> None:
        del place
        if (order := self._find(which)) is not None:
            need_success(self._ask(caller, "deleteOrder", theOrder={"primaryOrderNumber": order.created.number}))
            self._orders.remove(order)

    def _reserve(self, caller: int, which: int, place: int) -> None:
        del which
        self._place_into("createReservation", self._new(), caller, place)

    def _confirm(self, caller: int, which: int, place: int) -> None:
        del place
        order = self._find(which)
        if order is not None and order.is_reserved:
            need_success(self._ask(caller, "confirmReservation", theBooking=self._drs.booking(order.created)))
            order.is_reserved = False

    def _ask_for_a_reversed_window(self, caller: int, which: int, place: int) -> None:
        if (order := self._find(which)) is not None:
            slot = self.places[place].slot
            window = {"planningWindowStart": slot.end, "planningWindowEnd": slot.begin}
            answer = self._ask(caller, "scheduleBooking", theBooking=self._drs.booking(order.created, **window))
            expect(answer.refused, "a window that ends before it begins was accepted")

    def _ask_under_an_unknown_contract(self, caller: int, which: int, place: int) -> None:
        members = {**self._drs.order_members(contract=_UNKNOWN), "sessionId": self._sessions[caller]}
        expect(self._drs.call("createOrder", members).refused, "an unknown contract was accepted")
        if (order := self._find(which)) is not None:
            booking = self._drs.booking(order.created, **self.places[place].slot.window)
            for operation in ("scheduleBooking", "deleteBooking"):
                answer = self._ask(caller, operation, theBooking={**booking, "contract": _UNKNOWN})
                expect(answer.refused, f"{operation} accepts an unknown contract")

    def _book_at_once(self, caller: int, which: int, place: int) -> None:
        """Both callers ask for the same slot at the same time."""
        del caller, which
        slot, left = self.places[place].slot, min(self._free(place), _CALLERS)
        orders = [self._new() for _ in range(_CALLERS)]
        asked: list[Members] = [
            {"sessionId": session, "theBooking": self._drs.booking(order.created, **slot.window)}
            for session, order in zip(self._sessions, orders, strict=True)
        ]
        sent = [request("scheduleBooking", members) for members in asked]
        with ThreadPoolExecutor(_CALLERS) as pool:
            answers = list(pool.map(lambda body: self._drs.post("scheduleBooking", body), sent))
        taken = sum(answer.succeeded for answer in answers)
        expect(taken == left, f"{taken} of {_CALLERS} callers got a place at {slot.begin}, which had {left} for them")
        for order, answer in zip(orders, answers, strict=True):
            order.place = place if answer.succeeded else None

    def _renew_session(self, caller: int, which: int, place: int) -> None:
        del which, place
        need_success(self._drs.call("closeSession", {"sessionId": self._sessions[caller]}))
        self._sessions[caller] = self._open_session()
        if caller == 0:
            self._drs.adopt_session(self._sessions[0])


_ACTIONS: dict[str, Callable[[PlacesModel, int, int, int], None]] = {
    "book": PlacesModel._book,
    "move": PlacesModel._move,
    "deleteBooking": PlacesModel._cancel_booking,
    "deleteOrder": PlacesModel._delete_order,
    "reserve": PlacesModel._reserve,
    "confirm": PlacesModel._confirm,
    "reversed window": PlacesModel._ask_for_a_reversed_window,
    "unknown contract": PlacesModel._ask_under_an_unknown_contract,
    "both at once": PlacesModel._book_at_once,
    "renew session": PlacesModel._renew_session,
}
