"""A gateway that answers from a recording: the response to an equal request, or a fault that names the mismatches."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from random import Random
from threading import Lock

from drs_simulator.clock import Clock
from drs_simulator.faults.plan import FaultPlan
from drs_simulator.http.app import Endpoint
from drs_simulator.journal.journal import Journal
from drs_simulator.profile.model import Profile
from drs_simulator.profile.tables import GatewaySettings
from drs_simulator.replay.matching import XmlNode, mismatches, to_node
from drs_simulator.replay.recording import RecordedExchange, Recording
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.soap.envelope import SOAP_1_1, UnknownCharsetError, read_envelope, write_fault
from drs_simulator.soap.gateway import GatewayResponse, interface_description
from drs_simulator.soap.soap_fault import SoapFault, unreadable
from drs_simulator.storage.memory import MemoryStore
from drs_simulator.xml import encoding_of, parse_xml

_OPEN_SESSION = "openSession"
_SESSION_ID_BITS = 128
_MAX_DIFFERENCES = 5
_TOLERANT: dict[str, object] = {"default_namespace_wrapper": "accept"}


def replay_application(recording: Recording, profile: Profile, random: Random, *, closest: bool = False) -> Endpoint:
    """The WSGI application that serves a recording and the WSDL at a profile's paths.

    Args:
        recording: The recording.
        profile: The installation whose gateway this is.
        random: The source of session ids.
        closest: Whether a request that was not recorded gets the response to the closest one of its operation.
    """
    gateway = RecordedGateway(recording, profile.gateway, random, closest=closest)
    clock = Clock()
    # The endpoint needs these; nothing is scheduled here, and no fault rules apply.
    scheduler = Scheduler(profile, clock, random, MemoryStore(), Credentials("", ""))
    journal = Journal(profile, clock, scheduler, "", max_entries=0)
    return Endpoint(profile, gateway, scheduler, clock, FaultPlan((), random), journal)


@dataclass(frozen=True, slots=True)
class _RecordedAnswer:
    """An exchange that may answer a request.

    Args:
        exchange: The exchange.
        message: Its request, to be compared.
        session_id: The session id in its response; empty if there is none.
        is_fault: Whether its response is a SOAP fault.
    """

    exchange: RecordedExchange
    message: XmlNode
    session_id: str
    is_fault: bool


class RecordedGateway:
    """Answers SOAP requests with recorded bytes; see ``replay_application``. Safe under threads.

    Sessions are not checked, because the session of a recording may have been opened before it began.
    """

    def __init__(
        self, recording: Recording, settings: GatewaySettings, random: Random, *, closest: bool = False
    ) -> None:
        self._redacted = recording.redacted
        self._settings = settings
        # Also requests that the simulator would refuse were recorded.
        self._tolerant_settings = settings.model_copy(update=_TOLERANT)
        # A recorded request may be larger than those that the profile accepts.
        unlimited = self._tolerant_settings.model_copy(update={"max_body_bytes": sys.maxsize})
        self._candidates = tuple(_make_candidate(exchange, unlimited) for exchange in recording.exchanges)
        self._random = random
        self._closest = closest
        self._lock = Lock()
        self._last = -1

    def answer(self, body: bytes, charset: str | None = None, soap_action: str = "") -> GatewayResponse:  # noqa: ARG002 - a recording has none
        """The recorded response to one request, or a fault; see ``Gateway.answer``."""
        operation = ""
        try:
            message = to_node(read_envelope(body, charset or encoding_of(body), self._tolerant_settings))
            operation = message.name
            with self._lock:
                candidate = self._find(message)
                response = self._response_of(candidate, operation)
        except UnknownCharsetError:
            return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(unreadable()), operation)
        except SoapFault as problem:
            return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(problem), operation)
        # A recording has no status; SOAP 1.1 has 500 for faults.
        status = HTTPStatus.INTERNAL_SERVER_ERROR if candidate.is_fault else HTTPStatus.OK
        return GatewayResponse(status, response, operation)

    def wsdl(self, address: str, part: str = "", *, single: bool = False) -> bytes | None:
        """The WSDL; see ``Gateway.wsdl``."""
        return interface_description(self._settings, address, part, single=single)

    def _find(self, message: XmlNode) -> _RecordedAnswer:
        """The exchange that answers the request; it becomes the last one.

        Raises:
            SoapFault: There is none.
        """
        found = {
            place: list(mismatches(candidate.message, message, self._redacted))
            for place, candidate in enumerate(self._candidates)
            if candidate.message.name == message.name
        }
        if not found:
            raise _unknown_operation(message.name, self._candidates)
        fewest = min(map(len, found.values()))
        place = self._next_in_order([place for place, each in found.items() if len(each) == fewest], message.name)
        if fewest and not self._closest:
            raise _unknown_request(message.name, self._candidates[place].exchange.name, found[place])
        self._last = place
        return self._candidates[place]

    def _next_in_order(self, places: Sequence[int], operation: str) -> int:
        """The first place after the last response, or else the last place before it, whose state still holds.

        An openSession after all recorded ones starts from the beginning.
        """
        later = next((place for place in places if place > self._last), None)
        if later is not None:
            return later
        return places[0] if operation == _OPEN_SESSION else places[-1]

    def _response_of(self, candidate: _RecordedAnswer, operation: str) -> bytes:
        """The recorded bytes; every opened session gets an id of its own."""
        response = candidate.exchange.response
        if operation != _OPEN_SESSION or not candidate.session_id:
            return response
        session_id = f"{self._random.getrandbits(_SESSION_ID_BITS):032x}"
        return response.replace(f">{candidate.session_id}<".encode(), f">{session_id}<".encode())


def _make_candidate(exchange: RecordedExchange, settings: GatewaySettings) -> _RecordedAnswer:
    response = parse_xml(exchange.response)
    return _RecordedAnswer(
        exchange,
        to_node(read_envelope(exchange.request, encoding_of(exchange.request), settings)),
        response.findtext(".//sessionId") or "",
        response.find(f"{{{SOAP_1_1}}}Body/{{{SOAP_1_1}}}Fault") is not None,
    )


def _unknown_operation(operation: str, candidates: Sequence[_RecordedAnswer]) -> SoapFault:
    known = ", ".join(sorted({candidate.message.name for candidate in candidates}))
    return SoapFault(f"There is no recording of {operation}. Recorded are: {known}.")


def _unknown_request(operation: str, closest: str, differences: Sequence[str]) -> SoapFault:
    more = len(differences) - _MAX_DIFFERENCES
    # Every path begins with the operation, which the sentence has already.
    listed = "; ".join(each.removeprefix(f"{operation}/") for each in differences[:_MAX_DIFFERENCES]) + (
        f"; and {more} more" if more > 0 else ""
    )
    return SoapFault(f"There is no recording of {operation} with this request. The closest is {closest}: {listed}.")
