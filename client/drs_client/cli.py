"""The command ``drs-client``: find slots, book, show, move and cancel appointments in a DRS."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from drs_client.client import DrsClient
from drs_client.errors import DrsError, InvalidArgument, TransportError
from drs_client.model import Order, Slot
from drs_client.workflow import RepairWorkflow

app = typer.Typer(help="Appointments in a DRS.", no_args_is_help=True, pretty_exceptions_enable=False)
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)
_DECLINED = 1
_UNUSABLE = 2
_UNREACHED = 3
_ZONE = "Europe/London"

Location = Annotated[str, typer.Option("--location", help="The property's id in DRS.")]
SorCode = Annotated[str, typer.Option("--sor", help="SOR code of the work.")]
Priority = Annotated[str, typer.Option("--priority", help="One of DRS's priorities, spelled as there.")]
Begin = Annotated[str, typer.Option("--begin", help="The slot's begin, as 'slots' prints it; local without offset.")]
End = Annotated[str, typer.Option("--end", help="The slot's end.")]
Number = Annotated[str, typer.Argument(help="The order's number in the housing system.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command.

    What DRS declines is told in a line with exit code 1, what cannot be used with 2, a DRS that is not reached with 3.
    """
    try:
        app()
    except DrsError as error:
        _err.print(str(error), markup=False)
        code = _DECLINED
        if isinstance(error, InvalidArgument):
            code = _UNUSABLE
        elif isinstance(error, TransportError):
            code = _UNREACHED
        raise SystemExit(code) from None


@app.callback()
def connect(
    context: typer.Context,
    url: Annotated[str, typer.Option(envvar="DRS_URL", help="The gateway's address, …/ws/soap.")] = "",
    login: Annotated[str, typer.Option(envvar="DRS_LOGIN", help="Login for openSession.")] = "drs",
    password: Annotated[
        str | None, typer.Option(envvar="DRS_PASSWORD", help="Its password; asked for if left out.")
    ] = None,
    wsdl: Annotated[str | None, typer.Option(help="WSDL file or address; url?wsdl if left out.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for an answer.", min=0.1)] = 30.0,
    contract: Annotated[str, typer.Option(help="The contract to work under.")] = "0",
) -> None:
    """Appointments in a DRS."""

    def connected() -> RepairWorkflow:
        if not url:
            raise InvalidArgument("Which DRS? Give its address with --url, or in DRS_URL.")
        secret = typer.prompt("Password", hide_input=True, err=True) if password is None else password
        return RepairWorkflow(DrsClient(url, login, secret, wsdl=wsdl, timeout=timeout, contract=contract))

    # Not yet, because a command's --help comes by here as well.
    context.obj = connected


