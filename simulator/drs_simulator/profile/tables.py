"""The settings of an installation of DRS: slots, contracts, trades, SOR codes, operatives, areas, messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import nan
from string import Formatter
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from drs_simulator.profile.assumptions import AssumptionSettings
from drs_simulator.profile.planning_rules import DayOffCalendar, JobTemplate, PriorityType, Quotas, SlotsTemplate
from drs_simulator.profile.values import WEEKDAYS, Hours, Settings, Text, Weekday

EVIDENCE_GRADES = ("seen", "published", "client", "vendor", "measured", "presumed")
"""How a setting can be known, best first; the evidence of a key begins with one of them, and then says the source."""


def _zone_exists(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"'{name}' is not a time zone, Europe/London is one") from error
    return name


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) else value


class _Degrees:
    """Checks a coordinate: a number of degrees between ``-limit`` and ``limit``."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def __call__(self, text: str) -> str:
        try:
            degrees = float(text)
        except ValueError:
            degrees = nan
        if not -self._limit <= degrees <= self._limit:
            raise ValueError(f"'{text}' is not a number of degrees between -{self._limit} and {self._limit}")
        return text


def _check_placeholders(text: str, names: frozenset[str]) -> str:
    for _, name, spec, conversion in Formatter().parse(text):
        if name is not None and (name not in names or spec or conversion):
            *others, last = [f"{{{known}}}" for known in sorted(names)] or ["nothing"]
            known = f"{', '.join(others)} and {last}" if others else last
            raise ValueError(f"'{{{name}}}' cannot be filled in here, {known} can")
    return text


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _as_cap_warning(text: str) -> str:
    return _check_placeholders(text, frozenset({"cap"}))


def _as_datum(text: str) -> str:
    return _check_placeholders(text, _OF_A_DATUM)


_OF_A_DATUM = frozenset({"user_id", "reason", "life_cycle", "status", "sequence", "suspend_comment"})
TimeZone = Annotated[str, AfterValidator(_zone_exists)]
# Kept as text, because DRS prints a coordinate with the digits that it was entered with.
Latitude = Annotated[str, BeforeValidator(_as_text), AfterValidator(_Degrees(90))]
Longitude = Annotated[str, BeforeValidator(_as_text), AfterValidator(_Degrees(180))]


class AvailabilitySettings(Settings):
    """How checkAvailability answers.

    Args:
        slots: The slots of jobs without a slots template, in the order in which they are listed.
        working_days: The weekdays that have those slots. Other days are listed without slots.
        day_cap: How many days an answer has at most.
        cap_warning: The warning of an answer that is cut to the cap.
        priority_required: Whether a request without a priority is refused.
        long_period_day_cap: The cap of a request with ``checkAvailType`` longPeriod.
        best_slots_yes: What ``yes`` in ``onlyBestSlots`` means; with ``no`` it is not read, since the interface has no
            such value (measured).
        best_slot_tolerance_km: How much more travel than the least a slot may add and still be a best slot.
    """

    slots: Annotated[tuple[Hours, ...], Field(min_length=1)]
    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS[:5]
    day_cap: Annotated[int, Field(ge=1, le=366)] = 7
    cap_warning: Annotated[str, AfterValidator(_as_cap_warning)] = (
        "The number of days returned has been limited to {cap} day"
    )
    priority_required: bool = True
    long_period_day_cap: Annotated[int, Field(ge=1, le=366)] = 28
    best_slots_yes: Literal["day", "fullPeriod", "no"] = "day"
    best_slot_tolerance_km: Annotated[float, Field(ge=0)] = 0.1


