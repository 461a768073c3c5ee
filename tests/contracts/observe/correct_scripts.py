"""Correct callers as scripts of SOAP calls against a simulator: careful ones, patient ones, and many at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drs_contracts.traffic.calls import ZONE
from drs_simulator import effects

from tests.contracts.observe.soap_service import OTHER_PLACE, SUMMER, WINTER, Service, Wire, booking_of, slots

NIGHT = "2021-10-18T23:50:00+01:00"
AUTUMN = "2021-10-30T23:50:00+01:00"
SPRING = "2022-03-26T23:50:00+00:00"
CHRISTMAS = "2021-12-22T09:00:00+00:00"
BACKOFF = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class Script:
    """What a correct caller does, and when it begins (local time)."""

    run: Callable[[Service], None]
    clock: str


SCRIPTS: list[Script] = []


def correct(*clocks: str) -> Callable[..., Callable[..., None]]:
    """Register a script for each time; it opens and closes its sessions itself."""

    def register(run: Callable[[Service], None]) -> Callable[[Service], None]:
        SCRIPTS.extend(Script(run, clock) for clock in clocks or (SUMMER, WINTER))
        return run

    return register


def run_script(script: Script) -> Wire:
    service = Service(Wire(script.clock))
    script.run(service)
    return service.wire


def today(service: Service, days: int = 0) -> datetime:
    """Local midnight of a day from today on."""
    day = service.wire.drs.clock.now().astimezone(ZONE).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def offers(service: Service, days: int = 4) -> list[tuple[str, str]]:
    begin, end = today(service, 1), today(service, days) + timedelta(hours=23, minutes=59, seconds=59)
    return slots(service.search(begin.isoformat(), end.isoformat()))


@correct(SUMMER, WINTER, AUTUMN, SPRING)
def books_moves_and_cancels(service: Service) -> None:
    service.open()
    number, booking, offered = service.book()
    service.show(number)
    service.schedule(booking, number, offered[2])
    service.cancel(booking, number)
    service.close()


@correct(SUMMER, WINTER, AUTUMN, SPRING)
def asks_in_utc(service: Service) -> None:
    """Its days begin at 23:00 in summer, as UTC has it."""
    service.open()
    period = [today(service, days).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (1, 5)]
    offered = slots(service.search(period[0], period[1]))
    service.schedule(booking_of(service.create("1", target=period[1])), "1", offered[0])
    service.close()


@correct(SUMMER, WINTER, AUTUMN, SPRING)
def asks_without_offsets(service: Service) -> None:
    service.open()
    begin, end = (today(service, days).strftime("%Y-%m-%dT%H:%M:%S") for days in (1, 5))
    offered = slots(service.search(begin, end))
    service.schedule(booking_of(service.create("1", target=end)), "1", offered[0])
    service.close()


@correct(SUMMER, WINTER, AUTUMN, SPRING)
def asks_for_a_single_day(service: Service) -> None:
    """From its midnight to its midnight: DRS searches to the end of that day."""
    service.open()
    for days in (1, 2, 3):
        day = today(service, days).isoformat()
        service.search(day, day)
    service.close()


@correct()
def closes_again_after_a_lost_answer(service: Service) -> None:
    service.open()
    service.book()
    service.wire.lost_answers["closeSession"] = 2
    for _ in range(3):
        service.close()


@correct()
def leaves_a_closing_that_got_lost(service: Service) -> None:
    service.open()
    service.book()
    service.wire.lost_answers["closeSession"] = 1
    service.close()


@correct()
def looks_up_a_lost_order(service: Service) -> None:
    service.open()
    offered = offers(service)
    service.wire.lost_answers["createOrder"] = 1
    service.create("1")
    service.schedule(booking_of(service.show("1")), "1", offered[0])
    service.close()


@correct()
def creates_an_order_again_that_is_not_there(service: Service) -> None:
    service.open()
    offered = offers(service)
    service.wire.is_down = True
    service.create("1")
    service.wire.is_down = False
    assert service.show("1").refused
    service.schedule(booking_of(service.create("1")), "1", offered[0])
    service.close()


@correct()
def takes_another_number_for_an_order_that_is_not_there(service: Service) -> None:
    service.open()
    offered = offers(service)
    service.wire.is_down = True
    service.create("1", orderComments="Door")
    service.wire.is_down = False
    service.show("1")
    service.schedule(booking_of(service.create("2", orderComments="Door")), "2", offered[0])
    service.close()


@correct()
def repeats_what_can_be_repeated(service: Service) -> None:
    """Sent again, scheduleBooking moves the booking to where it is."""
    service.open()
    offered = offers(service)
    booking = booking_of(service.create("1"))
    for operation in ("scheduleBooking", "selectOrder", "deleteBooking"):
        service.wire.lost_answers[operation] = 1
    for _ in range(2):
        service.schedule(booking, "1", offered[0])
    for _ in range(2):
        service.show("1")
    for _ in range(2):
        service.cancel(booking, "1")
    service.close()


@correct()
def waits_longer_each_time(service: Service) -> None:
    service.wire.is_down = True
    for seconds in BACKOFF:
        service.open()
        service.wire.wait(seconds=seconds)
    service.wire.is_down = False
    service.open()
    service.wire.is_down = True
    for seconds in BACKOFF:
        offers(service)
        service.wire.wait(seconds=seconds)
    service.wire.is_down = False
    offers(service)
    service.close()


@correct()
def gives_up_after_five_tries(service: Service) -> None:
    service.open()
    service.wire.is_down = True
    for seconds in BACKOFF:
        offers(service)
        service.wire.wait(seconds=seconds)
    service.wire.is_down = False
    service.close()


@correct()
def tries_again_after_a_fault_of_the_server(service: Service) -> None:
    service.open()
    service.wire.fail("selectOrder", effects.Fault(text="Out of memory"))
    for _ in range(2):
        service.show("1")
    service.close()


@correct()
def polls_every_half_minute(service: Service) -> None:
    """Two orders for an hour, in one session."""
    service.open()
    numbers = [service.book(slot=each)[0] for each in range(2)]
    for _ in range(120):
        for number in numbers:
            service.show(number)
        service.wire.wait(seconds=30)
    service.close()


@correct()
def polls_alerts(service: Service) -> None:
    service.open()
    for _ in range(60):
        service.call("selectAlerts", {"contract": "0"})
        service.wire.wait(minutes=1)
    service.close()


@correct()
def opens_a_session_for_each_request(service: Service) -> None:
    """Fifty residents in an hour, a session for each page of the service."""
    for number in range(50):
        worker = Service(service.wire)
        worker.open()
        offered = offers(worker)
        worker.close()
        worker.open()
        booking = booking_of(worker.create(str(number)))
        worker.schedule(booking, str(number), offered[number % len(offered)])
        worker.close()
        service.wire.wait(minutes=1)
        if number % 2:
            worker.open()
            worker.cancel(booking, str(number))
            worker.delete(str(number))
            worker.close()


@correct(NIGHT)
def opens_another_session_after_midnight(service: Service) -> None:
    service.open()
    number, booking, _ = service.book()
    service.wire.wait(minutes=20)
    assert service.cancel(booking, number).session_refused
    service.open()
    service.cancel(booking, number)
    service.close()


@correct()
def searches_again_after_a_refused_slot(service: Service) -> None:
    service.open()
    offered = offers(service)
    booking = booking_of(service.create("1"))
    service.wire.fail("scheduleBooking", effects.SlotTaken())
    assert service.schedule(booking, "1", offered[0]).refused
    service.schedule(booking, "1", offers(service)[1])
    service.close()


@correct()
def takes_the_next_slot_after_a_refused_one(service: Service) -> None:
    service.open()
    offered = offers(service)
    booking = booking_of(service.create("1"))
    service.wire.fail("scheduleBooking", effects.SlotTaken())
    service.schedule(booking, "1", offered[0])
    service.schedule(booking, "1", offered[1])
    service.close()


@correct()
def cancels_and_deletes_after_a_refused_slot(service: Service) -> None:
    service.open()
    offered = offers(service)
    booking = booking_of(service.create("1", orderComments="Door"))
    service.wire.fail("scheduleBooking", effects.SlotTaken())
    service.schedule(booking, "1", offered[0])
    service.cancel(booking, "1")
    service.delete("1")
    service.schedule(booking_of(service.create("2", orderComments="Door")), "2", offers(service)[1])
    service.close()


@correct()
def corrects_a_refused_order(service: Service) -> None:
    service.open()
    offered = offers(service)
    service.create("1", contract="Wrong")
    service.create("1", priority="priority 20 days")
    service.schedule(booking_of(service.create("1")), "1", offered[0])
    service.close()


@correct()
def uses_an_order_that_exists(service: Service) -> None:
    service.open()
    number, _, offered = service.book()
    assert "exist" in service.create(number).message
    service.schedule(booking_of(service.show(number)), number, offered[1])
    service.call("updateOrder", {"theOrder": {"primaryOrderNumber": number, "userId": "someone"}})
    service.close()


@correct()
def tries_a_refused_cancellation_again_after_a_look(service: Service) -> None:
    service.open()
    number, booking, _ = service.book()
    service.wire.fail("deleteBooking", effects.DrsRefusal(text="Locked by a planner"))
    service.cancel(booking, number)
    service.show(number)
    service.cancel(booking, number)
    service.close()


@correct()
def books_a_cancelled_order_again(service: Service) -> None:
    service.open()
    number, booking, offered = service.book()
    service.cancel(booking, number)
    code = {"bookingCodeSORCode": "N373049", "itemNumberWithinBooking": "1", "quantity": "1"}
    codes = {"theBookingCodes": {**code, "primaryOrderNumber": number}}
    made = service.call("createBooking", {"theBooking": {"contract": "0", "primaryOrderNumber": number, **codes}})
    service.schedule(booking_of(made), number, offered[1])
    service.close()


@correct()
def books_two_repairs_at_one_place(service: Service) -> None:
    service.open()
    first = service.book()
    second = service.book(slot=1)
    third = service.book(place=OTHER_PLACE)
    for number, booking, _ in (first, second, third):
        service.show(number)
        service.cancel(booking, number)
    service.close()


@correct()
def completes_its_orders(service: Service) -> None:
    service.open()
    number, booking, offered = service.book()
    times = {"startDateAndTime": offered[0][0], "endDateAndTime": offered[0][1]}
    named = {"bookingId": booking, "primaryOrderNumber": number}
    service.call("updateBooking", {**times, "theBooking": named, "transactionType": "COMPLETED"})
    number, _, _ = service.book(slot=1)
    named = {"contract": "0", "primaryOrderNumber": number, "userId": "repairs@example.org"}
    assert service.call("completeOrder", named).succeeded
    service.close()


@correct()
def reserves_and_confirms_or_cancels(service: Service) -> None:
    service.open()
    offered = offers(service)
    for number in ("1", "2"):
        booking = booking_of(service.create(number))
        begin, end = offered[int(number)]
        window = {"planningWindowEnd": end, "planningWindowStart": begin}
        named = {"bookingId": booking, "contract": "0", "primaryOrderNumber": number}
        service.call("createReservation", {"theBooking": {**named, **window}})
        service.call("confirmReservation" if number == "1" else "deleteBooking", {"theBooking": named})
    service.close()


@correct(SUMMER, WINTER, AUTUMN, SPRING, CHRISTMAS)
def searches_period_after_period(service: Service) -> None:
    service.open()
    found = 0
    begin = 1
    while found < 10:
        call = service.search(today(service, begin).isoformat(), today(service, begin + 13).isoformat())
        days = call.all_given("theSlots/day")
        found += len(days)
        last = datetime.fromisoformat(days[-1]).astimezone(ZONE).date()
        begin = (last - today(service).date()).days + 1
    service.close()
