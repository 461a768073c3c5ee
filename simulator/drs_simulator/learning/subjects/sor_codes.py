"""SOR codes with their trade, their job template and their standard minutes; and what jobs without a code get."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from drs_simulator.learning.exchanges import SeenTraffic, text_of
from drs_simulator.learning.notebook import Claims, LearntEntry, Notebook
from drs_simulator.learning.refusals import ExplainedRefusal
from drs_simulator.learning.subjects.tables import as_table
from drs_simulator.profile.model import Profile

_DAY = 24 * 60


def learn_sor_codes(
    traffic: SeenTraffic, base: Profile, refusals: Sequence[ExplainedRefusal], notebook: Notebook
) -> dict[str, str]:
    """Learn the codes of the bookings in answers. Those of ``base`` stay unless DRS refuses them.

    Returns:
        The trade of each code that is known now.
    """
    minutes, trades, templates = (defaultdict[str, Claims[str]](Claims) for _ in range(3))
    # An answer shows the trade that a caller has sent.
    sent_with_trade = {
        text_of(code, "bookingCodeSORCode")
        for exchange in traffic.exchanges
        if exchange.sent is not None
        for code in exchange.sent.iter("theBookingCodes")
        if text_of(code, "trade")
    }
    for name, booking in bookings_of(traffic):
        codes = list(booking.iter("theBookingCodes"))
        for code in codes:
            sor_code = text_of(code, "bookingCodeSORCode")
            if not sor_code:
                continue
            minutes[sor_code].add(text_of(code, "standardMinuteValue") or "", name)
            if sor_code not in sent_with_trade:
                trades[sor_code].add(text_of(code, "trade") or "", name)
            if len(codes) == 1:
                templates[sor_code].add(text_of(booking, "template") or "", name)
    learnt = {code: _learn_code(code, base, minutes[code], trades[code], templates[code], notebook) for code in minutes}
    found = {code: entry for code, entry in learnt.items() if entry is not None}
    refused = {each.values["value"] for each in refusals if each.message == "sor_code_unknown"}
    kept = [each for each in base.sor_codes if each.code not in refused or each.code in found]
    known = {each.code for each in kept}
    entries = [found.get(each.code) or LearntEntry(as_table(each)) for each in kept]
    entries += [entry for code, entry in found.items() if code not in known]
    if found or len(kept) < len(base.sor_codes):
        unseen = [each.code for each in kept if each.code not in found]
        remark = f"not seen, from {base.name}: {', '.join(unseen)}" if unseen else ""
        seen = dict.fromkeys(name for entry in found.values() for name in entry.seen)
        notebook.add("sor_codes", tuple(entries), seen, remark)
    return {entry.table["code"]: entry.table.get("trade", "") for entry in entries}


def learn_jobs_without_code(traffic: SeenTraffic, refusals: Sequence[ExplainedRefusal], notebook: Notebook) -> None:
    """Learn the default job template, and how long its jobs take."""
    templates: Claims[str] = Claims()
    minutes: Claims[int] = Claims()
    missing: Claims[str] = Claims()
    for exchange in traffic.of("createOrder"):
        if not exchange.is_success or exchange.sent_texts("theBookingCodes"):
            continue
        for booking in exchange.answered("theBookings"):
            missing.add("default_template", exchange.name)
            templates.add(text_of(booking, "template") or "", exchange.name)
            duration = read_minutes(text_of(booking, "duration"))
            if duration:
                minutes.add(duration, exchange.name)
    for refusal in refusals:
        is_missing = refusal.message == "field_required" and refusal.values.get("field") == "theBookingCodes"
        if is_missing and refusal.exchange.operation == "createOrder":
            missing.add("refuse", refusal.exchange.name)
    notebook.settle("ordering.missing_sor_codes", missing)
    notebook.settle("ordering.default_template", templates)
    notebook.settle("ordering.default_minutes", minutes)


def bookings_of(traffic: SeenTraffic) -> Iterator[tuple[str, etree._Element]]:
    """The bookings in answers, each with its exchange."""
    for exchange in traffic.exchanges:
        if exchange.is_success:
            for member in ("theBookings", "theBooking"):
                for booking in exchange.answered(member):
                    yield exchange.name, booking


def read_minutes(text: str | None) -> int | None:
    """Read a number of minutes of at most a day; ``None`` if it is none."""
    try:
        minutes = round(float(text or ""))
    except (ValueError, OverflowError):
        return None
    return minutes if 0 < minutes <= _DAY else None


def _learn_code(
    code: str,
    base: Profile,
    minutes: Claims[str],
    trades: Claims[str],
    templates: Claims[str],
    notebook: Notebook,
) -> LearntEntry | None:
    known = next((each for each in base.sor_codes if each.code == code), None)
    table: dict[str, Any] = {"code": code} if known is None else as_table(known)
    for key, claims in (("minutes", minutes), ("trade", trades)):
        if len(claims.seen) > 1:
            notebook.contradict(f"sor_codes.{code}.{key}", claims)
    told = next(iter(minutes.seen)) if len(minutes.seen) == 1 else None
    taken = read_minutes(told)
    if taken is not None:
        table["minutes"] = taken
    if "minutes" not in table:
        if told is not None:
            notebook.remarks.append(f"{code} has '{told}' for its minutes in {minutes.exchanges[0]}, so it is left out")
        return None
    template = next(iter(templates.seen)) if len(templates.seen) == 1 else ""
    trade = next(iter(trades.seen)) if len(trades.seen) == 1 else template
    if trades.seen or template:
        table.pop("trade", None)
        if trade:
            table["trade"] = trade
    if template and template != table.get("trade", ""):
        table["job_template"] = template
    elif templates.seen:
        table.pop("job_template", None)
    return LearntEntry(table, tuple(dict.fromkeys(minutes.exchanges)))