class OrderingSettings(Settings):
    """How orders and bookings are created, numbered and planned.

    Args:
        first_order_id: The id of the first order.
        first_booking_id: The id of the first booking.
        comments_limit: How many characters comments may have.
        unknown_locations: Whether an order for a location that DRS does not know is accepted, as ``unknown_location``.
        repeated_order_numbers: Whether createOrder with the number of an existing order is refused.
        reason_when_created: The reason of a new booking.
        reason_when_scheduled_without: The reason of a booking that is scheduled without one.
        category: The category of a booking.
        reservation_minutes: How long a reservation holds its place.
        suspended_status: The status of a suspended booking.
        confirmation_after: What the council's service is notified of with a bookingConfirmation.
        completion_push: Whether it gets a completedBooking.
        cancellation_push: Whether it gets a message on deleted bookings, in the form of a confirmation.
        planning_horizon_days: How many days ahead a place is searched when scheduleBooking names no window.
        unknown_sor_codes: Whether a code that DRS does not know is refused, or accepted without a valid job template.
        missing_sor_codes: Whether an order or booking without codes is refused, or gets the default job template.
        default_template: The trade of the default job template; empty for that of the first SOR code that has one.
        quantities_below_1: Whether a quantity such as 0.25 is accepted. It must be above 0 in any case.
        blank_priorities: Whether a priority of white space is accepted, for orders without a priority.
        default_minutes: How long unknown codes take, and bookings without codes.
        sent_members: Whether answers show what callers sent of the members that DRS only keeps: secondary and tertiary
            number, extended comments, reason and subcontract of an order; description, comments, value, reference and
            trade of a code.
        archived_after_days: When orders are archived, so that selectOrder does not find them; absent for never.
        follow_ons_from_completed: Whether updateBooking takes a follow-on of a booking that is completed already.
    """

    first_order_id: Annotated[int, Field(ge=1)] = 290640
    first_booking_id: Annotated[int, Field(ge=1)] = 149996
    comments_limit: Annotated[int, Field(ge=1)] = 255
    unknown_locations: Literal["accept", "refuse"] = "accept"
    unknown_sor_codes: Literal["accept", "refuse"] = "accept"
    missing_sor_codes: Literal["default_template", "refuse"] = "default_template"
    default_template: str = ""
    quantities_below_1: Literal["refuse", "accept"] = "refuse"
    blank_priorities: Literal["refuse", "accept"] = "refuse"
    sent_members: Literal["return", "drop"] = "return"
    archived_after_days: Annotated[int, Field(ge=1, le=36600)] | None = None
    follow_ons_from_completed: Literal["refuse", "accept"] = "refuse"
    default_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60
    repeated_order_numbers: Literal["refuse", "accept"] = "refuse"
    reason_when_created: str = "FIRST"
    reason_when_scheduled_without: str = "first"
    category: str = "TASK"
    reservation_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 15
    suspended_status: Text = "SUSPENDED"
    confirmation_after: tuple[Literal["schedule", "move", "confirm"], ...] = ("schedule", "move", "confirm")
    completion_push: bool = False
    cancellation_push: Literal["none", "confirmation-like"] = "none"
    planning_horizon_days: Annotated[int, Field(ge=1, le=3660)] = 365


_REMOVED_SETTINGS = {
    "qualified_elements": "a qualified member is a fault on every platform; take it out",
    "wrong_values": "the platform says which values are faults, and strict = true makes all of them faults",
    "soap_1_2": "SOAP 1.2 is a fault on every platform; take it out",
    "unknown_operations": "the platform says how an unknown operation is answered; write platform instead",
}


class GatewaySettings(Settings):
    """What the SOAP gateway accepts, and how it writes.

    Args:
        platform: The version of Apache CXF whose behaviour is simulated; ``soap/platform.py`` has the differences.
        strict: Whether what the platform lets through in silence (an unknown value of an enumeration, ``yes`` for a
            boolean, a wrapper in a wrong namespace, a second element) is a fault, for teams that want that in CI.
        no_request: What DRS does when an operation is called without its request: a fault, or the refusal of an empty
            one (presumed).
        interface: The published interface, or the one that was observed.
        interface_version: The version in the namespace of the WSDL.
        wsdl_style: Whether ``?wsdl`` is one file or two, as CXF splits it.
        default_namespace_wrapper: What happens to a wrapper in a default namespace that its child undeclares.
        unknown_elements: What happens to elements that the interface lacks; ``platform`` for what the version does.
        max_body_bytes: The simulator's own limit on a body.
        max_depth: The simulator's own limit on nested elements.
    """

    platform: Literal["cxf-2.2", "cxf-2.6", "cxf-2.7", "cxf-3.1", "cxf-3.5"] = "cxf-2.6"
    strict: bool = False
    no_request: Literal["fault", "refuse"] = "fault"
    interface: Literal["observed", "published"] = "observed"
    interface_version: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")] = "5.2.0.16"
    wsdl_style: Literal["single", "cxf"] = "cxf"
    default_namespace_wrapper: Literal["fault", "accept"] = "fault"
    unknown_elements: Literal["platform", "fault", "ignore"] = "platform"
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    max_depth: Annotated[int, Field(ge=16, le=200)] = 200

    @model_validator(mode="before")
    @classmethod
    def _names_removed_settings(cls, value: object) -> object:
        found = [name for name in _REMOVED_SETTINGS if isinstance(value, dict) and name in value]
        if found:
            raise ValueError(". ".join(f"{name} is no longer a setting: {_REMOVED_SETTINGS[name]}" for name in found))
        return value


