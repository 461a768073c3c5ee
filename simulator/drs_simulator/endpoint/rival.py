"""The other caller of ``place_taken``: reads which place a call is about to ask for, and takes it."""

from __future__ import annotations

from datetime import datetime

from drs_simulator.endpoint.sent import SentCall
from drs_simulator.gateway.fault import SoapFault
from drs_simulator.gateway.values import read_date_time, read_integer
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.requests import BookingRequest, PlacingRequest
from drs_simulator.scheduling.rivalry import take_places
from drs_simulator.scheduling.scheduler import Scheduler


class Rival:
    """Takes the places that other callers want."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def take_places(self, call: SentCall) -> None:
        """Fill the window that the call asks for. One that will be declined or not understood asks for none."""
        try:
            booking = BookingRequest(
                booking_id=read_integer(call.text("bookingId")),
                window_start=self._date(call, "planningWindowStart"),
                window_end=self._date(call, "planningWindowEnd"),
            )
            self._scheduler.perform(take_places, call.session_id, PlacingRequest(booking))
        except (SoapFault, Refusal):
            return

    def _date(self, call: SentCall, name: str) -> datetime | None:
        text = call.text(name)
        return read_date_time(text, self._scheduler.profile.zone) if text else None
