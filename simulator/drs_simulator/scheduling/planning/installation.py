"""An installation as its profile describes it, and as callers have changed it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from drs_simulator.profile.model import Profile
from drs_simulator.profile.planning_rules import PriorityType, weekdays_of
from drs_simulator.profile.tables import SorCode
from drs_simulator.profile.values import WEEKDAYS, Hours
from drs_simulator.scheduling.model import BookingCode, DaySlots, JobRules, Location, Operative, Slot
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.availability_cache import AvailabilityCache
from drs_simulator.scheduling.planning.day_route import DayRoutes
from drs_simulator.scheduling.planning.job_rules import RuleBook
from drs_simulator.scheduling.planning.shifts import WorkingDay, operative_from, working_day
from drs_simulator.scheduling.planning.slots import SlotView
from drs_simulator.scheduling.store import Transaction

_MAX_DAYS = 1024
"""As many days as almost three planning horizons of a year."""
Periods = tuple[tuple[datetime, datetime], ...]
_MAX_VIEWS = 256
"""More than a day of four slots can have: each is free or not, among the best or not, listed or not."""


class Installation:
    """A profile with look-ups, and the caches of its simulator. Local days and times are in its time zone.

    Args:
        profile: How the installation is set up.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.zone = profile.zone
        self.priorities = {priority.id: priority for priority in profile.priorities}
        self.operatives = {operative.id: operative_from(operative) for operative in profile.operatives}
        self._rule_book = RuleBook(profile)
        self.sor_codes = {
            sor_code.code: sor_code.model_copy(update={"trade": self._rule_book.trade_of(sor_code)})
            for sor_code in profile.sor_codes
        }
        self._settings_of = {operative.id: operative for operative in profile.operatives}
        self._slots_templates = {template.name: template for template in profile.slots_templates}
        self._day_off_calendars = {calendar.name: calendar for calendar in profile.day_off_calendars}
        weekdays = weekdays_of(profile.slots_templates).union(profile.availability.working_days)
        self._weekdays = tuple(weekday for weekday in WEEKDAYS if weekday in weekdays)
        self.locations = {location.id: Location(**location.model_dump()) for location in profile.locations}
        self._unknown_location = Location(**profile.unknown_location.model_dump())
        self.availability_cache = AvailabilityCache()
        self.day_routes = DayRoutes()
        self.day = lru_cache(_MAX_DAYS)(self._day)

    def works_on(self, day: date) -> bool:
        """Whether appointments of any kind are offered on that weekday at all."""
        return calendar.works_on(day, self._weekdays)

    def is_day_off(self, operative_id: str, day: date) -> bool:
        """Whether the day is in the operative's day-off calendar (vendor: rk49mc32f2)."""
        own = self._settings_of[operative_id].day_off_calendar
        name = own or self.profile.day_off_calendar
        return name is not None and self._day_off_calendars[name].has(day)

    def lunch_of(self, operative_id: str) -> Hours | None:
        """Return the operative's lunch break, if they have one."""
        return self._settings_of[operative_id].lunch

    def quota_of(self, operative_id: str, priority_type: PriorityType) -> int | None:
        """Return how many minutes of the operative's day may be filled for work of that type; ``None`` for all."""
        quotas = self._settings_of[operative_id].quotas
        return None if quotas is None else quotas.of(priority_type)

    def rules_of(self, codes: Sequence[BookingCode], priority: str | None) -> JobRules | None:
        """Return what templates and priorities say of a job, or ``None`` where the installation has none."""
        return self._rule_book.rules_of([(code.sor_code, code.trade) for code in codes], priority)

    def slots_on(self, day: date, slots_template: str | None) -> Sequence[Hours]:
        """Return the windows of that day; a day without appointments of this kind has none."""
        if slots_template is not None:
            return self._slots_templates[slots_template].by_weekday.get(WEEKDAYS[day.weekday()], ())
        settings = self.profile.availability
        return settings.slots if calendar.works_on(day, settings.working_days) else ()

    def days_shown(self, slots_template: str | None, cap: int) -> int:
        """Return how many days an answer has at most: ``cap``, or fewer where the slots template says so."""
        shown = None if slots_template is None else self._slots_templates[slots_template].days_shown
        return cap if shown is None else min(shown, cap)

    def first_offer(self, slots_template: str | None, now: datetime) -> datetime:
        """Return when the first appointment can begin: now, or on the first day of the slots template."""
        first_day = 0 if slots_template is None else self._slots_templates[slots_template].first_day
        if not first_day:
            return now
        return calendar.midnight(calendar.local_day(now, self.zone) + timedelta(days=first_day), self.zone)

    def is_area_day(self, area: str | None, day: date) -> bool:
        """Whether work in that area, or bound to none, can be done on that day (client: Areas)."""
        areas = self.profile.areas
        return area is None or areas is None or calendar.area_on(areas, day) == area

    def area_of(self, location: Location, priority: str | None) -> str | None:
        """Return the sector whose turn work of that priority waits for, or ``None`` if it is not bound to areas."""
        known = self.priorities.get(priority or "")
        return location.sector if known and known.bound_to_areas else None

    def default_location(self, location_id: str) -> Location:
        """Return what the profile says of a location that it does not know."""
        return replace(self._unknown_location, id=location_id)

    def _day(self, day: date) -> InstallationDay:
        return InstallationDay(self, day)


