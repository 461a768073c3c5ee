"""Broken callers by kind, as scripts of SOAP calls: each is right in all but one way.

The scripts know nothing of the clauses' code: they do what a faulty service does, against a simulator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from drs_simulator import effects

from tests.contracts.observe.soap_service import OTHER_PLACE, SUMMER, Service, Wire, booking_of, slots


@dataclass(frozen=True)
class Script:
    """What a broken caller does, and the clause that names it.

    Args:
        kind: What it does.
        clause: The clause's id.
        run: Does it.
        clock: The local time at which it begins.
    """

    kind: str
    clause: str
    run: Callable[[Service], None]
    clock: str


SCRIPTS: list[Script] = []


def broken(clause: str, kind: str, clock: str = SUMMER) -> Callable[..., Callable[..., None]]:
    """Register a script; it is called between the opening and the closing of a session."""

    def register(run: Callable[[Service], None]) -> Callable[[Service], None]:
        SCRIPTS.append(Script(kind, clause, run, clock))
        return run

    return register


def run_script(script: Script) -> Wire:
    """Run a script in a session of its own."""
    service = Service(Wire(script.clock))
    service.open()
    script.run(service)
    service.close()
    return service.wire


# Orders and bookings of others


@broken("CAL-36", "cancels its booking under another contract")
def other_contract(service: Service) -> None:
    number, booking, _ = service.book()
    service.cancel(booking, number, contract="1")


@broken("CAL-36", "schedules its booking at another place")
def other_place(service: Service) -> None:
    number, booking, offered = service.book()
    service.schedule(booking, number, offered[3], locationID=OTHER_PLACE)


@broken("CAL-36", "cancels a booking under the number of the order before")
def other_number(service: Service) -> None:
    first, _, _ = service.book()
    _, booking, _ = service.book(slot=1)
    service.cancel(booking, first)


@broken("CAL-36", "deletes its order under another place")
def order_elsewhere(service: Service) -> None:
    number, _, _ = service.book()
    service.delete(number, locationID=OTHER_PLACE)


@broken("CAL-36", "completes its order under another contract")
def order_of_another_contract(service: Service) -> None:
    number, _, _ = service.book()
    service.call("completeOrder", {"contract": "1", "primaryOrderNumber": number})


@broken("CAL-20", "searches for one place and books at another")
def search_elsewhere(service: Service) -> None:
    service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00", locationID=OTHER_PLACE)
    slot = ("2021-10-19T12:00:00+01:00", "2021-10-19T16:00:00+01:00")
    service.schedule(booking_of(service.create("1")), "1", slot)


@broken("CAL-41", "cancels a mistyped booking under its own number")
def mistyped_booking(service: Service) -> None:
    number, booking, _ = service.book()
    service.cancel(str(int(booking) + 17), number)


# Dates


@broken("CAL-37", "books an appointment past the target date")
def past_the_target(service: Service) -> None:
    service.search("2021-10-18T12:00:00", "2021-10-19T12:00:00")
    offered = slots(service.search("2021-10-20T12:00:00", "2021-10-25T12:00:00"))
    booking = booking_of(service.create("1", target="2021-10-19T17:00:00"))
    service.schedule(booking, "1", offered[-1])


@broken("CAL-42", "first asks for days past the order's target date")
def asks_past_the_target(service: Service) -> None:
    booking = booking_of(service.create("1", target="2021-10-20T17:00:00"))
    service.search("2021-10-21T12:00:00", "2021-10-25T12:00:00", number="1")
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-20T12:00:00", number="1"))
    service.schedule(booking, "1", offered[0])


@broken("CAL-38", "books from a search of last week")
def stale_for_days(service: Service) -> None:
    booking = booking_of(service.create("1"))
    offered = slots(service.search("2021-10-25T12:00:00", "2021-10-26T12:00:00"))
    service.close()
    service.wire.wait(days=6)
    service.open()
    service.schedule(booking, "1", offered[-1])


@broken("CAL-43", "puts two bookings into a slot of one search")
def stale_after_booking(service: Service) -> None:
    _, _, offered = service.book()
    service.schedule(booking_of(service.create("2")), "2", offered[0])


@broken("CAL-31", "sends a target in the hour that comes twice")
def in_the_fold(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
    service.schedule(booking_of(service.create("1", target="2021-10-31T01:30:00")), "1", offered[0])


@broken("CAL-31", "sends a target in the hour that is left out", "2022-03-21T09:00:00+00:00")
def in_the_gap(service: Service) -> None:
    offered = slots(service.search("2022-03-22T12:00:00", "2022-03-24T12:00:00"))
    service.schedule(booking_of(service.create("1", target="2022-03-27T01:30:00")), "1", offered[0])


@broken("CAL-21", "sends an offered window with Z for its offset")
def window_in_utc(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
    begin, end = (each.replace("+01:00", "Z") for each in offered[0])
    service.schedule(booking_of(service.create("1")), "1", (begin, end))


@broken("CAL-47", "sends the end of a local day with Z")
def day_in_utc(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T23:59:59Z"))
    service.schedule(booking_of(service.create("1")), "1", offered[0])


@broken("CAL-46", "adds days to a time and keeps its offset of summer")
def offset_of_summer(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00+01:00", "2021-10-22T12:00:00+01:00"))
    service.schedule(booking_of(service.create("1", target="2021-11-08T12:00:00+01:00")), "1", offered[0])


# After refusals


@broken("CAL-48", "overlooks that createOrder was refused, and updates the order")
def order_overlooked(service: Service) -> None:
    service.create("1", contract="No such contract")
    service.call("updateOrder", {"theOrder": {"primaryOrderNumber": "1", "userId": "someone"}})


@broken("CAL-23", "overlooks that a slot was refused")
def slot_overlooked(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
    service.wire.fail("scheduleBooking", effects.SlotTaken())
    service.schedule(booking_of(service.create("1")), "1", offered[0])


@broken("CAL-16", "overlooks that its login was refused")
def login_overlooked(service: Service) -> None:
    other = Service(service.wire, session="0" * 32)
    other.open(password="wrong")
    other.show("1")


@broken("CAL-34", "stops when its session has ended")
def session_overlooked(service: Service) -> None:
    number, _, _ = service.book()
    service.wire.wait(days=1)
    service.show(number)
    # It closes a session of its own, not the one that has ended.
    service.open()


@broken("CAL-44", "sends a slot again that DRS has refused")
def refused_slot(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
    booking = booking_of(service.create("1"))
    service.wire.fail("scheduleBooking", effects.DrsRefusal())
    for _ in range(2):
        service.schedule(booking, "1", offered[0])


@broken("CAL-49", "sends a refused cancellation again and again")
def refused_cancellation(service: Service) -> None:
    for _ in range(3):
        service.cancel("987", "777")


@broken("CAL-49", "sends a refused createOrder again")
def refused_order(service: Service) -> None:
    service.create("1", contract="No such contract")
    service.create("1", contract="No such contract")


@broken("CAL-33", "sends a wrong password again and again")
def wrong_password(service: Service) -> None:
    other = Service(service.wire)
    for _ in range(15):
        other.open(password="wrong")


@broken("CAL-45", "moves a booking that it has cancelled")
def cancelled_booking(service: Service) -> None:
    number, booking, offered = service.book()
    service.cancel(booking, number)
    service.schedule(booking, number, offered[1])


# Answers that do not come


@broken("CAL-53", "gives up after one transient fault")
def no_retry(service: Service) -> None:
    service.wire.is_down = True
    service.show("1")
    service.wire.is_down = False


@broken("CAL-53", "takes a fault of the server for the end")
def no_retry_after_a_fault(service: Service) -> None:
    service.wire.fail("selectOrder", effects.Fault(text="Out of memory"))
    service.show("1")


@broken("CAL-53", "gives up after a lost answer to a cancellation")
def no_look_up(service: Service) -> None:
    number, booking, _ = service.book()
    service.wire.lost_answers["deleteBooking"] = 1
    service.cancel(booking, number)


@broken("CAL-24", "sends createOrder again after a lost answer")
def blind_repeat(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
    service.wire.lost_answers["createOrder"] = 1
    service.create("1")
    service.create("1")
    service.show("2")
    service.schedule(booking_of(service.create("2")), "2", offered[0])


@broken("CAL-39", "books under a second number after a lost answer")
def second_number(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
    service.wire.lost_answers["createOrder"] = 1
    service.create("1", orderComments="Door")
    service.schedule(booking_of(service.create("2", orderComments="Door")), "2", offered[0])
    service.show("1")


@broken("CAL-54", "tries every half minute for an hour")
def tries_for_ever(service: Service) -> None:
    service.wire.is_down = True
    for _ in range(60):
        service.show("1")
        service.wire.wait(seconds=30)
    service.wire.is_down = False


@broken("CAL-55", "tries sooner each time")
def tries_that_grow(service: Service) -> None:
    service.wire.is_down = True
    for seconds in (90, 40, 15, 5, 2):
        service.show("1")
        service.wire.wait(seconds=seconds)
    service.wire.is_down = False
    service.show("1")


@broken("CAL-56", "makes a storm of tries for many orders")
def storm(service: Service) -> None:
    service.wire.is_down = True
    for _ in range(3):
        for number in range(20):
            service.show(str(number))
    service.wire.is_down = False


# Haste


@broken("CAL-35", "asks in a tight loop")
def tight_loop(service: Service) -> None:
    number, _, _ = service.book()
    for _ in range(20):
        service.show(number)


@broken("CAL-57", "polls every order each ten seconds")
def polling(service: Service) -> None:
    numbers = [service.book(slot=each)[0] for each in range(3)]
    for _ in range(60):
        for number in numbers:
            service.show(number)
        service.wire.wait(seconds=10)


@broken("CAL-57", "moves a booking to and fro")
def to_and_fro(service: Service) -> None:
    number, booking, offered = service.book()
    for _ in range(40):
        for slot in offered[:2]:
            service.schedule(booking, number, slot)


@broken("CAL-59", "logs in for every call")
def login_per_call(service: Service) -> None:
    for number in range(120):
        worker = Service(service.wire)
        worker.open()
        worker.show(str(number))
        worker.close()


@broken("CAL-58", "opens a hundred sessions at once")
def many_sessions(service: Service) -> None:
    workers = [Service(service.wire) for _ in range(60)]
    for worker in workers:
        worker.open()
    for worker in workers:
        worker.close()


@broken("CAL-18", "never closes a session")
def open_session(service: Service) -> None:
    Service(service.wire).open()


# What is left behind


@broken("CAL-23", "makes an order and never schedules it")
def never_scheduled(service: Service) -> None:
    service.create("1")
    service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00", number="1")


@broken("CAL-50", "books the same repair twice under two numbers")
def double_booking(service: Service) -> None:
    period = ("2021-10-19T12:00:00", "2021-10-22T12:00:00")
    for number in ("1", "2"):
        offered = slots(service.search(*period))
        booking = booking_of(service.create(number, orderComments="Door"))
        service.schedule(booking, number, offered[0])


@broken("CAL-51", "cancels a booking, leaves its order and makes another one")
def order_left(service: Service) -> None:
    for number in ("1", "2"):
        offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
        booking = booking_of(service.create(number, orderComments="Door"))
        service.schedule(booking, number, offered[0])
        if number == "1":
            service.cancel(booking, number)


@broken("CAL-51", "overlooks a refused cancellation and books again")
def order_not_cancelled(service: Service) -> None:
    for number in ("1", "2"):
        offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
        booking = booking_of(service.create(number, orderComments="Door"))
        service.schedule(booking, number, offered[0])
        if number == "1":
            service.wire.fail("deleteBooking", effects.DrsRefusal(text="The booking is locked"))
            service.cancel(booking, number)


@broken("CAL-52", "reserves a place and never takes it")
def reservation_left(service: Service) -> None:
    offered = slots(service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00"))
    booking = booking_of(service.create("1"))
    begin, end = offered[0]
    window = {"planningWindowEnd": end, "planningWindowStart": begin}
    service.call("createReservation", {"theBooking": {"bookingId": booking, "primaryOrderNumber": "1", **window}})


# Form


@broken("CAL-32", "sends its session as the user")
def session_as_user(service: Service) -> None:
    service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00", userId=service.session)


@broken("CAL-32", "sends its password with the user")
def password_as_user(service: Service) -> None:
    """A login that DRS refuses, so that the password is not the simulator's."""
    Service(service.wire).open(password="secret-of-the-council")
    service.search("2021-10-19T12:00:00", "2021-10-22T12:00:00", userId="repairs:secret-of-the-council")


@broken("CAL-30", "sends application/xml")
def content_type(service: Service) -> None:
    service.call("selectOrder", {"primaryOrderNumber": "1"}, content_type="application/xml; charset=utf-8")


@broken("CAL-40", "gives up a search that was cut before the first free day", "2021-12-22T09:00:00+00:00")
def gives_up_at_the_cap(service: Service) -> None:
    call = service.search("2021-12-23T00:00:00", "2022-01-20T00:00:00")
    cut = b"<available>NO<"
    answer = replace(call.reply, body=call.reply.body.replace(b"<available>YES<", cut))
    service.wire.calls[-1] = replace(call, reply=answer)
