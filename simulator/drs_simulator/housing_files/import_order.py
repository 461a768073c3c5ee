"""The use case that creates the order of the housing system's file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from drs_simulator.housing_files.records import HousingFile, OrderCreate, ScheduledItem, make_error
from drs_simulator.scheduling.commands import CodeRequest, OrderRequest
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.planning import calendar
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.use_cases.orders import create_order


def import_order(context: UseCaseContext, file: HousingFile) -> bool:
    """Create the file's order with its booking, planned and not yet scheduled, as createOrder does.

    The day raised is the order's earliestBookingDate. An order whose number exists already is left unchanged, whatever
    the profile says about repeated numbers: the housing system may send a file again.

    Returns:
        Whether the order is new.

    Raises:
        HousingFileError: DRS refuses a field of the file.

    Evidence: seen (Appendix A: that the file is imported); presumed for the meaning of its columns.
    """
    order = file.order
    if context.transaction.orders_numbered(order.number):
        return False
    request = _make_request(file, context.installation.zone)
    for record, name, check in _make_checks(context, file, request):
        try:
            check()
        except Refusal as refusal:
            problem = f"DRS refuses it: {refusal.message}. Correct the file, or the profile."
            raise make_error(record, name, problem) from None
    create_order(context, request)
    return True


def _make_request(file: HousingFile, zone: ZoneInfo) -> OrderRequest:
    order = file.order
    return OrderRequest(
        number=order.number,
        contract=order.contract,
        location_id=order.location_id,
        comments=order.comments,
        priority=order.priority,
        target_date=_to_instant(order.target_date, zone),
        earliest=_to_instant(order.raised, zone),
        user_id=order.user_id,
        contact_name=order.contact_name.strip() or None,
        phone=order.phone.strip() or None,
        codes=tuple(_make_code(item, order.number, str(item.quantity), str(item.item_number)) for item in file.items),
    )


def _make_checks(
    context: UseCaseContext, file: HousingFile, request: OrderRequest
) -> list[tuple[OrderCreate | ScheduledItem, str, Callable[[], object]]]:
    """Return the checks of create_order, one for each field: its refusals do not say which field of a file is wrong."""
    check, order = context.validator, file.order
    window = (("raised", request.earliest or context.now), ("target_date", request.target_date or context.now))
    checks: list[tuple[OrderCreate | ScheduledItem, str, Callable[[], object]]] = [
        (order, "contract", partial(check.contract, order.contract)),
        (order, "location_id", partial(check.location, order.location_id)),
        (order, "comments", partial(check.comments, order.comments)),
        (order, "priority", partial(check.priority, order.priority)),
        (order, "target_date", partial(check.window, *window)),
    ]
    for item in file.items:
        quantity = str(item.quantity)
        checks += [
            (item, "sor_code", partial(check.codes, (_make_code(item, order.number, "1", "1"),))),
            (item, "quantity", partial(check.codes, (_make_code(item, order.number, quantity, "1"),))),
            (
                item,
                "item_number",
                partial(check.codes, (_make_code(item, order.number, quantity, str(item.item_number)),)),
            ),
        ]
    return checks


def _make_code(item: ScheduledItem, number: str, quantity: str, item_number: str) -> CodeRequest:
    return CodeRequest(item.sor_code, item_number, number, quantity)


def _to_instant(local: datetime, zone: ZoneInfo) -> datetime:
    return calendar.at(local.date(), local.time(), zone)
