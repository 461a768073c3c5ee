"""A DRS that answers from recordings alone: the answer to an equal request, or a fault that says what differs."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from random import Random
from threading import Lock

from drs_simulator.clock import Clock
from drs_simulator.faults.plan import FaultPlan
from drs_simulator.http.app import Endpoint
from drs_simulator.journal.journal import Journal
from drs_simulator.profile.model import GatewaySettings, Profile
from drs_simulator.replay.matching import XmlNode, mismatches, to_node
from drs_simulator.replay.recording_folder import RecordedExchange, RecordingFolder
from drs_simulator.scheduling.scheduler import Credentials, Scheduler
from drs_simulator.soap.envelope import UnknownCharsetError, read_envelope, write_fault
from drs_simulator.soap.gateway import GatewayResponse, interface_description
from drs_simulator.soap.soap_fault import SoapFault, unreadable
from drs_simulator.storage.memory import MemoryStore
from drs_simulator.xml import encoding_of

_OPENING = "openSession"
_SESSION_ID_BITS = 128
_MAX_TOLD = 5
_ACCEPTED: dict[str, object] = {"default_namespace_wrapper": "accept"}


def replay_application(
    recording: RecordingFolder, profile: Profile, random: Random, *, closest: bool = False
) -> Endpoint:
    """The WSGI application that serves a recording at a profile's paths, with the interface description.

    Args:
        recording: What is answered.
        profile: The installation whose gateway this is.
        random: What the ids of sessions come from.
        closest: GatewayResponse a request without an equal with what was answered to the closest one of its operation.
    """
    gateway = RecordedGateway(recording, profile.gateway, random, closest=closest)
    clock = Clock()
    # Nothing is scheduled here, and nothing goes wrong but what was recorded.
    scheduler = Scheduler(profile, clock, random, MemoryStore(), Credentials("", ""))
    journal = Journal(profile, clock, scheduler, "", max_entries=0)
    return Endpoint(profile, gateway, scheduler, clock, FaultPlan((), random), journal)


class RecordedGateway:
    """Answers SOAP requests with recorded bytes; see ``replay_application``. Safe under threads.

    No session is checked: a recording may have been begun in one that was open already.
    """

    def __init__(
        self, recording: RecordingFolder, settings: GatewaySettings, random: Random, *, closest: bool = False
    ) -> None:
        self._recording = recording
        self._settings = settings
        # What was recorded is answered as it was, whatever this simulator would say to it.
        self._guard = settings.model_copy(update=_ACCEPTED)
        self._random = random
        self._closest = closest
        self._lock = Lock()
        self._last = -1

    def answer(self, body: bytes, charset: str | None = None, soap_action: str = "") -> GatewayResponse:  # noqa: ARG002 - recordings have none
        """The recorded answer to one request, or a fault; see ``Gateway.answer``."""
        operation = ""
        try:
            message = to_node(read_envelope(body, charset or encoding_of(body), self._guard))
            operation = message.name
            with self._lock:
                exchange = self._exchange_for(message)
                answer = self._answer_of(exchange, operation)
        except UnknownCharsetError:
            return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(unreadable()), operation)
        except SoapFault as problem:
            return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(problem), operation)
        # The status is not recorded: SOAP has 500 for faults.
        status = HTTPStatus.INTERNAL_SERVER_ERROR if exchange.is_fault else HTTPStatus.OK
        return GatewayResponse(status, answer, operation)

    def wsdl(self, address: str, part: str = "", *, single: bool = False) -> bytes | None:
        """The interface description; see ``Gateway.wsdl``."""
        return interface_description(self._settings, address, part, single=single)

    def _exchange_for(self, message: XmlNode) -> RecordedExchange:
        """The exchange to answer from, which is the last one then.

        Raises:
            SoapFault: There is none.
        """
        exchanges = self._recording.exchanges
        differing = {
            place: list(mismatches(exchange.message, message, self._recording.redacted))
            for place, exchange in enumerate(exchanges)
            if exchange.message.name == message.name
        }
        if not differing:
            raise _never_recorded(message.name, exchanges)
        fewest = min(map(len, differing.values()))
        place = self._next_in_order([place for place, each in differing.items() if len(each) == fewest], message.name)
        if fewest and not self._closest:
            raise _not_recorded_so(message.name, exchanges[place].name, differing[place])
        self._last = place
        return exchanges[place]

    def _next_in_order(self, places: Sequence[int], operation: str) -> int:
        """The first place after the last answer; else the last one before it, as what was answered there still holds.

        A session that is opened after all that were recorded begins anew.
        """
        later = next((place for place in places if place > self._last), None)
        if later is not None:
            return later
        return places[0] if operation == _OPENING else places[-1]

    def _answer_of(self, exchange: RecordedExchange, operation: str) -> bytes:
        """The recorded bytes, in which a session that is opened has an id of its own."""
        if operation != _OPENING or not exchange.session_id:
            return exchange.response
        session_id = f"{self._random.getrandbits(_SESSION_ID_BITS):032x}"
        return exchange.response.replace(f">{exchange.session_id}<".encode(), f">{session_id}<".encode())


def _never_recorded(operation: str, exchanges: Sequence[RecordedExchange]) -> SoapFault:
    known = ", ".join(sorted({exchange.message.name for exchange in exchanges}))
    return SoapFault(f"There is no recording of {operation}. Recorded are: {known}.")


def _not_recorded_so(operation: str, closest: str, differing: Sequence[str]) -> SoapFault:
    more = len(differing) - _MAX_TOLD
    # The path begins with the wrapper, which is no news.
    told = "; ".join(each.removeprefix(f"{operation}/") for each in differing[:_MAX_TOLD]) + (
        f"; and {more} more" if more > 0 else ""
    )
    return SoapFault(f"There is no recording of {operation} with this request. The closest is {closest}: {told}.")