class Messages(Settings):
    """The texts of refusals. Those that are not seen in DRS are presumed: set your own where you know better."""

    login_refused: str = "Invalid login or password"
    session_invalid: str = "Invalid session. Call openSession for a sessionId of today"
    field_required: str = "{field} is required"
    too_long: str = "{field} has {length} characters, at most {limit} are allowed"
    not_a_number: str = "{field} must be a number of at least 1, not '{value}'"
    not_positive: str = "{field} must be a number above 0, not '{value}'"
    contract_unknown: str = "Unknown contract '{value}' in {field}"
    priority_unknown: str = "Unknown priority '{value}' in {field}. Case and spelling must match"
    location_unknown: str = "Unknown location '{value}' in {field}"
    sor_code_unknown: str = "Unknown SOR code '{value}' in {field}"
    window_reversed: str = "{begin} must be before {end}"
    window_past: str = "{field} is in the past"
    order_unknown: str = "Unable to find order in OptiTime Web: {number}"
    order_exists: str = "order already exists: {number}"
    order_id_given: str = "orderId must be 0 or absent to create an order, not {value}"
    order_missing: str = "no order exists: {number}"
    order_completed: str = "Order {number} is completed"
    booking_unknown: str = "Unable to find booking {booking_id}"
    booking_completed: str = "Booking {booking_id} is completed"
    booking_not_reserved: str = "Booking {booking_id} has no reservation, or it has lapsed"
    life_cycle_refused: str = "Booking {booking_id} is {was} and cannot become {becomes}"
    operative_unknown: str = "Unknown resource '{value}' in {field}"
    value_not_allowed: str = "'{value}' is not allowed in {field}"
    planning_failed: str = "Error in Booking.schedule. Error in modifyJob Planning failed"

    @field_validator("*")
    @classmethod
    def _can_be_filled_in(cls, text: str, info: ValidationInfo) -> str:
        default = cls.model_fields[info.field_name or ""].default
        return _check_placeholders(text, _placeholders(default))


class AreaSettings(Settings):
    """The city's sectors, which are served in turn.

    Priorities that are not ``bound_to_areas`` get appointments in every sector at any time (client: Areas).

    Args:
        sectors: The sectors, in the order of their turns.
        weeks: How many weeks a turn has.
        first_day: The day on which the first sector's turn begins.
    """

    sectors: Annotated[tuple[Text, ...], Field(min_length=1)]
    weeks: Annotated[int, Field(ge=1, le=52)] = 3
    first_day: date


class Priority(Settings):
    """One priority; its id must match in case and spelling (client: DRS documentation).

    Args:
        id: The priority as callers send it.
        title: What it means, for people.
        bound_to_areas: Whether its work is done only in the turn of the property's area.
        type: How far its work may fill an operative's day (vendor: u8c2zn3l73, a2jkrrlcrb); without one there is no
            limit.
        slots_template: The slots of its orders; it takes precedence over the job template's.
    """

    id: Text
    title: str = ""
    bound_to_areas: bool = False
    type: PriorityType | None = None
    slots_template: Text | None = None


class SorCode(Settings):
    """One code of the schedule of rates: its job template (trade) and its standard minutes.

    A code with neither a job template nor a trade has no valid job template: its bookings cannot be planned (seen:
    Appendix B 5).

    Args:
        code: The code as callers send it.
        description: What the work is.
        trade: The trade that an operative needs.
        job_template: The job template; without one the trade is its own template.
        minutes: How long the work takes, for a quantity of 1.
    """

    code: Text
    description: str = ""
    trade: str = ""
    job_template: str = ""
    minutes: Annotated[int, Field(ge=1, le=24 * 60)]


class LocationSettings(Settings):
    """DRS's own record of a property.

    Args:
        id: The ``locationID`` that callers send.
        name: Its name.
        address1: The first line of its address.
        address2: The second line.
        address3: The third line.
        address4: The fourth line.
        agency: The agency that answers show.
        country: Its country.
        latitude: Degrees north, as text with the digits that answers show.
        longitude: Degrees east.
        post_code: Its post code.
        workflow_type: The workflow type that answers show.
        sector: The sector that it lies in, where the installation has sectors or areas.
    """

    id: Text
    name: str | None = None
    address1: Text
    address2: str | None = None
    address3: str | None = None
    address4: str | None = None
    agency: str | None = None
    country: str | None = None
    latitude: Latitude
    longitude: Longitude
    post_code: Text
    workflow_type: str = "0000"
    sector: str | None = None


