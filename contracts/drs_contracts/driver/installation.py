"""What a driver must know of an installation to call it, and what only the installation's own profile tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, ClassVar, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from drs_simulator import Profile

from drs_contracts.driver.expectations import NeedNotMetError

Hours: TypeAlias = "tuple[tuple[time, time], ...]"
"""The slots of a day, each from its begin to its end, in local time."""


def _find_turn(profile: Profile) -> date | None:
    """The first day of a turn of the first location's area; ``None`` without areas, or if it is in none of them."""
    areas, sector = profile.areas, profile.locations[0].sector if profile.locations else None
    if areas is None or sector not in areas.sectors:
        return None
    return areas.first_day + timedelta(weeks=areas.weeks * areas.sectors.index(sector))


def _list_callbacks(profile: Profile) -> tuple[str, ...]:
    ordering = profile.ordering
    is_posted = {
        "bookingConfirmation": "schedule" in ordering.confirmation_after,
        "completedBooking": ordering.completion_push,
        "bookingCancellation": ordering.cancellation_push != "none",
    }
    return tuple(name for name, posted in is_posted.items() if posted)


def _find_workers(profile: Profile, priority: str) -> dict[str, Workers]:
    """Who does the work of each SOR code at the first location under the first contract, for that priority."""
    location = profile.locations[0] if profile.locations else profile.unknown_location
    templates = {template.name: template for template in profile.job_templates}
    found = {}
    for code in profile.sor_codes:
        template = templates.get(code.job_template or code.trade)
        if template is not None:
            template = templates.get(template.by_priority.get(priority, ""), template)
        trades = (code.trade,) if template is None else template.trades
        rule = "any" if template is None else template.sectors
        sectors = {"any": 0, "primary": 1, "secondary": len(profile.sectors)}[rule]
        ids = frozenset(
            each.id
            for each in profile.operatives
            if profile.contracts[0] in each.contracts
            and set(trades) <= set(each.trades)
            and (not sectors or location.sector in each.sectors[:sectors])
        )
        if code.trade or code.job_template:
            found[code.code] = Workers(ids, template is not None and template.operatives > 1)
    return found


def _find_quotas(profile: Profile) -> dict[tuple[str, str], int]:
    """How many minutes of a day operatives give to work of priorities with a type, by both ids, if they have quotas."""
    quotas = {
        (each.id, priority.id): each.quotas.of(priority.type)
        for priority in profile.priorities
        if priority.type and not priority.bound_to_areas
        for each in profile.operatives
        if each.quotas
    }
    return {ids: quota for ids, quota in quotas.items() if quota is not None}


def _find_first_days(profile: Profile) -> dict[str, int]:
    """On which day from today on the slots template of a priority begins, by the priority's id, if it is not today."""
    first_days = {template.name: template.first_day for template in profile.slots_templates}
    found = {priority.id: first_days.get(priority.slots_template or "", 0) for priority in profile.priorities}
    return {priority: first_day for priority, first_day in found.items() if first_day}


class Workers(NamedTuple):
    """The ids of those who can come to the location for some work, and whether two come together."""

    operative_ids: frozenset[str]
    are_paired: bool


@dataclass(frozen=True, slots=True)
class HiddenSettings:
    """What no call finds out of an installation: only its own profile tells.

    Args:
        workers: Those who come for the work of each SOR code, by the code.
        quotas: How many minutes of a day an operative gives to work of a priority, by the ids of both.
        default_template: The job template of work without an SOR code; ``None`` if none is marked as the default.
        archived_after_days: How many days after it was created an order is archived; ``None`` if none is.
        first_days: The first day of the slots template of a priority, counted from today, by the priority's id; without
            those that begin today.
    """

    workers: Mapping[str, Workers]
    quotas: Mapping[tuple[str, str], int]
    default_template: str | None
    archived_after_days: int | None
    first_days: Mapping[str, int]

    @classmethod
    def of(cls, profile: Profile, priority: str) -> HiddenSettings:
        """Those of a profile, with the workers for that priority."""
        return cls(
            workers=_find_workers(profile, priority),
            quotas=_find_quotas(profile),
            default_template=next((each.name for each in profile.job_templates if each.default), None),
            archived_after_days=profile.ordering.archived_after_days,
            first_days=_find_first_days(profile),
        )


