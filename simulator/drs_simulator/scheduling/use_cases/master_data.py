"""The use cases of bookings and alerts, SOR codes and metadata."""

from __future__ import annotations

from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.commands import AlertFilter, BookingFilter, CodeDefinitions
from drs_simulator.scheduling.context import UseCaseContext, only_reads
from drs_simulator.scheduling.model import PlannedBooking
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.bookings import has_business_data
from drs_simulator.scheduling.use_cases.orders import is_in_period, overlaps

_DAY_MINUTES = 24 * 60


@only_reads
def select_bookings(context: UseCaseContext, wanted: BookingFilter) -> tuple[PlannedBooking, ...]:
    """Return the bookings that match every filter that is sent; without a filter, all.

    By ``bookingStatus``, ``contract``, ``workers``, ``theBusinessData`` and ``theOrderBusinessData``, the period in
    which they lie (``returnBookingsFrom`` and ``…To``: by assigned time, or by the planning window before one is
    assigned) and that of their planning window (``returnBookingsPWFrom`` and ``…PWTo``).

    Refuses: an unknown contract or operative; a period that ends before it begins.

    Evidence: presumed; members published.
    """
    validator = context.validator
    contracts = validator.contracts(*wanted.contracts)
    for operative_id in wanted.operative_ids:
        validator.operative("workers", operative_id)
    validator.period(wanted.begin, wanted.end, ("returnBookingsFrom", "returnBookingsTo"))
    validator.period(wanted.window_begin, wanted.window_end, ("returnBookingsPWFrom", "returnBookingsPWTo"))
    window = (wanted.window_begin, wanted.window_end)
    found = []
    for booking in context.transaction.bookings():
        fits = (
            (not wanted.statuses or booking.life_cycle in wanted.statuses)
            and booking.contract in contracts
            and (not wanted.operative_ids or any(each in wanted.operative_ids for each in booking.operative_ids))
            and has_business_data(context.profile, booking, wanted.business_data)
            and is_in_period(context.profile, (booking.window_start, booking.window_end), window)
        )
        if fits:
            planned = context.planner.with_times(booking)
            if overlaps(context.profile, planned, wanted.begin, wanted.end):
                found.append(planned)
    return tuple(found)


@only_reads
def select_alerts(context: UseCaseContext, wanted: AlertFilter) -> tuple[PlannedBooking, ...]:
    """Return the bookings that a planner should look at, oldest alert first: by ``alertType``, ``contract``, period.

    RESCHEDULEFAILURES are those that lost their place, SUSPENDEDJOBS those that an operative suspended. An alert
    ends when its booking is scheduled, completed or cancelled.

    Refuses: a missing or unknown contract; a period that ends before it begins.

    Evidence: presumed; members and the two types are published; that jobs are suspended: vendor (o8gbpb5o3s).
    """
    validator = context.validator
    contracts = validator.contracts(validator.required("contract", wanted.contracts))
    validator.period(wanted.begin, wanted.end, ("periodBegin", "periodEnd"))
    found = [
        (booking.alert.created, booking)
        for booking in context.transaction.bookings()
        if booking.alert is not None
        and booking.contract in contracts
        and (not wanted.reasons or booking.alert.reason in wanted.reasons)
        and (wanted.begin is None or booking.alert.created >= wanted.begin)
        and (wanted.end is None or booking.alert.created <= wanted.end)
    ]
    return tuple(
        context.planner.with_times(booking) for _, booking in sorted(found, key=lambda each: (each[0], each[1].id))
    )


def update_booking_codes(context: UseCaseContext, request: CodeDefinitions) -> None:
    """Add or change SOR codes; a new one can be booked at once.

    A code without ``trade`` has no valid job template. Existing bookings keep their codes as they were.

    Refuses: a missing field, an unknown contract, a ``bookingCodeTime`` that is not between one minute and a day.

    Evidence: vendor (a code has minutes and a job template: 6hwlwhymxr; without one the template is invalid:
    02tfyrsxcm); members published; that bookings keep what their codes stood for: presumed.
    """
    validator = context.validator
    validator.contracts(validator.required("contract", request.contracts))
    for sent in validator.required("theBookingCodeDefinitions", request.definitions):
        validator.contract(sent.contract)
        code = validator.required("bookingCode", sent.code)
        description = validator.required("bookingCodeDescription", sent.description)
        minutes = validator.required("bookingCodeTime", sent.minutes)
        if not 1 <= minutes <= _DAY_MINUTES:
            text = context.profile.messages.value_not_allowed
            raise Refusal(text.format(value=minutes, field="bookingCodeTime"))
        context.transaction.put_sor_code(
            SorCode(code=code, description=description, trade=sent.trade or "", minutes=minutes)
        )


@only_reads
def select_meta_data(context: UseCaseContext, contract: str | None) -> Profile:
    """Return the installation's settings: business data, a resource template for each trade, reasons of unavailability.

    Refuses: a missing or unknown contract.

    Evidence: presumed; members published. That there are business data: vendor (pe6r89syfz).
    """
    context.validator.contract(contract)
    return context.profile