class RecurringVisit(Settings):
    """Work that an operative does every week at the same time and place; DRS plans around it.

    Args:
        days: The weekdays.
        hours: From when to when.
        latitude: Degrees north of the place.
        longitude: Degrees east of the place.
    """

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    hours: Hours
    latitude: Latitude
    longitude: Longitude


class OperativeSettings(Settings):
    """One operative: trades, working hours, and the place where their day begins and ends.

    Args:
        id: The id that DRS gives the operative.
        code: The operative's code.
        name: The operative's name.
        trades: What the operative can do.
        contracts: The contracts whose work the operative does.
        hours: The working hours of a day.
        working_days: The weekdays on which the operative works.
        latitude: Degrees north of the place where the day begins and ends.
        longitude: Degrees east of that place.
        recurring_visits: Work at the same time every week.
        sectors: The operative's sectors, the primary one first.
        lunch: A fixed break, spent where the day begins (presumed).
        quotas: How many minutes of a day may be filled for each type of priority.
        day_off_calendar: The operative's own calendar, in place of the installation's.
    """

    id: Text
    code: Text
    name: Text
    trades: Annotated[tuple[Text, ...], Field(min_length=1)]
    contracts: Annotated[tuple[Text, ...], Field(min_length=1)]
    hours: Hours
    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS[:5]
    latitude: Latitude
    longitude: Longitude
    recurring_visits: tuple[RecurringVisit, ...] = ()
    sectors: tuple[Text, ...] = ()
    lunch: Hours | None = None
    quotas: Quotas | None = None
    day_off_calendar: Text | None = None


class BusinessDatum(Settings):
    """A name and value of every booking, in which words in braces are filled in.

    ``{user_id}``, ``{reason}``; ``{life_cycle}`` in lower case; ``{status}``, which is the life cycle or ``suspended``;
    ``{suspend_comment}``, what was said when it was suspended; ``{sequence}``, ``FIRST`` or ``FOLLOW ON``. A value that
    comes out empty is left out.

    Args:
        name: The name.
        value: The value, in which the words in braces are filled in.
    """

    name: Text
    value: Annotated[str, AfterValidator(_as_datum)] | None = None


class ProfileTables(Settings):
    """The tables of a profile, each consistent in itself.

    ``evidence`` has the grade (of ``EVIDENCE_GRADES``) and source of settings, by key.

    Args:
        name: The profile's name.
        title: The installation's name, for people.
        instance: The instance in the gateway's path, ``/OTWebServiceGateway_<INSTANCE>/ws/soap``.
        timezone: The time zone of all local times.
        contracts: The contracts that requests may name.
        unavailability_reasons: The reasons that an operative's absence may have.
        sectors: The sectors of an installation without ``areas``.
        day_off_calendar: The calendar of every operative who has none of their own.
    """

    name: Text
    title: str
    instance: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    timezone: TimeZone = "Europe/London"
    contracts: Annotated[tuple[Text, ...], Field(min_length=1)]
    availability: AvailabilitySettings
    ordering: OrderingSettings = OrderingSettings()
    gateway: GatewaySettings = GatewaySettings()
    messages: Messages = Messages()
    assumptions: AssumptionSettings = AssumptionSettings()
    priorities: Annotated[tuple[Priority, ...], Field(min_length=1)]
    sor_codes: Annotated[tuple[SorCode, ...], Field(min_length=1)]
    operatives: Annotated[tuple[OperativeSettings, ...], Field(min_length=1)]
    locations: tuple[LocationSettings, ...] = ()
    unknown_location: LocationSettings
    business_data: tuple[BusinessDatum, ...] = ()
    unavailability_reasons: tuple[Text, ...] = ("Holiday", "Sickness", "Training")
    areas: AreaSettings | None = None
    sectors: tuple[Text, ...] = ()
    slots_templates: tuple[SlotsTemplate, ...] = ()
    job_templates: tuple[JobTemplate, ...] = ()
    day_off_calendars: tuple[DayOffCalendar, ...] = ()
    day_off_calendar: Text | None = None
    evidence: Mapping[str, str] = {}
