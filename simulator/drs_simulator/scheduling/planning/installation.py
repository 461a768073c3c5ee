"""What an installation was set up with, ready to be asked, and what callers have changed about it since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from drs_simulator.profile.model import Profile, SorCode
from drs_simulator.scheduling.model import DaySlots, Location, Operative, Slot, Visit
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.planning.availability_cache import AvailabilityCache
from drs_simulator.scheduling.planning.day_route import Shift
from drs_simulator.scheduling.planning.shifts import fixed_visits_on, operative_from, shift_on
from drs_simulator.scheduling.planning.slots import SlotView
from drs_simulator.scheduling.store import Transaction

_REMEMBERED_DAYS = 16384
_REMEMBERED_TRADES = 1024
_REMEMBERED_LOCATIONS = 1024


class Installation:
    """A profile with look-ups. Local days and times are in its time zone."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.zone = profile.zone
        self.priorities = {priority.id: priority for priority in profile.priorities}
        self.operatives = {operative.id: operative_from(operative) for operative in profile.operatives}
        self.sor_codes = {sor_code.code: sor_code for sor_code in profile.sor_codes}
        self.locations = {location.id: Location(**location.model_dump()) for location in profile.locations}
        self.availability_cache = AvailabilityCache()
        self.default_location = lru_cache(_REMEMBERED_LOCATIONS)(self._default_location)
        self.day_slots = lru_cache(_REMEMBERED_DAYS)(self._day_slots)
        self.slots_on = lru_cache(_REMEMBERED_DAYS)(self._slots_on)
        self.operatives_for = lru_cache(_REMEMBERED_TRADES)(self._operatives_for)
        self.shift = lru_cache(_REMEMBERED_DAYS)(self._shift)
        self.fixed_visits = lru_cache(_REMEMBERED_DAYS)(self._fixed_visits)

    def works_on(self, day: date) -> bool:
        """Whether appointments are offered on that day at all."""
        return calendar.works_on(day, self.profile.availability.working_days)

    def is_area_day(self, area: str | None, day: date) -> bool:
        """Whether work in that area, or bound to none, can be done on that day (client: Areas)."""
        areas = self.profile.areas
        return area is None or areas is None or calendar.area_on(areas, day) == area

    def area_of(self, location: Location, priority: str | None) -> str | None:
        """The sector that work of that priority has to wait for, if it is bound to areas."""
        known = self.priorities.get(priority or "")
        return location.sector if known and known.bound_to_areas else None

    def _default_location(self, location_id: str) -> Location:
        """What the profile says of a location that it does not know."""
        return Location(**self.profile.unknown_location.model_dump() | {"id": location_id})

    def _slots_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """When the day's slots begin and end; there are none on a day on which nobody works."""
        if not self.works_on(day):
            return ()
        hours = self.profile.availability.slots
        return tuple((calendar.at(day, each.begin, self.zone), calendar.at(day, each.end, self.zone)) for each in hours)

    def _day_slots(self, day: date, told: tuple[SlotView, ...]) -> DaySlots:
        """The day with its slots; the same object for all who are told the same."""
        slots = tuple(
            Slot(begin, end, each.available, each.best)
            for (begin, end), each in zip(self.slots_on(day), told, strict=True)
            if each.listed
        )
        return DaySlots(day, calendar.midnight(day, self.zone), slots)

    def _operatives_for(self, contract: str, trade: str) -> tuple[str, ...]:
        return doing(self.operatives.values(), contract, trade)

    def _shift(self, operative: str, day: date) -> Shift | None:
        return shift_on(self.operatives[operative], day, self.zone) if self.works_on(day) else None

    def _fixed_visits(self, operative: str, day: date) -> tuple[Visit, ...]:
        shift = self.shift(operative, day)
        return fixed_visits_on(self.operatives[operative], day, shift, self.zone) if shift else ()


def doing(operatives: Iterable[Operative], contract: str, trade: str) -> tuple[str, ...]:
    """The ids of those operatives who do that trade under that contract."""
    return tuple(each.id for each in operatives if trade in each.trades and contract in each.contracts)


class CurrentInstallation:
    """The installation as it is now: what callers changed goes before what it was set up with."""

    def __init__(self, installation: Installation, transaction: Transaction) -> None:
        self.installation = installation
        self._transaction = transaction
        self._changed = transaction.changed_operatives()

    def sor_code(self, code: str) -> SorCode | None:
        """What the code stands for."""
        return self._transaction.sor_code(code) or self.installation.sor_codes.get(code)

    def location(self, location_id: str) -> Location | None:
        """DRS's record of the property. An unknown one gets the profile's stand-in, if the profile accepts it."""
        known = self._transaction.location(location_id) or self.installation.locations.get(location_id)
        if known is None and self.installation.profile.ordering.unknown_locations == "accept":
            return self.installation.default_location(location_id)
        return known

    def operative(self, operative_id: str) -> Operative | None:
        """The operative of that id."""
        return self._changed.get(operative_id) or self.installation.operatives.get(operative_id)

    def operatives(self) -> tuple[Operative, ...]:
        """All operatives, in the profile's order."""
        return tuple(self._changed.get(name, operative) for name, operative in self.installation.operatives.items())

    def operatives_for(self, contract: str, trade: str) -> tuple[str, ...]:
        """The ids of those who do that trade under that contract, in the profile's order."""
        if not self._changed:
            return self.installation.operatives_for(contract, trade)
        return doing(self.operatives(), contract, trade)

    def changed_of(self, operative_ids: Sequence[str]) -> tuple[Operative, ...]:
        """Those of the operatives of whom a caller has told something."""
        if not self._changed:
            return ()
        return tuple(self._changed[operative_id] for operative_id in operative_ids if operative_id in self._changed)

    def shift(self, operative_id: str, day: date) -> Shift | None:
        """The operative's hours on that local day."""
        changed = self._changed.get(operative_id)
        if changed is None:
            return self.installation.shift(operative_id, day)
        return shift_on(changed, day, self.installation.zone) if self.installation.works_on(day) else None

    def fixed_visits(self, operative_id: str, day: date) -> tuple[Visit, ...]:
        """What stands in the operative's day before any booking does."""
        changed = self._changed.get(operative_id)
        if changed is None:
            return self.installation.fixed_visits(operative_id, day)
        shift = self.shift(operative_id, day)
        return fixed_visits_on(changed, day, shift, self.installation.zone) if shift else ()