@dataclass(frozen=True, slots=True)
class TestData:
    """What a driver must know of an installation to call it. Hours are local.

    ``contracts`` are all that are known, ``contract`` among them; empty where no other is. ``priority`` gets
    appointments in every area at any time; ``scheduled_priority`` waits for its area's turn, where there are areas.
    ``area_turns`` has the weeks of a turn and the number of areas, ``turn_begins`` the first day of a turn of the
    location's area, where that is known. ``job_codes`` are the SOR codes that have a job template.
    ``slots`` are those of every day, but for the weekdays (Monday is 0) in ``slots_by_weekday``. ``platform`` is the
    version of Apache CXF, empty if it is another one. ``not_found`` has what no value is known of, with the reason as
    a sentence; to read such a member raises ``NeedNotMetError``. A best slot adds as many more kilometres than another
    as ``best_slot_tolerance_km`` says, at most. ``callbacks`` are the names of the messages that DRS posts to the
    council's service for what callers do. ``hidden_settings`` is ``None`` unless the profile is the DRS's own.
    """

    contract: str
    location_id: str
    sor_code: str
    priority: str
    slots: Hours
    day_cap: int
    zone: ZoneInfo
    long_period_day_cap: int
    reservation_minutes: int
    suspended_status: str
    scheduled_priority: str
    priority_required: bool
    contracts: tuple[str, ...] = ()
    area_turns: tuple[int, int] | None = None
    turn_begins: date | None = None
    job_codes: tuple[str, ...] = ()
    sor_code_without_template: str | None = None
    quantities_below_1: str = "refuse"
    blank_priorities: str = "refuse"
    sent_members: str = "return"
    follow_ons_from_completed: str = "refuse"
    unknown_sor_codes: str = "accept"
    missing_sor_codes: str = "default_template"
    best_slot_tolerance_km: float = 0.1
    callbacks: tuple[str, ...] = ()
    order_number_prefix: str = "CONTRACT-"
    user_id: str = "drs-contracts"
    slots_by_weekday: Mapping[int, Hours] = field(default_factory=dict)
    platform: str = "cxf-2.6"
    hidden_settings: HiddenSettings | None = None
    not_found: Mapping[str, str] = field(default_factory=dict)

    # A class whose name begins with Test is none of tests.
    __test__: ClassVar[bool] = False

    @classmethod
    def of(cls, profile: Profile) -> TestData:
        """The test data of a profile: its first contract, location, priorities and SOR code with a trade."""
        first = profile.priorities[0]
        priority = next((each for each in profile.priorities if not each.bound_to_areas), first).id
        return cls(
            contract=profile.contracts[0],
            contracts=tuple(profile.contracts),
            location_id=profile.locations[0].id if profile.locations else profile.unknown_location.id,
            sor_code=next(code.code for code in profile.sor_codes if code.trade or code.job_template),
            priority=priority,
            scheduled_priority=next((each for each in profile.priorities if each.bound_to_areas), first).id,
            priority_required=profile.availability.priority_required,
            area_turns=None if profile.areas is None else (profile.areas.weeks, len(profile.areas.sectors)),
            turn_begins=_find_turn(profile),
            job_codes=tuple(code.code for code in profile.sor_codes if code.trade),
            slots=tuple((slot.begin, slot.end) for slot in profile.availability.slots),
            day_cap=profile.availability.day_cap,
            best_slot_tolerance_km=profile.availability.best_slot_tolerance_km,
            zone=profile.zone,
            long_period_day_cap=profile.availability.long_period_day_cap,
            reservation_minutes=profile.ordering.reservation_minutes,
            suspended_status=profile.ordering.suspended_status,
            quantities_below_1=profile.ordering.quantities_below_1,
            blank_priorities=profile.ordering.blank_priorities,
            sent_members=profile.ordering.sent_members,
            follow_ons_from_completed=profile.ordering.follow_ons_from_completed,
            unknown_sor_codes=profile.ordering.unknown_sor_codes,
            missing_sor_codes=profile.ordering.missing_sor_codes,
            sor_code_without_template=next(
                (code.code for code in profile.sor_codes if not (code.trade or code.job_template)), None
            ),
            callbacks=_list_callbacks(profile),
            platform=profile.gateway.platform,
            hidden_settings=HiddenSettings.of(profile, priority),
        )

    def __getattribute__(self, name: str) -> Any:
        missing: Mapping[str, str] = object.__getattribute__(self, "not_found")
        if name in missing:
            raise NeedNotMetError(missing[name])
        return object.__getattribute__(self, name)

    def slots_on(self, weekday: int) -> Hours:
        """The slots of a weekday; Monday is 0."""
        return self.slots_by_weekday.get(weekday, self.slots)
