"""An installation as its profile describes it, and as callers have changed it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from drs_simulator.profile.model import Profile, SorCode
from drs_simulator.scheduling.model import DaySlots, Location, Operative, Slot
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.availability_cache import AvailabilityCache
from drs_simulator.scheduling.planning.day_route import DayRoutes
from drs_simulator.scheduling.planning.shifts import WorkingDay, operative_from, working_day
from drs_simulator.scheduling.planning.slots import SlotView
from drs_simulator.scheduling.store import Transaction

_MAX_DAYS = 1024
"""As many days as almost three planning horizons of a year."""
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
        self.sor_codes = {sor_code.code: sor_code for sor_code in profile.sor_codes}
        self.locations = {location.id: Location(**location.model_dump()) for location in profile.locations}
        self._unknown_location = Location(**profile.unknown_location.model_dump())
        self.availability_cache = AvailabilityCache()
        self.day_routes = DayRoutes()
        self.day = lru_cache(_MAX_DAYS)(self._day)

    def works_on(self, day: date) -> bool:
        """Whether appointments are offered on that day at all."""
        return calendar.works_on(day, self.profile.availability.working_days)

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
        zone = installation.zone
        hours = installation.profile.availability.slots if self._is_working_day else ()
        self.slots = tuple((calendar.at(day, each.begin, zone), calendar.at(day, each.end, zone)) for each in hours)
        """When each slot begins and ends; a day off has none."""
        self._midnight = calendar.midnight(day, zone)
        self._working_days: dict[str, WorkingDay] = {}
        self._day_slots: dict[tuple[SlotView, ...], DaySlots] = {}

    def working_day(self, operative_id: str) -> WorkingDay:
        """Return the working day of an operative as the profile describes it."""
        known = self._working_days.get(operative_id)
        if known is None:
            known = self._working_days[operative_id] = self.working_day_of(self._installation.operatives[operative_id])
        return known

    def working_day_of(self, operative: Operative) -> WorkingDay:
        """Work out the working day of an operative, who need not be as in the profile."""
        return working_day(operative, self._day, self._installation.zone) if self._is_working_day else WorkingDay()

    def day_slots(self, views: tuple[SlotView, ...]) -> DaySlots:
        """Return the day with its slots as a caller sees them; equal views give the same object."""
        known = self._day_slots.get(views)
        if known is None:
            if len(self._day_slots) >= _MAX_VIEWS:
                self._day_slots.clear()
            slots = tuple(
                Slot(begin, end, view.available, view.best)
                for (begin, end), view in zip(self.slots, views, strict=True)
                if view.listed
            )
            known = self._day_slots[views] = DaySlots(self._day, self._midnight, slots)
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

    def operatives_for(self, contract: str, trade: str) -> tuple[str, ...]:
        """Return the ids of those who do that trade under that contract, in the profile's order."""
        return tuple(each.id for each in self.operatives() if trade in each.trades and contract in each.contracts)

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
