"""What is set up in one installation, ready to be asked: who can do which work when, and what a code stands for."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from drs_simulator.profile import OperativeSettings, Profile, SorCode
from drs_simulator.scheduling import calendar
from drs_simulator.scheduling.diary import Place, Shift, Visit
from drs_simulator.scheduling.model import Location

_REMEMBERED_DAYS = 16384


class Installation:
    """A profile with look-ups. Local days and times are in its time zone."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.zone = profile.zone
        self.priorities = frozenset(priority.id for priority in profile.priorities)
        self._operatives = {operative.id: operative for operative in profile.operatives}
        self._sor_codes = {sor_code.code: sor_code for sor_code in profile.sor_codes}
        self._locations = {location.id: Location(**location.model_dump()) for location in profile.locations}
        self.shift = lru_cache(_REMEMBERED_DAYS)(self._shift)
        self.standing_visits = lru_cache(_REMEMBERED_DAYS)(self._standing_visits)

    def operative(self, operative_id: str) -> OperativeSettings:
        """The operative of that id, which must be one of the profile's."""
        return self._operatives[operative_id]

    def operatives_for(self, contract: str, trade: str) -> tuple[str, ...]:
        """The ids of those who do that trade under that contract, in the profile's order."""
        return tuple(
            operative.id
            for operative in self.profile.operatives
            if trade in operative.trades and contract in operative.contracts
        )

    def sor_code(self, code: str) -> SorCode | None:
        """What the code stands for."""
        return self._sor_codes.get(code)

    def location(self, location_id: str) -> Location | None:
        """DRS's record of the property. An unknown one gets the profile's stand-in, if the profile accepts it."""
        known = self._locations.get(location_id)
        if known is None and self.profile.ordering.unknown_locations == "accept":
            return Location(**self.profile.unknown_location.model_dump() | {"id": location_id})
        return known

    def works_on(self, day: date) -> bool:
        """Whether appointments are offered on that day at all."""
        return calendar.works_on(day, self.profile.availability.working_days)

    def _shift(self, operative_id: str, day: date) -> Shift | None:
        operative = self._operatives[operative_id]
        if not self.works_on(day) or not calendar.works_on(day, operative.working_days):
            return None
        begin = calendar.at(day, operative.hours.begin, self.zone)
        end = calendar.at(day, operative.hours.end, self.zone)
        depot = Place(float(operative.latitude), float(operative.longitude))
        return Shift(int(begin.timestamp()) // 60, int(end.timestamp()) // 60, depot)

    def _standing_visits(self, operative_id: str, day: date) -> tuple[Visit, ...]:
        visits = []
        for number, standing in enumerate(self._operatives[operative_id].standing_visits):
            if calendar.works_on(day, standing.days):
                begin = calendar.at(day, standing.hours.begin, self.zone)
                end = calendar.at(day, standing.hours.end, self.zone)
                minutes = int((end - begin).total_seconds()) // 60
                place = Place(float(standing.latitude), float(standing.longitude))
                # Below every booking's id, so that what stands is planned first.
                visits.append(Visit.within(number - 1000, begin, end, minutes, place))
        return tuple(visits)
