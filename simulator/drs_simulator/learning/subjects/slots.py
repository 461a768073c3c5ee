"""Slots by weekday, and the cap of days with its warning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from drs_simulator.learning.exchanges import SeenExchange, SeenTraffic, text_of
from drs_simulator.learning.notebook import Claims, LearntEntry, Notebook
from drs_simulator.learning.privacy import reveals_something
from drs_simulator.learning.refusals import read_time
from drs_simulator.learning.subjects.tables import write_hours
from drs_simulator.profile.model import Profile
from drs_simulator.profile.values import WEEKDAYS, Weekday

_Windows = tuple[str, ...]
_LONG_PERIOD = "longPeriod"
_TEMPLATE = "Slots"


@dataclass(frozen=True, slots=True)
class SeenDay:
    """A day in an answer of checkAvailability.

    Args:
        day: The day.
        windows: Its slots, each as ``08:00-12:00``.
        available: Whether one of them is available.
        priority: The priority that was asked for; empty for none.
        location_id: The location that was asked for.
        trade: The trade of the first SOR code.
        exchange: The exchange.
    """

    day: date
    windows: _Windows
    available: bool
    priority: str
    location_id: str
    trade: str
    exchange: str

    @property
    def weekday(self) -> Weekday:
        """Its day of the week."""
        return WEEKDAYS[self.day.weekday()]


def read_days(traffic: SeenTraffic, trades: Mapping[str, str]) -> tuple[SeenDay, ...]:
    """Read the days of all searches; ``trades`` has the trade of each SOR code."""
    return tuple(
        day for exchange in traffic.of("checkAvailability") if exchange.is_success for day in _days_of(exchange, trades)
    )


def learn_slots(days: tuple[SeenDay, ...], base: Profile, trades: Iterable[str], notebook: Notebook) -> None:
    """Learn the slots of each weekday: the same for all jobs, or by priority, or by trade."""
    # Once for each day, since that is how often slots were seen.
    exchanges = [day.exchange for day in days]
    if (by_weekday := _agree(days, _together)) is not None:
        for seen in by_weekday.values():
            _learn_common_slots(seen, exchanges, base, trades, notebook)
    elif (by_priority := _agree(days, lambda day: day.priority)) is not None:
        _write_templates(by_priority, exchanges, base, notebook)
        notebook.add("priorities.slots_template", {each: _name(each) for each in by_priority if each}, exchanges)
    elif (by_trade := _agree(days, lambda day: day.trade)) is not None:
        _write_templates(by_trade, exchanges, base, notebook)
        notebook.add("job_templates.slots_template", {each: _name(each) for each in by_trade if each}, exchanges)
    else:
        _contradict(days, notebook)


def _learn_common_slots(
    seen: Mapping[Weekday, _Windows], exchanges: list[str], base: Profile, trades: Iterable[str], notebook: Notebook
) -> None:
    hours = {windows for windows in seen.values() if windows}
    if len(hours) == 1 and not base.slots_templates:
        _write_plain(seen, next(iter(hours)), exchanges, base, notebook)
    elif hours:
        _write_templates({_TEMPLATE: seen}, exchanges, base, notebook)
        notebook.add("job_templates.slots_template", {each: _name(_TEMPLATE) for each in trades if each}, exchanges)


def _contradict(days: Iterable[SeenDay], notebook: Notebook) -> None:
    by_weekday: dict[Weekday, Claims[_Windows]] = {}
    for day in days:
        by_weekday.setdefault(day.weekday, Claims()).add(day.windows, day.exchange)
    for weekday, claims in by_weekday.items():
        if len(claims.seen) > 1:
            notebook.contradict(f"availability.slots on {weekday}", claims)


def learn_cap(traffic: SeenTraffic, base: Profile, notebook: Notebook) -> None:
    """Learn the cap of days by its warning; an answer without a warning only shows that it is not lower."""
    for is_long, key in ((False, "day_cap"), (True, "long_period_day_cap")):
        caps: Claims[int] = Claims()
        most: Claims[int] = Claims()
        for exchange in traffic.of("checkAvailability"):
            if not exchange.is_success or (exchange.sent_text("checkAvailType") == _LONG_PERIOD) is not is_long:
                continue
            came = len({text_of(each, "day") for each in exchange.answered("theSlots")})
            if came and text_of(exchange.answer, "errorMsg") and _days_asked(exchange, base.zone) > came:
                caps.add(came, exchange.name)
            elif came:
                most.add(came, exchange.name)
        _settle_cap(key, caps, most, base, notebook)
    warnings: Claims[str] = Claims()
    for exchange in traffic.of("checkAvailability"):
        warning = text_of(exchange.answer, "errorMsg") if exchange.is_success else None
        came = len({text_of(each, "day") for each in exchange.answered("theSlots")})
        if warning and came and _days_asked(exchange, base.zone) > came:
            template = re.sub(rf"(?<!\d){came}(?!\d)", "{cap}", warning.replace("{", "{{").replace("}", "}}"), count=1)
            if reveals_something(template, None):
                notebook.remarks.append(f"{exchange.name}: the warning has more than DRS's words, so it is not written")
            else:
                warnings.add(template, exchange.name)
    notebook.settle("availability.cap_warning", warnings)


def _settle_cap(key: str, caps: Claims[int], most: Claims[int], base: Profile, notebook: Notebook) -> None:
    highest = max(most.seen, default=0)
    cap = next(iter(caps.seen)) if len(caps.seen) == 1 else None
    if cap is not None and highest > cap:
        for exchange in most.seen[highest]:
            caps.add(highest, exchange)
    if caps.seen:
        notebook.settle(f"availability.{key}", caps)
        return
    known: int = getattr(base.availability, key)
    if highest > known:
        notebook.add(f"availability.{key}", highest, most.seen[highest], "at least")
    elif highest:
        seen = most.seen[highest][0]
        told = f"availability.{key}: at least {highest} ({seen} has {highest} days and no warning)"
        notebook.remarks.append(f"{told}; {known} stays as in {base.name}")


def _days_of(exchange: SeenExchange, trades: Mapping[str, str]) -> Iterator[SeenDay]:
    codes = exchange.sent_texts("bookingCodeSORCode")
    for element in exchange.answered("theSlots"):
        day = read_time(text_of(element, "day"))
        if day is None:
            continue
        slots = list(element.iter("slotsForDay"))
        times = [(read_time(text_of(each, "beginDate")), read_time(text_of(each, "endDate"))) for each in slots]
        yield SeenDay(
            day.date(),
            tuple(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in times if begin is not None and end is not None),
            any(text_of(each, "available") == "YES" for each in slots),
            exchange.sent_text("priority") or "",
            exchange.sent_text("locationID") or "",
            trades.get(codes[0], "") if codes else "",
            exchange.name,
        )


def _days_asked(exchange: SeenExchange, zone: ZoneInfo) -> int:
    begin, end = (_local(exchange.sent_text(member), zone) for member in ("periodBegin", "periodEnd"))
    return 0 if begin is None or end is None else (end.date() - begin.date()).days + 1


def _local(text: str | None, zone: ZoneInfo) -> datetime | None:
    moment = read_time(text)
    return moment if moment is None or moment.tzinfo is None else moment.astimezone(zone)


def _agree(days: Iterable[SeenDay], group: Callable[[SeenDay], str]) -> dict[str, dict[Weekday, _Windows]] | None:
    """The windows by group and weekday; ``None`` if two days of a group differ."""
    found: dict[str, dict[Weekday, _Windows]] = {}
    for day in days:
        if found.setdefault(group(day), {}).setdefault(day.weekday, day.windows) != day.windows:
            return None
    return found


def _together(_day: SeenDay) -> str:
    return _TEMPLATE


def _write_plain(
    seen: Mapping[Weekday, _Windows], hours: _Windows, exchanges: list[str], base: Profile, notebook: Notebook
) -> None:
    notebook.add("availability.slots", list(hours), exchanges)
    working = [day for day in WEEKDAYS if seen.get(day, day in base.availability.working_days)]
    unseen = [day for day in WEEKDAYS if day not in seen]
    remark = f"not seen, from {base.name}: {', '.join(unseen)}" if unseen else ""
    notebook.add("availability.working_days", working, exchanges, remark)


def _write_templates(
    groups: Mapping[str, Mapping[Weekday, _Windows]], exchanges: list[str], base: Profile, notebook: Notebook
) -> None:
    """Note a slots template for each group; the slots of the group without a name are those of jobs without one."""
    usual = tuple(write_hours(hours) for hours in base.availability.slots)
    entries = []
    for group, seen in groups.items():
        by_windows: dict[_Windows, list[Weekday]] = {}
        for day in WEEKDAYS:
            windows = seen.get(day, usual if day in base.availability.working_days else ())
            if windows:
                by_windows.setdefault(windows, []).append(day)
        if group:
            tables = [{"days": days, "hours": list(hours)} for hours, days in by_windows.items()]
            entries.append(LearntEntry({"name": _name(group), "windows": tables}, tuple(exchanges)))
        elif by_windows:
            hours = max(by_windows, key=lambda each: len(by_windows[each]))
            notebook.add("availability.slots", list(hours), exchanges)
            notebook.add("availability.working_days", by_windows[hours], exchanges)
    notebook.add("slots_templates", tuple(each for each in entries if each.table["windows"]), exchanges)


def _name(group: str) -> str:
    return group if group == _TEMPLATE else f"{_TEMPLATE} of {group}"