class InstallationDay:
    """One local day of an installation: its slots and the working days of its operatives, by the profile.

    Safe under threads: those that find nothing each make it, and all make the same.

    Args:
        installation: The installation.
        day: The day.
    """

    def __init__(self, installation: Installation, day: date) -> None:
        self._installation = installation
        self._day = day
        self._is_working_day = installation.works_on(day)
        self._slots: dict[str | None, Periods] = {}
        self._midnight = calendar.midnight(day, installation.zone)
        self._working_days: dict[str, WorkingDay] = {}
        self._day_slots: dict[tuple[str | None, tuple[SlotView, ...]], DaySlots] = {}

    def slots(self, slots_template: str | None) -> Periods:
        """Return when each slot begins and ends; a day off has none."""
        known = self._slots.get(slots_template)
        if known is None:
            zone, hours = self._installation.zone, self._installation.slots_on(self._day, slots_template)
            known = self._slots[slots_template] = tuple(
                (calendar.at(self._day, each.begin, zone), calendar.at(self._day, each.end, zone)) for each in hours
            )
        return known

    def working_day(self, operative_id: str) -> WorkingDay:
        """Return the working day of an operative as the profile describes it."""
        known = self._working_days.get(operative_id)
        if known is None:
            known = self._working_days[operative_id] = self.working_day_of(self._installation.operatives[operative_id])
        return known

    def working_day_of(self, operative: Operative) -> WorkingDay:
        """Work out the working day of an operative, who need not be as in the profile."""
        installation = self._installation
        if not self._is_working_day or installation.is_day_off(operative.id, self._day):
            return WorkingDay()
        return working_day(operative, self._day, installation.zone, installation.lunch_of(operative.id))

    def day_slots(self, slots_template: str | None, views: tuple[SlotView, ...]) -> DaySlots:
        """Return the day with its slots as a caller sees them; equal views give the same object."""
        key = slots_template, views
        known = self._day_slots.get(key)
        if known is None:
            if len(self._day_slots) >= _MAX_VIEWS:
                self._day_slots.clear()
            slots = tuple(
                Slot(begin, end, view.available, view.best)
                for (begin, end), view in zip(self.slots(slots_template), views, strict=True)
                if view.listed
            )
            known = self._day_slots[key] = DaySlots(self._day, self._midnight, slots)
        return known


class CurrentInstallation:
    """The installation as it is now: what callers changed takes precedence over the profile."""

    def __init__(self, installation: Installation, transaction: Transaction) -> None:
        self.installation = installation
        self._transaction = transaction
        self._changed = transaction.changed_operatives()

    def sor_code(self, code: str) -> SorCode | None:
        """Return the SOR code, or ``None`` if it is unknown."""
        return self._transaction.sor_code(code) or self.installation.sor_codes.get(code)

    def location(self, location_id: str) -> Location | None:
        """Return DRS's record of the property; an unknown one gets the profile's default, if the profile accepts it."""
        known = self._transaction.location(location_id) or self.installation.locations.get(location_id)
        if known is None and self.installation.profile.ordering.unknown_locations == "accept":
            return self.installation.default_location(location_id)
        return known

    def operative(self, operative_id: str) -> Operative | None:
        """Return the operative with that id, or ``None`` if there is none."""
        return self._changed.get(operative_id) or self.installation.operatives.get(operative_id)

    def operatives(self) -> tuple[Operative, ...]:
        """Return all operatives, in the profile's order."""
        return tuple(self._changed.get(name, operative) for name, operative in self.installation.operatives.items())

    def operatives_for(self, contract: str, trades: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of those who do all of those trades under that contract, in the profile's order."""
        return tuple(
            each.id
            for each in self.operatives()
            if contract in each.contracts and all(trade in each.trades for trade in trades)
        )

    def changed_of(self, operative_ids: Sequence[str]) -> tuple[Operative, ...]:
        """Return those of the operatives that a caller has changed."""
        if not self._changed:
            return ()
        return tuple(self._changed[operative_id] for operative_id in operative_ids if operative_id in self._changed)

    def working_day(self, operative_id: str, day: date) -> WorkingDay:
        """Return the operative's hours on that local day, and what is fixed in them before any booking."""
        changed = self._changed.get(operative_id)
        installation_day = self.installation.day(day)
        if changed is None:
            return installation_day.working_day(operative_id)
        return installation_day.working_day_of(changed)
