"""The contracts and priorities that DRS takes, and what it tolerates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from drs_simulator.learning.exchanges import SeenExchange, SeenTraffic
from drs_simulator.learning.notebook import Claims, LearntEntry, Notebook
from drs_simulator.learning.refusals import ExplainedRefusal
from drs_simulator.learning.subjects.tables import as_table
from drs_simulator.profile.model import Profile

_WITH_ORDER = ("checkAvailability", "createOrder")


def learn_contracts(
    traffic: SeenTraffic, base: Profile, refusals: Sequence[ExplainedRefusal], notebook: Notebook
) -> None:
    """Learn the contracts: those of accepted orders and of answers. Those of ``base`` stay unless DRS refuses them."""
    seen = _accepted(traffic, "contract")
    refused = _refused(refusals, "contract_unknown")
    _contradict(notebook, "contracts", seen, refused)
    kept = [each for each in base.contracts if each in seen.seen or each not in refused.seen]
    known = [*kept, *(each for each in seen.seen if each not in kept)]
    if seen.seen or known != list(base.contracts):
        notebook.add("contracts", known, seen.exchanges or refused.exchanges, _unseen(kept, seen, base))


def learn_priorities(
    traffic: SeenTraffic, base: Profile, refusals: Sequence[ExplainedRefusal], notebook: Notebook
) -> None:
    """Learn the ids of priorities in the same way; their titles are not in the traffic."""
    seen = _accepted(traffic, "priority")
    refused = _refused(refusals, "priority_unknown")
    _contradict(notebook, "priorities", seen, refused)
    kept = [each for each in base.priorities if each.id in seen.seen or each.id not in refused.seen]
    entries = [LearntEntry(as_table(each), tuple(seen.seen.get(each.id, ()))) for each in kept]
    names = [each.id for each in kept]
    entries += [LearntEntry({"id": each}, tuple(names_of)) for each, names_of in seen.seen.items() if each not in names]
    if seen.seen or len(kept) < len(base.priorities):
        remark = _unseen(names, seen, base)
        notebook.add("priorities", tuple(entries), seen.exchanges or refused.exchanges, remark)


def learn_tolerance(traffic: SeenTraffic, refusals: Sequence[ExplainedRefusal], notebook: Notebook) -> None:
    """Learn what some DRSs take and others refuse."""
    claims: dict[str, Claims[Any]] = {}
    created: set[str] = set()
    for exchange in traffic.of(*_WITH_ORDER, "deleteOrder"):
        if not exchange.is_success:
            continue
        number = exchange.sent_text("primaryOrderNumber") or ""
        for key, value in _accepted_settings(exchange, is_repeated=number in created):
            claims.setdefault(key, Claims()).add(value, exchange.name)
        if exchange.operation == "createOrder":
            created.add(number)
        elif exchange.operation == "deleteOrder":
            created.discard(number)
    for refusal in refusals:
        for key, value in _refused_settings(refusal):
            claims.setdefault(key, Claims()).add(value, refusal.exchange.name)
    for key, found in claims.items():
        notebook.settle(key, found)


def _accepted_settings(exchange: SeenExchange, *, is_repeated: bool) -> Iterator[tuple[str, object]]:
    if exchange.operation not in _WITH_ORDER:
        return
    sent = exchange.sent_texts("priority")
    if exchange.operation == "checkAvailability" and not sent:
        yield "availability.priority_required", False
    if sent and not any(sent):
        yield "ordering.blank_priorities", "accept"
    if any(_is_below_1(each) for each in exchange.sent_texts("quantity")):
        yield "ordering.quantities_below_1", "accept"
    if exchange.operation == "createOrder" and is_repeated:
        yield "ordering.repeated_order_numbers", "accept"


def _refused_settings(refusal: ExplainedRefusal) -> Iterator[tuple[str, object]]:
    message, exchange = refusal.message, refusal.exchange
    if message == "field_required" and refusal.values.get("field") == "priority":
        if exchange.sent_texts("priority"):
            yield "ordering.blank_priorities", "refuse"
        elif exchange.operation == "checkAvailability":
            yield "availability.priority_required", True
    if message in ("not_a_number", "not_positive") and _is_below_1(refusal.values.get("value", "")):
        yield "ordering.quantities_below_1", "refuse"
    if message == "too_long" and refusal.values["field"] == "orderComments" and refusal.values["limit"].isdecimal():
        yield "ordering.comments_limit", int(refusal.values["limit"])
    if message == "order_exists":
        yield "ordering.repeated_order_numbers", "refuse"
    if message == "sor_code_unknown":
        yield "ordering.unknown_sor_codes", "refuse"
    if message == "location_unknown":
        yield "ordering.unknown_locations", "refuse"


def _is_below_1(text: str) -> bool:
    try:
        return 0 < float(text) < 1
    except ValueError:
        return False


def _accepted(traffic: SeenTraffic, member: str) -> Claims[str]:
    claims: Claims[str] = Claims()
    for exchange in traffic.exchanges:
        if exchange.is_success:
            for value in dict.fromkeys(_values(exchange, member)):
                claims.add(value, exchange.name)
    return claims


def _values(exchange: SeenExchange, member: str) -> Iterable[str]:
    if exchange.operation in _WITH_ORDER:
        yield from filter(None, exchange.sent_texts(member))
    yield from (text for each in exchange.answered(member) if (text := (each.text or "").strip()))


def _refused(refusals: Sequence[ExplainedRefusal], message: str) -> Claims[str]:
    claims: Claims[str] = Claims()
    for refusal in refusals:
        if refusal.message == message:
            claims.add(refusal.values["value"], refusal.exchange.name)
    return claims


def _contradict(notebook: Notebook, key: str, seen: Claims[str], refused: Claims[str]) -> None:
    for value in seen.seen.keys() & refused.seen.keys():
        told: Claims[str] = Claims()
        for exchange in seen.seen[value]:
            told.add(f"'{value}' is accepted", exchange)
        for exchange in refused.seen[value]:
            told.add(f"'{value}' is refused", exchange)
        notebook.contradict(key, told)


def _unseen(kept: Iterable[str], seen: Claims[str], base: Profile) -> str:
    unseen = [each for each in kept if each not in seen.seen]
    return f"not seen, from {base.name}: {', '.join(unseen)}" if unseen else ""
