"""The pages of the journal: the recorded exchanges, and one of them with its diagnosis, clauses and copies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import NamedTuple, cast

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from lxml import etree
from werkzeug.wrappers import Response as AnyResponse

from drs_simulator.callbacks.message import OPERATIONS as CALLBACKS
from drs_simulator.console.current import perform, simulator
from drs_simulator.console.exchanges.copies import OutgoingCall, write_csharp, write_curl, write_python
from drs_simulator.console.exchanges.judging import JudgedJournal
from drs_simulator.console.exchanges.search import OUTCOMES, JournalSearch, find_neighbours, find_page
from drs_simulator.console.exchanges.secrets import restore_secrets
from drs_simulator.console.exchanges.sending import CONTENT_TYPE, send_call
from drs_simulator.console.highlight import highlight_xml
from drs_simulator.journal.entry import JournalEntry, max_body
from drs_simulator.journal.har import charset_of, to_har
from drs_simulator.journal.masking import WITHHELD
from drs_simulator.scheduling import back_office
from drs_simulator.scheduling.back_office import UnknownError
from drs_simulator.soap.interface import OPERATIONS
from drs_simulator.version import project_url
from drs_simulator.xml import parse_xml

pages = Blueprint("journal", __name__)
_JUDGED = "judged_journal"
_MAX_DIGITS = 18
_MAX_LINKS = 5


@pages.record_once
def _set_up(state: object) -> None:
    app = getattr(state, "app")  # noqa: B009 - Flask's type of it is private
    app.extensions[_JUDGED] = JudgedJournal(app.extensions["simulator"].journal)


@pages.get("/journal")
def entries() -> str:
    """Show a page of the exchanges that match the filter, newest first."""
    search = JournalSearch.read(request.args)
    return render_template(
        "journal.html",
        search=search,
        page=find_page(simulator().journal, search, _number("before"), _number("after")),
        verdicts=_verdicts(may_be_old=True),
        operations=sorted((*OPERATIONS, *CALLBACKS.values())),
        outcomes=OUTCOMES,
        is_enabled=bool(simulator().journal),
    )


@pages.get("/journal/rows")
def rows() -> str:
    """Return the newest rows of that table, which the page fetches again and again while it is live."""
    search = JournalSearch.read(request.args)
    page = find_page(simulator().journal, search, None, None)
    return render_template("journal_rows.html", search=search, page=page, verdicts=_verdicts(may_be_old=True))


@pages.get("/journal/<int:number>")
def entry(number: int) -> str:
    """Show one exchange."""
    found, search = _entry(number), JournalSearch.read(request.args)
    return render_template(
        "entry.html",
        entry=found,
        search=search,
        neighbours=find_neighbours(simulator().journal, search, number),
        clauses=_verdicts(may_be_old=False).get(number, ()),
        contract_page=project_url("Contract"),
        copies=_copy(found),
        links=_find_links(found),
        request_xml=highlight_xml(found.request),
        response_xml=highlight_xml(found.response),
    )


@pages.post("/journal/<int:number>/again")
def send_again(number: int) -> AnyResponse:
    """Send the request of an exchange again, and show the new exchange."""
    found = _entry(number)
    text = read_request(found)
    if text is None or found.is_callback:
        raise UnknownError(f"The request of exchange {number} cannot be sent again; it is not whole in the journal.")
    sent = send_call(
        restore_secrets(text).text, found.content_type or CONTENT_TYPE, found.soap_action, charset_of(found)
    )
    target = url_for("journal.entries")
    if sent.number is not None:
        target = url_for("journal.entry", number=sent.number, again=number)
    return redirect(target, HTTPStatus.SEE_OTHER)


@pages.get("/journal/<int:number>/har")
def download_entry(number: int) -> Response:
    """Download one exchange as an HTTP archive."""
    return _download([_entry(number)], f"drs-exchange-{number}.har")


@pages.get("/journal/har")
def download_entries() -> Response:
    """Download all exchanges that match the filter as an HTTP archive, oldest first."""
    found = list(JournalSearch.read(request.args).find(simulator().journal))
    return _download(reversed(found), "drs-journal.har")


@pages.post("/journal/clear")
def clear() -> AnyResponse:
    """Delete all exchanges."""
    simulator().journal.clear()
    return redirect(url_for("journal.entries", done="clear"), HTTPStatus.SEE_OTHER)


def read_request(found: JournalEntry) -> str | None:
    """Decode the request of an exchange; ``None`` if it is not text, or not whole in the journal."""
    is_cut = len(found.request) >= max_body(simulator().journal)
    if found.method != "POST" or not found.request or is_cut or found.request.startswith(WITHHELD):
        return None
    try:
        return found.request.decode(charset_of(found)).lstrip("\ufeff")
    except (LookupError, UnicodeError):
        return None


class Copy(NamedTuple):
    """An exchange's request in a form to copy."""

    id: str
    label: str
    text: str
    notes: tuple[str, ...]


def _copy(found: JournalEntry) -> tuple[Copy, ...]:
    text = read_request(found)
    if text is None:
        return ()
    body, notes = restore_secrets(text)
    address = found.path if found.is_callback else f"{request.root_url.rstrip('/')}{found.path}"
    call = OutgoingCall(address, body, found.content_type, found.soap_action)
    forms = (("XML", body), ("curl", write_curl(call)), ("C#", write_csharp(call)), ("Python", write_python(call)))
    return tuple(Copy(f"copy-{label.lower().replace('#', 'sharp')}", label, each, notes) for label, each in forms)


class PageLink(NamedTuple):
    """A link to an order or a booking that an exchange is about."""

    label: str
    address: str


def _find_links(found: JournalEntry) -> tuple[PageLink, ...]:
    """Find the orders and bookings of an exchange that exist."""
    numbers: dict[str, None] = {}
    bookings: dict[str, None] = {}
    for body in (found.request, found.response):
        try:
            root = parse_xml(body)
        except (etree.XMLSyntaxError, LookupError):
            continue
        numbers |= _texts(root, "primaryOrderNumber")
        bookings |= _texts(root, "bookingId")
    links = []
    for number in list(numbers)[:_MAX_LINKS]:
        try:
            perform(back_office.order_numbered, number)
        except UnknownError:
            continue
        links.append(PageLink(f"Order {number}", url_for("orders.order", number=number)))
    for text in list(bookings)[:_MAX_LINKS]:
        try:
            perform(back_office.booking_of_id, int(text) if text.isascii() and text.isdigit() else 0)
        except (UnknownError, OverflowError, ValueError):
            continue
        links.append(PageLink(f"Booking {text}", url_for("bookings.booking", booking_id=int(text))))
    return tuple(links)


def _texts(root: etree._Element, name: str) -> dict[str, None]:
    texts = ((element.text or "").strip() for element in root.iter(f"{{*}}{name}"))
    return dict.fromkeys(text for text in texts if text and len(text) <= _MAX_DIGITS)


def _verdicts(*, may_be_old: bool) -> Mapping[int, tuple[object, ...]]:
    return cast("JudgedJournal", current_app.extensions[_JUDGED]).verdicts(may_be_old=may_be_old)


def _entry(number: int) -> JournalEntry:
    found = simulator().journal.entry(number)
    if found is None:
        raise UnknownError(f"The journal has no exchange {number}. It may have made room for later ones.")
    return found


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None


def _download(found: Iterable[JournalEntry], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(json.dumps(to_har(found), indent=1), content_type="application/json", headers=headers)
