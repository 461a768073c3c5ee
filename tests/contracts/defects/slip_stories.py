"""For each slip a short story: calls that a DRS with the slip answers in another way than one without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from threading import Thread
from typing import Any, TypeAlias

from drs_contracts.driver.driver import CreatedOrder, DrsDriver
from drs_contracts.driver.messages import Exchange, Members, Reply
from drs_contracts.driver.targets import Target
from drs_contracts.verify.story import RecordingTarget

Story: TypeAlias = Callable[[DrsDriver], object]
MONDAY, TUESDAY, FRIDAY = 0, 1, 4
MORNING, AFTERNOON = (time(8), time(12)), (time(12), time(16))
WHOLE_DAY = (time(8), time(16))
LONG_JOB = {"bookingCodeSORCode": "N630945", "itemNumberWithinBooking": "1", "primaryOrderNumber": "x", "quantity": "2"}


def _window(driver: DrsDriver, days_ahead: int, hours: tuple[time, time]) -> dict[str, Any]:
    begin, end = (driver.local(days_ahead, hour) for hour in hours)
    return {"planningWindowStart": begin, "planningWindowEnd": end}


def _order(driver: DrsDriver, number: str = "N1", code: str = "", quantity: str = "1", **more: Any) -> CreatedOrder:
    codes = {**driver.code(number), "quantity": quantity}
    if code:
        codes["bookingCodeSORCode"] = code
    return driver.create_order(primaryOrderNumber=number, theBookingCodes=codes, **more)


def _book(driver: DrsDriver, days_ahead: int, hours: tuple[time, time], order: CreatedOrder | None = None) -> Exchange:
    return driver.schedule(order or _order(driver), **_window(driver, days_ahead, hours))


def _search(driver: DrsDriver, days_ahead: int, days: int = 1, **order: Any) -> Exchange:
    return driver.check_availability(driver.local(days_ahead), driver.local(days_ahead + days - 1), **order)


def _monday(driver: DrsDriver) -> int:
    return driver.weekday(0, MONDAY)


def _fill(driver: DrsDriver, days_ahead: int, leave: int = 0) -> list[CreatedOrder]:
    """Fill a day of both joiners with jobs of eight hours, or leave as many operatives free."""
    orders = []
    for count in range(2 - leave):
        order = _order(driver, f"FULL{days_ahead}-{count}", quantity="8")
        _book(driver, days_ahead, WHOLE_DAY, order)
        orders.append(order)
    return orders


def _further(driver: DrsDriver, number: str = "N1", **more: Any) -> str:
    made = driver.ask(
        "createBooking", theBooking={"primaryOrderNumber": number, "theBookingCodes": driver.code(number), **more}
    )
    return made.text("theBookings/bookingId") or ""


def move_to_another_day(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver, quantity="8")
    _book(driver, day, WHOLE_DAY, order)
    _book(driver, day + 1, WHOLE_DAY, order)
    _fill(driver, day)


def move_within_the_day(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver, quantity="4")
    _book(driver, day, MORNING, order)
    _book(driver, day, AFTERNOON, order)
    for count in range(2):
        _book(driver, day, MORNING, _order(driver, f"M{count}", quantity="4"))


def delete_an_order_of_two(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver)
    _book(driver, day, MORNING, order)
    further = _further(driver)
    driver.ask(
        "scheduleBooking",
        theBooking={"bookingId": further, "primaryOrderNumber": "N1", **_window(driver, day, MORNING)},
    )
    driver.ask("deleteOrder", theOrder={"primaryOrderNumber": "N1"})
    _fill(driver, day)


def refuse_a_move(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver)
    _book(driver, day, MORNING, order)
    _fill(driver, day + 3)
    _book(driver, day + 3, MORNING, order)
    driver.select(order)


def refuse_a_first_place(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver)
    _fill(driver, day)
    _book(driver, day, MORNING, order)
    driver.select(order)


def cancel_one_of_two(driver: DrsDriver) -> None:
    order = _order(driver)
    _further(driver)
    driver.delete(order)
    driver.select(order)


def cancel_before_a_follow_on(driver: DrsDriver) -> None:
    order = _order(driver)
    driver.update(
        order, "PLANNED", theFollowOnBooking={"primaryOrderNumber": "N1", "theBookingCodes": driver.code("N1")}
    )
    driver.delete(order)
    driver.select(order)


def look_at_the_day_of_a_deleted_order(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver)
    _book(driver, day, MORNING, order)
    driver.ask("deleteOrder", theOrder={"primaryOrderNumber": "N1"})
    driver.ask("getSchedule", contract=driver.data.contract, resourceId="101", scheduleDate=driver.local(day))


def create_a_deleted_number(driver: DrsDriver) -> None:
    _order(driver)
    driver.ask("deleteOrder", theOrder={"primaryOrderNumber": "N1"})
    driver.call("createOrder", driver.order_members(primaryOrderNumber="N1"))


def create_after_a_cancellation(driver: DrsDriver) -> None:
    driver.delete(_order(driver))
    _order(driver, "N2")


def create_with_two_codes(driver: DrsDriver) -> None:
    codes = [
        driver.code("N1"),
        {**driver.code("N1"), "bookingCodeSORCode": "N601125", "itemNumberWithinBooking": "2"},
    ]
    driver.create_order(primaryOrderNumber="N1", theBookingCodes=codes)
    _order(driver, "N2")


def let_a_reservation_lapse(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver, quantity="8")
    driver.ask("createReservation", theBooking=driver.booking(order, **_window(driver, day, WHOLE_DAY)))
    driver.target.move_clock(timedelta(minutes=20))
    _fill(driver, day)


def complete_before_the_visit(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver, quantity="8")
    _book(driver, day, WHOLE_DAY, order)
    driver.ask("completeOrder", contract=driver.data.contract, primaryOrderNumber="N1", userId="user")
    _fill(driver, day)


def search_today(driver: DrsDriver) -> None:
    _search(driver, 0)


def book_within_two_hours(driver: DrsDriver) -> None:
    driver.target.move_clock(timedelta(hours=66, minutes=30))
    _book(driver, 0, MORNING)


def book_a_friday_afternoon(driver: DrsDriver) -> None:
    _book(driver, driver.weekday(0, FRIDAY), AFTERNOON)


def book_five_of_a_day(driver: DrsDriver) -> None:
    for count in range(5):
        _book(driver, _monday(driver), MORNING, _order(driver, f"N{count}"))


def book_the_last_of_february(driver: DrsDriver) -> None:
    order = _order(driver)
    last = datetime(2022, 2, 28, tzinfo=driver.data.zone)
    driver.schedule(order, planningWindowStart=last.replace(hour=8), planningWindowEnd=last.replace(hour=12))


def book_over_a_full_day(driver: DrsDriver) -> None:
    day = _monday(driver)
    _fill(driver, day)
    order = _order(driver)
    window = {"planningWindowStart": driver.local(day, time(8)), "planningWindowEnd": driver.local(day + 1, time(16))}
    driver.schedule(order, **window)


def search_for_a_long_job(driver: DrsDriver) -> None:
    _search(driver, _monday(driver), theBookingCodes=LONG_JOB)


def add_a_longer_booking(driver: DrsDriver) -> None:
    order = _order(driver)
    _further(driver, theBookingCodes={**driver.code("N1"), "quantity": "3"})
    driver.select(order)


def book_the_second_operative(driver: DrsDriver) -> None:
    day = _monday(driver)
    for count in range(2):
        _book(driver, day, WHOLE_DAY, _order(driver, f"N{count}", quantity="8"))


def search_beside_recurring_visits(driver: DrsDriver) -> None:
    day = driver.weekday(0, TUESDAY)
    order = _order(driver, quantity="8")
    _book(driver, day, WHOLE_DAY, order)
    _search(driver, day, theBookingCodes={**driver.code("N2"), "quantity": "4"})


def search_hours_off(driver: DrsDriver) -> None:
    day = _monday(driver)
    away: Members = {
        "beginDateTime": driver.local(day, time(8)),
        "endDateTime": driver.local(day, time(12)),
        "reason": "Training",
    }
    for operative in ("101", "102"):
        driver.ask(
            "updateResource",
            contract=driver.data.contract,
            theResources={"resourceID": operative, "theUnavailabilities": away},
        )
    _search(driver, day)


def search_for_another_contract(driver: DrsDriver) -> None:
    code = {**driver.code("N1"), "bookingCodeSORCode": "20110010"}
    _search(driver, _monday(driver), contract="H05", theBookingCodes=code)


def search_for_two_trades(driver: DrsDriver) -> None:
    codes = [
        driver.code("N1"),
        {**driver.code("N1"), "bookingCodeSORCode": "N601125", "itemNumberWithinBooking": "2"},
    ]
    day = _monday(driver)
    _search(driver, day, 5, theBookingCodes=codes)


def search_after_a_deletion(driver: DrsDriver) -> None:
    day = _monday(driver)
    _fill(driver, day)
    _search(driver, day)
    driver.ask("deleteOrder", theOrder={"primaryOrderNumber": f"FULL{day}-0"})
    _search(driver, day)


def search_after_a_change(driver: DrsDriver) -> None:
    day = _monday(driver)
    away: Members = {"beginDateTime": driver.local(day), "endDateTime": driver.local(day + 1), "reason": "Training"}
    _search(driver, day)
    for operative in ("101", "102"):
        driver.ask(
            "updateResource",
            contract=driver.data.contract,
            theResources={"resourceID": operative, "theUnavailabilities": away},
        )
    _search(driver, day)


def search_a_full_day(driver: DrsDriver) -> None:
    _fill(driver, _monday(driver))
    _search(driver, _monday(driver))


def search_a_week(driver: DrsDriver) -> None:
    _search(driver, _monday(driver), 5)


def search_for_the_best_of_a_week(driver: DrsDriver) -> None:
    members = driver.availability_members(driver.local(_monday(driver)), driver.local(_monday(driver) + 4))
    driver.call("checkAvailability", members | {"onlyBestSlots": "fullPeriod"})


def comment_at_length(driver: DrsDriver) -> None:
    driver.call("createOrder", driver.order_members(primaryOrderNumber="N1", orderComments="c" * 255 + " "))


def spell_a_priority(driver: DrsDriver) -> None:
    driver.call("createOrder", driver.order_members(primaryOrderNumber="N1", priority=driver.data.priority.lower()))


def spell_a_code(driver: DrsDriver) -> None:
    _order(driver, code="n373049")


def select_with_blanks(driver: DrsDriver) -> None:
    _order(driver)
    driver.ask("selectOrder", primaryOrderNumber=" N1 ")


def name_a_place_with_zeros(driver: DrsDriver) -> None:
    _order(driver, locationID="003670010")


def comment_on_two_lines(driver: DrsDriver) -> None:
    _order(driver, orderComments="one\ntwo")


def book_to_the_second(driver: DrsDriver) -> None:
    order = _order(driver)
    _book(driver, _monday(driver), (time(8, 0, 30), time(11, 59, 59)), order)
    driver.select(order)


def target_a_millisecond(driver: DrsDriver) -> None:
    _order(driver, targetDate=driver.local(60, time(23, 59, 59, 999000)))


def book_without_a_window(driver: DrsDriver) -> None:
    order = _order(driver)
    driver.schedule(order, bookingReason="Because")
    driver.select(order)


def lock_an_operative(driver: DrsDriver) -> None:
    order = _order(driver)
    booking = driver.booking(order, **_window(driver, _monday(driver), MORNING))
    driver.ask("scheduleBooking", resourceLock="lockAfterSchedule", theBooking=booking)
    driver.select(order)


def lock_a_reserved_time(driver: DrsDriver) -> None:
    day, order = _monday(driver), _order(driver)
    driver.ask("createReservation", timeLock=True, theBooking=driver.booking(order, **_window(driver, day, MORNING)))
    for count in range(2):
        _book(driver, day, (time(8), time(11)), _order(driver, f"M{count}", quantity="3"))
    driver.select(order)


def force_a_reservation(driver: DrsDriver) -> None:
    day = _monday(driver)
    _fill(driver, day)
    order = _order(driver)
    driver.ask("createReservation", force=True, theBooking=driver.booking(order, **_window(driver, day, MORNING)))


def search_for_two_operatives(driver: DrsDriver) -> None:
    day = _monday(driver)
    _fill(driver, day, leave=1)
    members = driver.availability_members(driver.local(day), driver.local(day))
    driver.call("checkAvailability", members | {"resourceIDs": ["101", "102"]})


def book_elsewhere(driver: DrsDriver) -> None:
    _order(driver)
    _further(driver, locationID="38950180")


def say_what_was_done(driver: DrsDriver) -> None:
    order = _order(driver)
    driver.update(order, "PLANNED", {"bookingCompletionStatus": "SUSPENDED"}, actionTaken="No access")
    driver.ask("selectAlerts", contract=driver.data.contract)


def select_until(driver: DrsDriver) -> None:
    day = _monday(driver)
    _book(driver, day + 3, MORNING)
    driver.ask("selectBooking", returnBookingsFrom=driver.local(day), returnBookingsTo=driver.local(day + 1))


def follow_the_workflow(driver: DrsDriver) -> None:
    order = _order(driver)
    _book(driver, _monday(driver), MORNING, order)
    driver.select(order)


def read_the_meta_data(driver: DrsDriver) -> None:
    driver.ask("selectMetaData", contract=driver.data.contract)


def call_nothing(driver: DrsDriver) -> None:
    driver.post("openSession", b"<nothing/>")


def stay_past_midnight(driver: DrsDriver) -> None:
    assert driver.session
    driver.target.move_clock(timedelta(hours=11, minutes=40))
    read_the_meta_data(driver)


def open_with_a_wrong_login(driver: DrsDriver) -> None:
    driver.open_session(login="other")


def open_with_a_longer_password(driver: DrsDriver) -> None:
    driver.open_session(password=f"{driver.target.password}x")


def close_one_of_two(driver: DrsDriver) -> None:
    read_the_meta_data(driver)
    other = driver.open_session().text("sessionId") or ""
    driver.call("closeSession", {"sessionId": other})
    read_the_meta_data(driver)


def search_all_turns(driver: DrsDriver) -> None:
    for week in range(12):
        _search(driver, driver.weekday(week, MONDAY), 5, priority=driver.data.scheduled_priority)


def book_outside_the_turn(driver: DrsDriver) -> None:
    order = _order(driver, priority=driver.data.scheduled_priority)
    for week in range(4):
        _book(driver, driver.weekday(3 * week, MONDAY), MORNING, order)


def _other_caller(driver: DrsDriver) -> DrsDriver:
    return DrsDriver(driver.target, driver.data)


def search_after_another_caller(driver: DrsDriver) -> None:
    day = _monday(driver)
    _search(driver, day)
    _fill(_other_caller(driver), day)
    _search(driver, day)


def reserve_beside_another_caller(driver: DrsDriver) -> None:
    day, other = _monday(driver), _other_caller(driver)
    _fill(driver, day, leave=1)
    order = _order(driver, quantity="8")
    driver.ask("createReservation", theBooking=driver.booking(order, **_window(driver, day, WHOLE_DAY)))
    _search(other, day)


def book_the_last_place_together(driver: DrsDriver) -> None:
    day = _monday(driver)
    _fill(driver, day, leave=1)
    orders = [_order(driver, f"N{count}", quantity="8") for count in range(2)]
    threads = [Thread(target=_book, args=(driver, day, WHOLE_DAY, order)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def use_a_number_of_another_user(driver: DrsDriver) -> None:
    _order(driver)
    driver.call("createOrder", driver.order_members(primaryOrderNumber="N1", userId="another"))


def told(story: Story, target: Target, data: Any) -> list[Reply]:
    """Return the replies that a target gives in a story. The order of those of two threads does not count."""
    recording = RecordingTarget(target)
    story(DrsDriver(recording, data))
    replies = [reply for _, reply, _ in recording.list_events()]
    return sorted(replies, key=repr) if story is book_the_last_place_together else replies


STORIES: dict[str, Story] = {
    "a booking that moves to another day keeps its place on the old one": move_to_another_day,
    "a booking that moves to other hours of its day keeps the old ones": move_within_the_day,
    "deleteOrder frees the place of the first booking only": delete_an_order_of_two,
    "a booking whose move is refused loses the place it has": refuse_a_move,
    "a booking that is refused a place keeps the window it was refused for": refuse_a_first_place,
    "deleteBooking cancels all bookings of the order": cancel_one_of_two,
    "deleteBooking cancels the follow-on bookings too": cancel_before_a_follow_on,
    "getSchedule still lists the visits of a deleted order": look_at_the_day_of_a_deleted_order,
    "the number of a deleted order cannot be used again": create_a_deleted_number,
    "the bookingId of the latest booking is given again once that is deleted": create_after_a_cancellation,
    "a booking uses up a bookingId for each of its codes": create_with_two_codes,
    "the place of a reservation that has lapsed stays taken": let_a_reservation_lapse,
    "an order that is completed before its visit keeps the place of the visit": complete_before_the_visit,
    "the slots of today are offered until they end": search_today,
    "a visit that begins within two hours is offered and refused": book_within_two_hours,
    "Friday afternoons are offered and refused": book_a_friday_afternoon,
    "the fifth visit of a day is offered and refused": book_five_of_a_day,
    "the last day of February is offered and refused": book_the_last_of_february,
    "a window of several days is only tried on its first": book_over_a_full_day,
    "a search takes each code once, whatever its quantity": search_for_a_long_job,
    "a further booking takes as long as the order's first one": add_a_longer_booking,
    "a place is only looked for with the first operative of a trade": book_the_second_operative,
    "recurring visits take no time in a search": search_beside_recurring_visits,
    "hours off within a day take no time in a search": search_hours_off,
    "a search counts the operatives of other contracts too": search_for_another_contract,
    "a search for work of two trades looks for the first only": search_for_two_trades,
    "a search is answered as before though an order was deleted": search_after_a_deletion,
    "a search is answered as before though an operative's day was changed": search_after_a_change,
    "a day that is full has a best slot": search_a_full_day,
    "a day has one best slot at most": search_a_week,
    "onlyBestSlots fullPeriod is read as day": search_for_the_best_of_a_week,
    "travel does not count for the best slots": search_a_week,
    "comments are counted after they are trimmed": comment_at_length,
    "a priority may be in other case": spell_a_priority,
    "an SOR code may be in other case": spell_a_code,
    "selectOrder trims the numbers that it looks for": select_with_blanks,
    "leading zeros of a locationID are dropped": name_a_place_with_zeros,
    "line breaks in comments become blanks": comment_on_two_lines,
    "planning windows are cut to whole minutes": book_to_the_second,
    "a targetDate loses its milliseconds": target_a_millisecond,
    "the last of several codes decides the trade": create_with_two_codes,
    "bookingReason is ignored where no window is sent": book_without_a_window,
    "lockAfterSchedule locks no operative": lock_an_operative,
    "createReservation ignores timeLock": lock_a_reserved_time,
    "createReservation ignores force": force_a_reservation,
    "only the first of resourceIDs counts": search_for_two_operatives,
    "createBooking ignores locationID": book_elsewhere,
    "actionTaken is ignored": say_what_was_done,
    "selectBooking ignores returnBookingsTo": select_until,
    "bookingLifeCycleStatus comes before bookingId": follow_the_workflow,
    "quantityUsed comes before quantity": follow_the_workflow,
    "reason of an alert comes before createDateTime": say_what_was_done,
    "type of a business datum comes before name": read_the_meta_data,
    "status of an order comes before priority": follow_the_workflow,
    "address3 and address4 are exchanged": follow_the_workflow,
    "the fault code has the prefix of another namespace": call_nothing,
    "answers name no charset": read_the_meta_data,
    "faults are sent as text/plain": call_nothing,
    "faults come at HTTP 200": call_nothing,
    "a session lasts until five minutes past midnight": stay_past_midnight,
    "a session ends at midnight in UTC": stay_past_midnight,
    "a right login or a right password is enough": open_with_a_wrong_login,
    "what comes after the right password is not read": open_with_a_longer_password,
    "closeSession ends the sessions of all callers": close_one_of_two,
    "the turns of areas begin a week late": search_all_turns,
    "the turns of areas change on Tuesday": search_all_turns,
    "a booking can be scheduled outside its area's turn": book_outside_the_turn,
    "a session is offered what another one has taken": search_after_another_caller,
    "a reservation holds against its own session only": reserve_beside_another_caller,
    "two callers at the same time get the last place": book_the_last_place_together,
    "an order number is unique for a user only": use_a_number_of_another_user,
}
"""The story of each slip, by its statement."""
