"""The commands of ``drs-client``: each makes its calls and prints what they return."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from drs_client import __version__
from drs_client.cli.output import prepare_streams, print_error, print_json, print_line, print_table, silence_output
from drs_client.client import DrsClient
from drs_client.errors import DrsError, InvalidArgument
from drs_client.model import Booking, Order, Slot
from drs_client.workflow import RepairWorkflow

_HELP = """Book and manage appointments in a DRS.

Exit codes: 0 done; 1 DRS declined; 2 the input cannot be used; 3 DRS was not reached, or something else answered;
130 interrupted.
"""
_ZONE = ZoneInfo("Europe/London")
_NO_READER = 1

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain text is the same at every width and in every encoding.
    rich_markup_mode=None,
)

LocationId = Annotated[str, typer.Option("--location", help="Id of the property in DRS.")]
SorCode = Annotated[str, typer.Option("--sor", help="SOR code of the work.")]
Priority = Annotated[str, typer.Option("--priority", help="Priority, exactly as DRS writes it.")]
Begin = Annotated[str, typer.Option("--begin", help="Start of the slot, as 'slots' prints it.")]
End = Annotated[str, typer.Option("--end", help="End of the slot, as 'slots' prints it.")]
Number = Annotated[str, typer.Argument(help="Number of the order in the housing system.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def run() -> int:
    """Run the command that the arguments name and return its exit code."""
    prepare_streams()
    try:
        app(prog_name="drs-client")
    except DrsError as error:
        print_error(str(error))
        return error.exit_code
    except BrokenPipeError:
        silence_output()
        return _NO_READER
    return 0


@dataclass(frozen=True, slots=True)
class Connection:
    """The options that say which DRS to call, and how."""

    url: str
    login: str
    password: str | None
    wsdl: str | None
    timeout: float
    contract: str

    @contextmanager
    def open(self) -> Iterator[RepairWorkflow]:
        """Connect, and close the connection at the end.

        Raises:
            InvalidArgument: The address is missing or wrong, or the password is missing.
        """
        if not self.url:
            raise InvalidArgument("No address. Give the gateway's address with --url or in DRS_URL.")
        password = _ask_password() if self.password is None else self.password
        client = DrsClient(self.url, self.login, password, wsdl=self.wsdl, timeout=self.timeout, contract=self.contract)
        with client, RepairWorkflow(client) as repairs:
            yield repairs


def _print_version(wanted: bool) -> None:
    if wanted:
        print_line(f"drs-client {__version__}")
        raise typer.Exit


@app.callback(help=_HELP)
def connect(
    context: typer.Context,
    url: Annotated[str, typer.Option(envvar="DRS_URL", help="Address of the gateway, ending in /ws/soap.")] = "",
    login: Annotated[str, typer.Option(envvar="DRS_LOGIN", help="Login of the council's service.")] = "drs",
    password: Annotated[
        str | None, typer.Option(envvar="DRS_PASSWORD", help="Password; by default it is asked for.")
    ] = None,
    wsdl: Annotated[str | None, typer.Option(help="WSDL file or address; by default the address with ?wsdl.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for an answer.", min=0.1)] = 30.0,
    contract: Annotated[str, typer.Option(help="Contract to work under.")] = "0",
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Keep how to connect; a command's --help must not connect."""
    del version
    context.obj = Connection(url, login, password, wsdl, timeout, contract)


