"""The pages of orders: find them, and see what happened to one."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from drs_simulator.console.current import perform, simulator
from drs_simulator.console.history import find_history
from drs_simulator.console.timeline import state_of
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.scheduling.model import LifeCycle, OrderWithBookings
from drs_simulator.scheduling.order_search import (
    CANCELLED,
    MAX_SEARCHED,
    NOT_SCHEDULED,
    OrderSearch,
    search_orders,
)

pages = Blueprint("orders", __name__)
_PER_PAGE = 25
_MAX_PAGES = 1_000_000
_STATES = (NOT_SCHEDULED, *(each.value for each in LifeCycle), CANCELLED)


@pages.get("/orders")
def all_orders() -> str:
    """List orders, newest first, page by page."""
    # "number" is what links of earlier versions have.
    text = (request.args.get("text") or request.args.get("number") or "").strip()
    state = request.args.get("state", "")
    page = _page(request.args.get("page", ""))
    search = OrderSearch(text, state if state in _STATES else "", offset=(page - 1) * _PER_PAGE, limit=_PER_PAGE)
    found = perform(search_orders, search)
    return render_template(
        "orders.html",
        found=found,
        text=text,
        state=search.state,
        states=_STATES,
        page=page,
        searched=MAX_SEARCHED,
        pages=max(1, -(-found.total // _PER_PAGE)),
        state_of=state_of,
    )


@pages.get("/orders/<path:number>")
def order(number: str) -> str | tuple[str, int]:
    """Show an order with its bookings and its history; of a deleted order, its history."""
    shown: OrderWithBookings | None = None
    try:
        shown = perform(back_office.order_numbered, number)
    except UnknownError:
        history = find_history(simulator().journal, number)
        if not history:
            raise
        return render_template("order.html", number=number, shown=None, history=history), 404
    history = find_history(simulator().journal, number, [each.booking.id for each in shown.bookings])
    return render_template("order.html", number=number, shown=shown, history=history, state_of=state_of)


def _page(text: str) -> int:
    return min(max(1, int(text)), _MAX_PAGES) if text.isascii() and text.isdigit() and len(text) < 8 else 1  # noqa: PLR2004
