"""How a DRS is set up, found out by calls that change nothing. What the profile says is where the search begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice, product
from typing import TypeVar
from zoneinfo import ZoneInfo

from drs_simulator import Profile, load_profile, profile_names

from drs_contracts.driver.driver import DrsDriver, read_slots
from drs_contracts.driver.installation import Hours, TestData
from drs_contracts.driver.messages import Exchange, NoEnvelopeError, Value
from drs_contracts.driver.targets import Target, UnreachableError
from drs_contracts.errors import ContractsError
from drs_contracts.verify.platform_version import find_platform

_Answer = TypeVar("_Answer")
_TRIES = 4
_MAX_COMBINATIONS = 40
# Longer than any cap that is known: 7 and 14 days.
_DAYS_ASKED = 40
_LONG_DAYS_ASKED = 60
_WEEKS_ASKED = (1, 4, 7, 10)
_WEEK = 7
_ZONES = ("Europe/London", "UTC", "Europe/Berlin", "Europe/Athens")
_MEMBERS = {
    "contract": ("contract", "contracts"),
    "priority": ("priority", "priorities"),
    "location_id": ("location", "locations"),
    "sor_code": ("SOR code", "sor_codes"),
}


@dataclass(frozen=True, slots=True)
class FoundSetting:
    """A setting of a DRS.

    Args:
        name: What it is.
        found: What was found out; why it was not, where ``is_known`` is false.
        profile: What the profile has.
        is_known: Whether it was found out.
        differs: Whether the profile has something else.
    """

    name: str
    found: str
    profile: str
    is_known: bool = True
    differs: bool = False

    def __str__(self) -> str:
        if not self.is_known:
            return f"{self.name}: not found out; {self.found}"
        told = f"{self.name}: {self.found}"
        return f"{told}; the profile has {self.profile}" if self.differs else told


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found out.

    Args:
        data: The test data for this DRS.
        settings: The settings, in the order in which they are told.
    """

    data: TestData
    settings: tuple[FoundSetting, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Values of a DRS that may work, likeliest first, by the member of ``TestData``.

    Args:
        of_profile: Those of the profile.
        all: Those of the profile, then those of the bundled profiles.
    """

    of_profile: Mapping[str, tuple[str, ...]]
    all: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, profile: Profile) -> Candidates:
        """List the values of a profile, then those of the bundled ones."""
        own = _list_values(profile)
        others = [_list_values(load_profile(name)) for name in profile_names()]
        every = {
            member: tuple(dict.fromkeys(value for values in (own, *others) for value in values[member]))
            for member in own
        }
        return cls(own, every)


def discover(target: Target, profile: Profile) -> Discovery:
    """Find out how a DRS is set up.

    Nothing is raised: what cannot be found out keeps the profile's value. Only what the DRS refuses, with nothing else
    to try, is marked as not found (see ``TestData.not_found``).
    """
    return _Search(target, profile).run()


class _Search:
    """The search at one DRS."""

    def __init__(self, target: Target, profile: Profile) -> None:
        self._target = target
        # It may be the profile of another DRS.
        self._profile = replace(TestData.of(profile), hidden_settings=None)
        self._candidates = Candidates.of(profile)
        self._drs = DrsDriver(target, self._profile)
        self._settings: list[FoundSetting] = []
        self._not_found: dict[str, str] = {}

    @property
    def _data(self) -> TestData:
        return self._drs.data

    def run(self) -> Discovery:
        """Find out all settings, one after the other; without an answer the rest is left."""
        with self._drs:
            for name, find in (
                ("platform", self._find_platform),
                ("contract", self._find_contract),
                ("names", self._find_names),
                ("contracts", self._find_contracts),
                ("SOR codes", self._find_codes),
                ("priorities", self._find_priorities),
                ("areas", self._find_areas),
                ("values that are taken", self._find_tolerance),
                ("priority in searches", self._find_priority_required),
                ("cap of days", self._find_cap),
                ("cap of longPeriod", self._find_long_cap),
                ("form of dates", self._find_dates),
                ("slots", self._find_slots),
                ("SOR code without a job template", self._find_code_without_template),
            ):
                try:
                    find()
                except UnreachableError:
                    break
                except ContractsError as error:
                    self._settings.append(FoundSetting(name, str(error), "", is_known=False))
        return Discovery(replace(self._data, not_found=dict(self._not_found)), tuple(self._settings))

    # One step each.

    def _find_platform(self) -> None:
        found = _retry(lambda: find_platform(self._target))
        known = self._profile.platform
        self._tell("platform", " or ".join(found) or "another one", known, differs=known not in found)
        self._use(platform=known if known in found else found[0] if found else "")

    def _find_contract(self) -> None:
        for contract in self._candidates.all["contract"]:
            if _retry(partial(self._drs.ask, "selectMetaData", contract=contract)).succeeded:
                self._use(contract=contract)
                return
        # Not every DRS may tell; a search will.

    def _find_names(self) -> None:
        """Find a contract, priority, location and SOR code that a search takes together."""
        refusals = self._follow_refusals()
        for member, (name, key) in _MEMBERS.items():
            known = self._candidates.of_profile[member]
            if member in refusals:
                reason = f"it does not take {', '.join(known)} ({refusals[member]}); set {key} in the profile"
                self._leave(member, name, reason, ", ".join(known))
            elif not refusals:
                found = getattr(self._data, member)
                self._tell(name, found, ", ".join(known), differs=found not in known)

    def _follow_refusals(self) -> dict[str, str]:
        """Replace what a refusal names until a search is taken.

        Returns:
            The members for which nothing is taken, each with the first refusal; empty where a search is taken.
        """
        left = {
            member: [each for each in self._candidates.all[member] if each != getattr(self._data, member)]
            for member in _MEMBERS
        }
        first: dict[str, str] = {}
        while (refusal := self._find_refusal()) is not None:
            member = next((each for each in _MEMBERS if _names(refusal, getattr(self._data, each))), None)
            if member is None:
                # Nothing is named, so that any of them may be the one.
                return {} if self._try_combinations() else dict.fromkeys(_MEMBERS, refusal)
            first.setdefault(member, refusal)
            if not left[member]:
                return {member: first[member]}
            self._use(**{member: left[member].pop(0)})
        return {}

    def _find_refusal(self) -> str | None:
        """The words in which a search is refused; ``None`` where it is taken.

        Raises:
            NeedNotMetError: It is a fault, so that no value is refused.
        """
        answer = self._search()
        self._drs.need(answer.fault is None, f"a search is answered with a fault: {answer.fault}")
        return None if answer.succeeded else (answer.text("errorMsg") or "no reason").rstrip(".")

    def _try_combinations(self) -> bool:
        before = self._data
        pairs = product(self._candidates.all["priority"], self._candidates.all["sor_code"])
        for priority, code in islice(pairs, _MAX_COMBINATIONS):
            self._use(priority=priority, sor_code=code)
            if self._find_refusal() is None:
                return True
        self._drs.data = before
        return False

    def _find_contracts(self) -> None:
        """Choose the contracts of the profile that a search takes."""
        own = self._candidates.of_profile["contract"]
        others = [each for each in own if each != self._data.contract] if self._has_names else []
        taken = [each for each in others if self._search(contract=each).succeeded]
        self._use(contracts=(self._data.contract, *taken))

    def _find_codes(self) -> None:
        """Choose the SOR codes that find free slots: a code that is taken may have no job template."""
        if not self._has_names:
            return
        own, every = (candidates["sor_code"] for candidates in (self._candidates.of_profile, self._candidates.all))
        working = [each for each in own if self._finds_slots(each)]
        others = () if working else every[len(own) :]
        working = working or [each for each in others if self._finds_slots(each)]
        self._settings = [each for each in self._settings if each.name != "SOR code"]
        name, known = "SOR codes that find slots", ", ".join(own)
        if not working:
            told = f"no slot is free for {known}; if this DRS does not know them, set sor_codes in the profile"
            self._settings.append(FoundSetting(name, told, known, is_known=False))
            self._use(job_codes=())
            return
        self._tell(name, ", ".join(working), known, differs=tuple(working) != own)
        self._use(sor_code=working[0], job_codes=tuple(working))

    def _finds_slots(self, code: str) -> bool:
        named = self._drs.code("anything", code)
        return any(self._is_free(week, theBookingCodes=named) for week in _WEEKS_ASKED)

    def _is_free(self, week: int, **order: Value) -> bool:
        """Whether a slot is free in the middle of a week; 3 days of it are asked for."""
        first = self._drs.weekday(week, 1)
        return any(slot.available for slot in read_slots(self._search(first, first + 2, **order)))

    def _find_areas(self) -> None:
        """Look for a week in which the area of a priority that waits for it has no turn."""
        known = self._profile.area_turns
        if known is None or not self._has_names:
            return
        weeks, areas = known
        scheduled = self._data.scheduled_priority
        cycle = range(weeks * areas)
        worked = [week for week in cycle if self._is_free(week, priority=scheduled)]
        has_turns = len(worked) < len(cycle)
        is_same_place = self._data.location_id == self._profile.location_id
        begins = self._profile.turn_begins if is_same_place else None
        told = f"{areas}, each for {weeks} weeks in turn"
        is_in_turn = begins is None or all(self._is_in_turn(week, begins, weeks, len(cycle)) for week in worked)
        found = (told if is_in_turn else f"{told}, but in other weeks than after {begins}") if has_turns else "none"
        self._tell("areas", found, told, differs=not (has_turns and is_in_turn))
        self._use(area_turns=known if has_turns else None, turn_begins=begins if is_in_turn else None)

    def _is_in_turn(self, week: int, begins: date, weeks: int, cycle: int) -> bool:
        monday = self._drs.today + timedelta(days=self._drs.weekday(week, 0))
        return (monday - begins).days // 7 % cycle < weeks

    def _find_tolerance(self) -> None:
        """Try what some DRSs take and others refuse."""
        if not self._has_names:
            return
        code = self._drs.code("anything")
        tried: tuple[tuple[str, str, dict[str, Value]], ...] = (
            ("unknown SOR codes", "unknown_sor_codes", {"theBookingCodes": {**code, "bookingCodeSORCode": "NOSUCH"}}),
            ("quantities below 1", "quantities_below_1", {"theBookingCodes": {**code, "quantity": "0.25"}}),
            ("blank priorities", "blank_priorities", {"priority": " "}),
        )
        told = {"accept": "accepted", "refuse": "refused"}
        for name, member, order in tried:
            answer = self._search(**order)
            self._drs.need(answer.fault is None, f"a search is answered with a fault: {answer.fault}")
            found = "accept" if answer.succeeded else "refuse"
            known: str = getattr(self._profile, member)
            self._tell(name, told[found], told[known], differs=found != known)
            self._use(**{member: found})

    def _find_priorities(self) -> None:
        """Choose the priority with the most free slots; the one for areas stays, if it is taken."""
        if not self._has_names:
            return
        own = self._candidates.of_profile["priority"]
        accepted = [each for each in own if self._search(priority=each).succeeded]
        if not accepted:
            accepted = [each for each in self._candidates.all["priority"] if self._search(priority=each).succeeded]
        if not accepted:
            return
        first = [self._data.priority, *accepted]
        best = max(dict.fromkeys(each for each in first if each in accepted), key=_Freest(self._count_free))
        scheduled = self._profile.scheduled_priority
        self._use(priority=best, scheduled_priority=scheduled if scheduled in accepted else accepted[0])
        self._settings = [each for each in self._settings if each.name != "priority"]
        self._tell("priorities that work", ", ".join(accepted), ", ".join(own), differs=tuple(accepted) != own)

    def _count_free(self, priority: str) -> int:
        """In how many of some weeks there is a free slot."""
        return sum(self._is_free(week, priority=priority) for week in _WEEKS_ASKED)

    def _find_priority_required(self) -> None:
        if not self._has_names:
            return
        members = self._drs.availability_members(self._drs.local(1), self._drs.local(1))
        order = members["theOrder"]
        assert isinstance(order, Mapping)
        sent: dict[str, Value] = {name: value for name, value in order.items() if name != "priority"}
        answer = _retry(lambda: self._drs.call("checkAvailability", {**members, "theOrder": sent}))
        self._drs.need(answer.fault is None, f"a search is answered with a fault: {answer.fault}")
        told = {True: "required", False: "not required"}
        required, known = not answer.succeeded, self._profile.priority_required
        self._tell("priority in searches", told[required], told[known], differs=required is not known)
        self._use(priority_required=required)

    def _find_cap(self) -> None:
        self._find_cap_of("cap of days", "day_cap", _DAYS_ASKED)

    def _find_long_cap(self) -> None:
        self._find_cap_of("cap of longPeriod", "long_period_day_cap", _LONG_DAYS_ASKED, checkAvailType="longPeriod")

    def _find_cap_of(self, name: str, member: str, asked: int, **more: Value) -> None:
        if not self._has_names:
            return
        known: int = getattr(self._profile, member)
        days = max(asked, known + 1)
        answer = self._search(1, days, more)
        self._drs.need(answer.fault is None, f"a search is answered with a fault: {answer.fault}")
        found = len(set(answer.texts("theSlots/day")))
        if not answer.succeeded or not found or found >= days:
            told = (answer.text("errorMsg") or "no days").rstrip(".")
            reason = f"{days} days came at once" if found >= days else f"a search for {days} days gave: {told}"
            self._leave(member, name, reason, _count_days(known))
            return
        self._tell(name, _count_days(found), _count_days(known), differs=found != known)
        self._use(**{member: found})

    def _find_dates(self) -> None:
        """Compare the offsets of two midnights, one in winter and one in summer, with those of a zone."""
        if not self._has_names:
            return
        days = [self._search(ahead, ahead).text("theSlots/day") or "" for ahead in self._find_seasons()]
        dates = [datetime.fromisoformat(day) for day in days if day]
        self._drs.need(bool(dates), "a search gave no days")
        form = " and ".join(dict.fromkeys(re.sub(r"\d{4}-\d\d-\d\d", "YYYY-MM-DD", day) for day in days if day))
        for name in (self._profile.zone.key, *_ZONES):
            zone = ZoneInfo(name)
            if all(day.utcoffset() == day.replace(tzinfo=zone).utcoffset() for day in dates if day.tzinfo):
                known = self._profile.zone.key
                self._tell("form of dates", f"{form} ({name})", known, differs=name != known)
                self._use(zone=zone)
                return
        told = f"{form} is no time of {', '.join(_ZONES)}; set timezone in the profile"
        self._settings.append(FoundSetting("time zone", told, self._profile.zone.key, is_known=False, differs=True))

    def _find_seasons(self) -> tuple[int, ...]:
        today = self._drs.today
        return tuple(
            next(ahead for ahead in range(1, 367) if (today + timedelta(days=ahead)).month == month) for month in (1, 7)
        )

    def _find_slots(self) -> None:
        """Read the slots of each weekday of a week."""
        if not self._has_names:
            return
        by_weekday: dict[int, Hours] = {}
        first, last = self._drs.weekday(1, 0), self._drs.weekday(2, 0) - 1
        while first <= last:
            answer = self._search(first, last)
            came = len(set(answer.texts("theSlots/day")))
            for slot in read_slots(answer):
                begins, ends = (each.astimezone(self._data.zone) for each in (slot.begins, slot.ends))
                by_weekday[begins.weekday()] = (*by_weekday.get(begins.weekday(), ()), (begins.time(), ends.time()))
            if not came:
                break
            first += came
        if not by_weekday:
            self._settings.append(FoundSetting("slots", "no day has any", _write(self._profile.slots), is_known=False))
            return
        kinds = list(by_weekday.values())
        usual = max(kinds, key=kinds.count)
        told = {_write(hours): None for hours in (usual, *kinds)}
        self._tell("slots", " or ".join(told), _write(self._profile.slots), differs=set(kinds) != {self._profile.slots})
        self._use(slots=usual, slots_by_weekday=by_weekday)

    def _find_code_without_template(self) -> None:
        known = self._profile.sor_code_without_template
        if known is None or not self._has_names:
            return
        candidates = dict.fromkeys((known, *self._candidates.all["sor_code_without_template"]))
        for code in candidates:
            named = self._drs.code("anything", code)
            answer = self._search(theBookingCodes=named)
            if answer.succeeded or not _names(answer.text("errorMsg") or "", code):
                self._use(sor_code_without_template=code)
                return
        reason = f"it does not know {known}; set a SOR code without a trade in sor_codes of the profile"
        self._leave("sor_code_without_template", "SOR code without a job template", reason, known)

    # Common to them.

    def _search(
        self, first: int = 1, last: int = 1, more: Mapping[str, Value] | None = None, /, **order: Value
    ) -> Exchange:
        """Search for slots from the first to the last day ahead, with other members of the order."""
        begin, end = self._drs.local(first), self._drs.local(last, time(23, 59))

        def send() -> Exchange:
            members = self._drs.availability_members(begin, end, **order)
            return self._drs.call("checkAvailability", {**members, **(more or {})})

        return _retry(send)

    @property
    def _has_names(self) -> bool:
        return not self._not_found.keys() & _MEMBERS.keys()

    def _leave(self, member: str, name: str, reason: str, profile: str) -> None:
        """Note that there is no value to check with."""
        self._not_found[member] = f"The {name} of this DRS is not known: {reason}."
        self._settings.append(FoundSetting(name, reason, profile, is_known=False, differs=True))

    def _tell(self, name: str, found: str, profile: str, *, differs: bool) -> None:
        self._settings.append(FoundSetting(name, found, profile, differs=differs))

    def _use(self, **members: object) -> None:
        self._drs.data = replace(self._data, **members)  # type: ignore[arg-type]


class _Freest:
    """A key for ``max`` that asks no further once a value has the most that there can be."""

    def __init__(self, count: Callable[[str], int]) -> None:
        self._count = count
        self._is_done = False

    def __call__(self, value: str) -> int:
        if self._is_done:
            return -1
        found = self._count(value)
        self._is_done = found == len(_WEEKS_ASKED)
        return found


def _retry(send: Callable[[], _Answer]) -> _Answer:
    """Ask until there is an answer that can be read; the last failure counts."""
    for _ in range(_TRIES - 1):
        try:
            return send()
        except NoEnvelopeError:
            continue
    return send()


def _list_values(profile: Profile) -> dict[str, tuple[str, ...]]:
    return {
        "contract": profile.contracts,
        "priority": tuple(each.id for each in profile.priorities),
        "location_id": tuple(each.id for each in profile.locations) or (profile.unknown_location.id,),
        "sor_code": tuple(each.code for each in profile.sor_codes if each.trade),
        "sor_code_without_template": tuple(each.code for each in profile.sor_codes if not each.trade),
    }


def _names(told: str, value: str) -> bool:
    """Whether a refusal names a value as a word."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", told) is not None


def _count_days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _write(hours: Hours) -> str:
    return ", ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in hours)
