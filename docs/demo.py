"""The workflow of a council's service against a simulator of one's own, step by step: run it with ``make demo``."""

from __future__ import annotations

from datetime import timedelta

from drs_client import DrsClient, Order, RepairWorkflow
from drs_contracts import AppliesTo, Outcome, SimulatorTarget, TestData, VerifySettings, list_clauses, run_clauses
from drs_contracts.clauses.clause import count_by_grade
from drs_simulator import Simulator
from rich.console import Console
from rich.progress import track
from rich.table import Table

LOCATION, SOR_CODE, PRIORITY = "3670010", "N373049", "Priority 20 Days"
# A Friday in summer time, with the day on which the clocks go back within the period: the document's own moment.
CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
say = Console(highlight=False, soft_wrap=True).print


def told(order: Order) -> str:
    """The order's booking in a few words."""
    (booking,) = order.bookings
    assert booking.window_start is not None
    assert booking.window_end is not None
    names = ", ".join(resource.name or "somebody" for resource in booking.resources)
    return f"booking {booking.id}, {booking.window_start:%a %d %b %H:%M} to {booking.window_end:%H:%M}, {names}"


def main() -> None:
    """Find, book, move, show and cancel an appointment; then hold the simulator to what is known of DRS."""
    with Simulator("lincoln", clock=CLOCK, seed=1) as drs, DrsClient(drs.url, drs.login, drs.password) as client:
        say(f"[bold]A DRS of your own[/bold] at {drs.url}\n")
        repairs = RepairWorkflow(client, now=drs.clock.now)
        with repairs:
            found = repairs.find_slots(LOCATION, SOR_CODE, PRIORITY, days=5)
            table = Table("day", "slots that can be booked, the best marked *", box=None, padding=(0, 2, 0, 0))
            for day in found.days:
                slots = (f"{each.begin:%H:%M}-{each.end:%H:%M}{'*' * each.best}" for each in day.available_slots)
                table.add_row(f"{day.date:%a %d %b}", "  ".join(slots))
            say(f"[bold]Find[/bold] five days with appointments: {found.requests} requests of seven days each.")
            say(table)
            begin = found.slots[0]
            order = repairs.book("10000047", begin, LOCATION, SOR_CODE, PRIORITY, comments="Cupboard door is loose")
            say(f"\n[bold]Book[/bold] order {order.number}: {told(order)}")
            say(f"[bold]Move[/bold] it: {told(repairs.move('10000047', found.slots[-1]))}")
            say(f"[bold]Show[/bold] it: {order.location and ', '.join(order.location.address)}; {order.comments}")
            repairs.cancel("10000047")
            say("[bold]Cancel[/bold] it: the place is free again.")
        far = client.check_availability(LOCATION, SOR_CODE, PRIORITY, begin.begin, begin.begin + timedelta(days=13))
        say(f"[bold]Ask for 14 days[/bold] and {len(far.days)} come, with the warning: {far.warning}\n")
    target = SimulatorTarget(Simulator("lincoln", clock=CLOCK, seed=1, holds_callbacks=True))
    clauses = list_clauses(AppliesTo.DRS)
    checked = run_clauses(target, TestData.of(target.simulator.profile), clauses, VerifySettings(examples=1))
    findings = list(track(checked, f"[bold]Verify[/bold] {len(clauses)} clauses with generated requests", len(clauses)))
    held = sum(finding.outcome is Outcome.HELD for finding in findings)
    say(f"{held} of {len(findings)} clauses of what is known of DRS hold for the simulator.")
    counts = count_by_grade(finding.clause for finding in findings)
    say(f"How they are known: {', '.join(f'{count} {grade}' for grade, count in counts.items() if count)}.\n")
    say(
        "[bold]Look around[/bold]: start one with .venv/bin/drs-simulator serve, and open its console, http://127.0.0.1:8080/"
    )


if __name__ == "__main__":
    main()
