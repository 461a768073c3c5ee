"""The pages on which an operation is tried: by a form, or by the XML itself."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request

from drs_simulator.console.current import simulator
from drs_simulator.console.exchanges.pages import read_request
from drs_simulator.console.exchanges.secrets import restore_secrets
from drs_simulator.console.exchanges.sending import CONTENT_TYPE, Answer, send_call
from drs_simulator.console.highlight import highlight_xml
from drs_simulator.console.tryit.forms import make_form, write_request
from drs_simulator.console.tryit.values import find_samples
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.interface import OPERATIONS, interface_named
from drs_simulator.soap.operations import HANDLERS

pages = Blueprint("try", __name__)
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "Sessions": ("openSession", "closeSession"),
    "Appointments": ("checkAvailability", "scheduleBooking", "createReservation", "confirmReservation"),
    "Orders": ("createOrder", "selectOrder", "updateOrder", "completeOrder", "deleteOrder"),
    "Bookings": ("createBooking", "selectBooking", "updateBooking", "deleteBooking", "getSchedule", "selectAlerts"),
    "Installation": ("selectMetaData", "selectResource", "updateResource", "updateLocation", "updateBookingCode"),
}


@pages.get("/try")
def all_operations() -> str:
    """List the operations."""
    return render_template("try.html", subjects=_SUBJECTS, summaries={each: _summarize(each) for each in OPERATIONS})


@pages.get("/try/<operation>")
def fill_in(operation: str) -> str:
    """Show the form of an operation, with values that exist."""
    return _show_form(operation, None)


@pages.post("/try/<operation>")
def send(operation: str) -> str:
    """Send what was typed into the form, or show it as XML to edit."""
    form = make_form(interface_named(simulator().profile.gateway.interface), _known(operation))
    text = write_request(form, request.form)
    if request.form.get("do") == "edit":
        return _show_editor(text)
    return _show_form(operation, request.form, text, send_call(text, soap_action='""'))


@pages.get("/try/xml")
def edit_xml() -> str:
    """Show a request as XML to edit, for example one of the journal."""
    number = request.args.get("from", "")
    found = simulator().journal.entry(int(number)) if number.isascii() and number.isdigit() else None
    text = None if found is None else read_request(found)
    if found is None or text is None:
        if number:
            raise UnknownError(f"The journal has no request {number} that can be edited.")
        return _show_editor("")
    restored = restore_secrets(text)
    return _show_editor(restored.text, found.content_type or CONTENT_TYPE, found.soap_action, notes=restored.notes)


@pages.post("/try/xml")
def send_xml() -> str:
    """Send the XML that was edited."""
    sent = request.form
    text = sent.get("xml", "").replace("\r\n", "\n")
    content_type, action = sent.get("content_type", "") or CONTENT_TYPE, sent.get("soap_action", "")
    return _show_editor(text, content_type, action, answer=send_call(text, content_type, action))


def _show_form(operation: str, typed: Mapping[str, str] | None, text: str = "", answer: Answer | None = None) -> str:
    samples = find_samples(_known(operation))
    interface = interface_named(simulator().profile.gateway.interface)
    form = make_form(interface, operation)
    return render_template(
        "try_operation.html",
        operation=operation,
        subjects=_SUBJECTS,
        summary=_summarize(operation),
        form=form,
        used_groups=[each for each in form.groups() if each.has_any(samples.filled)],
        enumerations={each.type: each.choices for each in form.fields() if each.choices},
        samples=samples,
        typed=samples.filled if typed is None else typed,
        request_xml=highlight_xml(text.encode()) if text else None,
        answer=answer,
        answer_xml=None if answer is None else highlight_xml(answer.body),
    )


def _show_editor(
    text: str,
    content_type: str = CONTENT_TYPE,
    soap_action: str = '""',
    *,
    notes: tuple[str, ...] = (),
    answer: Answer | None = None,
) -> str:
    return render_template(
        "try_xml.html",
        text=text,
        content_type=content_type,
        soap_action=soap_action,
        notes=notes,
        answer=answer,
        answer_xml=None if answer is None else highlight_xml(answer.body),
    )


def _known(operation: str) -> str:
    if operation not in OPERATIONS:
        raise UnknownError(f"DRS has no operation {operation}.")
    return operation


def _summarize(operation: str) -> str:
    """Return what an operation does, in one sentence."""
    described = Scheduler.open_session if operation == "openSession" else HANDLERS[operation].use_case
    return (described.__doc__ or "").partition("\n")[0].partition(". ")[0].rstrip(".") + "."