@app.command()
def slots(
    context: typer.Context,
    location: Location,
    sor: SorCode,
    priority: Priority,
    days: Annotated[int, typer.Option(help="Days with available slots to find.", min=1)] = 5,
    start: Annotated[str | None, typer.Option("--from", help="First day, as 2021-10-26; today if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find available slots, period after period."""
    found = _workflow(context).find_slots(
        location, sor, priority, days=days, start=None if start is None else _moment(start)
    )
    if as_json:
        _print_json({"slots": [asdict(slot) for slot in found.slots], "warnings": found.warnings})
        return
    table = Table("day", "begin", "end", "best", box=None)
    for slot in found.slots:
        table.add_row(f"{slot.begin:%a %d %b %Y}", slot.begin.isoformat(), slot.end.isoformat(), "*" * slot.best)
    _out.print(table)
    for warning in found.warnings:
        _err.print(f"DRS says: {warning}", markup=False)


@app.command()
def book(
    context: typer.Context,
    number: Number,
    location: Location,
    sor: SorCode,
    priority: Priority,
    begin: Begin,
    end: End,
    comments: Annotated[str, typer.Option(help="For the operative; at most 255 characters.")] = "",
    as_json: AsJson = False,
) -> None:
    """Create an order and schedule it into a slot."""
    slot = Slot(_moment(begin), _moment(end), available=True, best=False)
    _show(_workflow(context).book(number, slot, location, sor, priority, comments=comments), as_json=as_json)


@app.command()
def show(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Show an order with its bookings."""
    _show(_workflow(context).show(number), as_json=as_json)


@app.command()
def move(context: typer.Context, number: Number, begin: Begin, end: End, as_json: AsJson = False) -> None:
    """Move an order's booking into another slot."""
    slot = Slot(_moment(begin), _moment(end), available=True, best=False)
    _show(_workflow(context).move(number, slot), as_json=as_json)


@app.command()
def cancel(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Cancel an order's booking."""
    _workflow(context).cancel(number)
    if as_json:
        _print_json({"cancelled": number})
    else:
        _out.print(f"The booking of order {number} is cancelled.", markup=False)


@app.command()
def complete(
    context: typer.Context,
    number: Number,
    begin: Begin,
    end: End,
    resource: Annotated[str | None, typer.Option(help="Who did it, by id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Complete an order's booking and the order: when the work began and ended."""
    worked = _moment(begin), _moment(end)
    _show(_workflow(context).complete(number, *worked, resource_id=resource), as_json=as_json)


@app.command("schedule-of")
def schedule_of(
    context: typer.Context,
    resource: Annotated[str, typer.Argument(help="The operative's id.", metavar="OPERATIVE")],
    day: Annotated[str, typer.Option(help="The day, as 2021-10-26.")],
    as_json: AsJson = False,
) -> None:
    """Show an operative's day in the order of the visits."""
    bookings = _workflow(context).schedule_of(resource, _moment(day).date())
    if as_json:
        _print_json([asdict(booking) for booking in bookings])
        return
    table = Table("order", "booking", "assigned", "window", "minutes", box=None)
    for booking in bookings:
        table.add_row(
            booking.order_number,
            str(booking.id),
            _span(booking.assigned_start, booking.assigned_end),
            _span(booking.window_start, booking.window_end),
            str(booking.minutes),
        )
    _out.print(table if bookings else "Nothing is planned.")


@app.command()
def alerts(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the bookings that a planner is to look at."""
    found = _workflow(context).alerts()
    if as_json:
        _print_json([asdict(alert) for alert in found])
        return
    table = Table("reason", "since", "order", "booking", "comments", box=None)
    for alert in found:
        booking = alert.booking
        since = "" if alert.created is None else f"{alert.created:%a %d %b %Y %H:%M}"
        which = ("", "") if booking is None else (booking.order_number, str(booking.id))
        table.add_row(alert.reason, since, *which, alert.comments)
    _out.print(table if found else "No alerts.")


def _workflow(context: typer.Context) -> RepairWorkflow:
    workflow: RepairWorkflow = context.obj()
    return workflow


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidArgument(f"'{text}' is no date and time. Write 2021-10-26T08:00:00+01:00.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(_ZONE))


def _show(order: Order, *, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(order))
        return
    where = f", {', '.join(order.location.address)}" if order.location else ""
    _out.print(f"Order {order.number} at {order.location_id}{where}", markup=False)
    table = Table("booking", "window", "assigned", "operative", box=None)
    for booking in order.bookings:
        names = ", ".join(resource.name or resource.id or "" for resource in booking.resources)
        table.add_row(
            str(booking.id),
            _span(booking.window_start, booking.window_end),
            _span(booking.assigned_start, booking.assigned_end),
            names or "not scheduled",
        )
    _out.print(table if order.bookings else "No booking.")


def _span(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return ""
    return (
        f"{start:%a %d %b %Y %H:%M} to {end:%H:%M}" if start.date() == end.date() else f"{start:%d %b} to {end:%d %b}"
    )


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2, default=_as_text))


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