@app.command()
def slots(
    context: typer.Context,
    location: LocationId,
    sor: SorCode,
    priority: Priority,
    days: Annotated[int, typer.Option(help="Number of days with available slots to find.", min=1)] = 5,
    start: Annotated[
        str | None, typer.Option("--from", help="First day, such as 2021-10-26; by default today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find available slots."""
    begin = None if start is None else _parse_day(start)
    with _connection(context).open() as repairs:
        found = repairs.find_slots(location, sor, priority, days=days, start=begin)
    if as_json:
        print_json({"slots": [asdict(slot) for slot in found.slots], "warnings": found.warnings})
    elif found.slots:
        rows = [
            (f"{slot.begin:%a %d %b %Y}", slot.begin.isoformat(), slot.end.isoformat(), "*" * slot.best)
            for slot in found.slots
        ]
        print_table(("day", "begin", "end", "best"), rows)
    else:
        print_line(_explain_no_slots(begin))
    for warning in found.warnings:
        print_error(f"DRS says: {warning}")


@app.command()
def book(
    context: typer.Context,
    number: Number,
    location: LocationId,
    sor: SorCode,
    priority: Priority,
    begin: Begin,
    end: End,
    comments: Annotated[str, typer.Option(help="Comments for the operative; at most 255 characters.")] = "",
    as_json: AsJson = False,
) -> None:
    """Create an order and schedule it into a slot. It is safe to repeat."""
    slot = _parse_slot(begin, end)
    with _connection(context).open() as repairs:
        order = repairs.book(number, slot, location, sor, priority, comments=comments)
    _print_order(order, as_json=as_json)


@app.command()
def show(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Show an order and its bookings."""
    with _connection(context).open() as repairs:
        order = repairs.show(number)
    _print_order(order, as_json=as_json)


@app.command()
def orders(
    context: typer.Context,
    location: Annotated[
        list[str] | None, typer.Option(help="Id of a property. Repeatable.", show_default=False)
    ] = None,
    resource: Annotated[
        list[str] | None, typer.Option(help="Id of an operative. Repeatable.", show_default=False)
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", help="First day of their bookings, such as 2021-10-26.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day of their bookings.")] = None,
    completed: Annotated[bool, typer.Option("--completed", help="List completed bookings too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the orders of a property, an operative or a period."""
    first = None if begin is None else _parse_day(begin)
    last = None if end is None else datetime.combine(_parse_day(end), time(23, 59, 59), _ZONE)
    if not location and not resource and (first is None or last is None):
        raise InvalidArgument("Which orders? Give --location, --resource, or --from and --to.")
    with _connection(context).open() as repairs:
        found = repairs.find_orders(
            location_ids=location or (),
            resource_ids=resource or (),
            begin=first,
            end=last,
            completed_bookings=completed,
        )
    if as_json:
        print_json([asdict(order) for order in found])
    elif found:
        rows = [
            (order.number, order.location_id or "", order.priority or "", *booking)
            for order in found
            for booking in [_to_row(each)[1:4] for each in order.bookings] or [("", "", "")]
        ]
        print_table(("order", "location", "priority", "booking", "assigned", "window"), rows)
    else:
        print_line("No orders.")


@app.command("delete-order")
def delete_order(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Delete an order with its bookings; their places are free again."""
    with _connection(context).open() as repairs:
        repairs.delete(number)
    if as_json:
        print_json({"deleted": number})
    else:
        print_line(f"Order {number} is deleted.")


@app.command()
def move(context: typer.Context, number: Number, begin: Begin, end: End, as_json: AsJson = False) -> None:
    """Move an order's booking into another slot."""
    slot = _parse_slot(begin, end)
    with _connection(context).open() as repairs:
        order = repairs.move(number, slot)
    _print_order(order, as_json=as_json)


@app.command()
def cancel(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Cancel an order's booking."""
    with _connection(context).open() as repairs:
        repairs.cancel(number)
    if as_json:
        print_json({"cancelled": number})
    else:
        print_line(f"The booking of order {number} is cancelled.")


@app.command()
def complete(
    context: typer.Context,
    number: Number,
    begin: Annotated[str, typer.Option("--begin", help="When the work began, such as 2021-10-26T09:00.")],
    end: Annotated[str, typer.Option("--end", help="When the work ended, such as 2021-10-26T10:00.")],
    resource: Annotated[str | None, typer.Option(help="Id of the operative who did it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Complete an order and its booking."""
    worked = _parse_time(begin), _parse_time(end)
    with _connection(context).open() as repairs:
        order = repairs.complete(number, *worked, resource_id=resource)
    _print_order(order, as_json=as_json)


@app.command()
def schedule(
    context: typer.Context,
    resource: Annotated[str, typer.Argument(help="Id of the operative.", metavar="OPERATIVE")],
    day: Annotated[str, typer.Option(help="Day, such as 2021-10-26.")],
    as_json: AsJson = False,
) -> None:
    """Show an operative's bookings of a day."""
    begin = _parse_day(day)
    with _connection(context).open() as repairs:
        bookings = repairs.get_schedule(resource, begin.date())
    if as_json:
        print_json([asdict(booking) for booking in bookings])
    elif bookings:
        print_table(("order", "booking", "assigned", "window", "minutes"), [_to_row(booking) for booking in bookings])
    else:
        print_line("Nothing is planned.")


@app.command()
def alerts(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the alerts for planners."""
    with _connection(context).open() as repairs:
        found = repairs.alerts()
    if as_json:
        print_json([asdict(alert) for alert in found])
    elif found:
        rows = []
        for alert in found:
            since = "" if alert.created is None else f"{alert.created:%a %d %b %Y %H:%M}"
            which = ("", "") if alert.booking is None else (alert.booking.order_number or "", str(alert.booking.id))
            rows.append((alert.reason or "", since, *which, alert.comments or ""))
        print_table(("reason", "since", "order", "booking", "comments"), rows)
    else:
        print_line("No alerts.")


def _connection(context: typer.Context) -> Connection:
    connection: Connection = context.obj
    return connection


def _ask_password() -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InvalidArgument("No password. Set DRS_PASSWORD, or give --password.")
    try:
        return getpass.getpass("Password: ")
    except EOFError:
        raise InvalidArgument("No password. Set DRS_PASSWORD, or give --password.") from None


def _parse_day(text: str) -> datetime:
    """Return a date's midnight in DRS's zone, or the date and time that is written."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidArgument(f"'{text}' is not a date. Write it as year-month-day, such as 2021-10-26.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=_ZONE)


def _parse_time(text: str) -> datetime:
    """Return a date and time; without an offset it is in DRS's zone."""
    try:
        return _parse_day(text)
    except InvalidArgument:
        raise InvalidArgument(f"'{text}' is not a date and time. Write 2021-10-26T08:00:00+01:00.") from None


def _parse_slot(begin: str, end: str) -> Slot:
    return Slot(_parse_time(begin), _parse_time(end), available=True, best=False)


def _explain_no_slots(begin: datetime | None) -> str:
    if begin is None:
        return "No slots were found."
    text = f"No slots were found from {begin:%a %d %b %Y} on."
    if begin.date() < datetime.now(UTC).astimezone(_ZONE).date():
        text += " That day is past: give a later one with --from."
    return text


def _print_order(order: Order, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(order))
        return
    address = f", {', '.join(order.location.address)}" if order.location else ""
    print_line(f"Order {order.number} at {order.location_id}{address}")
    rows = []
    for booking in order.bookings:
        names = ", ".join(resource.name or resource.id or "" for resource in booking.resources)
        window = _format_span(booking.window_start, booking.window_end)
        assigned = _format_span(booking.assigned_start, booking.assigned_end)
        rows.append((str(booking.id), window, assigned, names or "not scheduled"))
    if rows:
        print_table(("booking", "window", "assigned", "operative"), rows)
    else:
        print_line("No booking.")


def _to_row(booking: Booking) -> tuple[str, ...]:
    return (
        booking.order_number or "",
        str(booking.id),
        _format_span(booking.assigned_start, booking.assigned_end),
        _format_span(booking.window_start, booking.window_end),
        str(booking.minutes),
    )


def _format_span(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return ""
    if start.date() == end.date():
        return f"{start:%a %d %b %Y %H:%M} to {end:%H:%M}"
    return f"{start:%a %d %b %Y} to {end:%a %d %b %Y}"
