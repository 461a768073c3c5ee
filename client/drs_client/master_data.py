"""Calls on an installation's master data: operatives, properties, SOR codes, names; and on alerts for planners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from drs_client.binding import SoapBinding
from drs_client.connection import DrsConnection
from drs_client.errors import RequestRejected, UnexpectedResponse
from drs_client.model import Alert, AlertReason, Location, MetaData, Operative, Unavailability
from drs_client.request_members import format_instant
from drs_client.responses import ResponseReader


class MasterDataClient(DrsConnection):
    """Reads and changes the master data of one DRS, under one contract.

    Args:
        binding: Sends calls to the gateway.
        login: The login of the council's service.
        password: Its password.
        is_session_error: Says of a rejection whether it is about the session.
        contract: The contract to work under.
        zone: The installation's time zone.
    """

    def __init__(
        self,
        binding: SoapBinding,
        login: str,
        password: str,
        is_session_error: Callable[[RequestRejected], bool],
        contract: str,
        zone: ZoneInfo,
    ) -> None:
        super().__init__(binding, login, password, is_session_error)
        self.contract = contract
        self.zone = zone
        self._reader = ResponseReader(zone)

    def select_resources(
        self,
        *resource_ids: str,
        codes: Sequence[str] = (),
        hours_from: datetime | None = None,
        hours_to: datetime | None = None,
    ) -> tuple[Operative, ...]:
        """Return the operatives of those ids and employee codes with their working hours; all if none is given.

        With ``hours_from`` and ``hours_to``, both aware, the hours are listed day by day.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "contract": [self.contract],
            "includeWorkingHours": True,
            "returnWorkingHoursFrom": self._local(hours_from),
            "returnWorkingHoursTo": self._local(hours_to),
            "theEmployeeCodes": list(codes) or None,
            "theResourceIDs": list(resource_ids) or None,
        }
        answer = self._call("selectResource", members)
        return tuple(self._reader.read_operative(resource) for resource in answer.theResources or ())

    def update_unavailabilities(self, resource_id: str, unavailabilities: Sequence[Unavailability]) -> None:
        """Replace the times in which an operative does not work (updateResource).

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        resource = {
            "resourceID": resource_id,
            "theUnavailabilities": [
                {
                    "beginDateTime": self._local(away.begin),
                    "comments": away.comments,
                    "endDateTime": self._local(away.end),
                    "reason": away.reason,
                }
                for away in unavailabilities
            ],
        }
        self._call("updateResource", {"contract": [self.contract], "theResources": [resource]})

    def update_location(
        self,
        location_id: str,
        address: Sequence[str],
        post_code: str,
        *,
        name: str | None = None,
        latitude: str | None = None,
        longitude: str | None = None,
    ) -> Location:
        """Add or change a property, with an address of at most four lines, and return it as DRS has it then.

        Raises:
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        lines = {f"address{number}": line for number, line in enumerate(address[:4], start=1)}
        place = {"latitude": latitude, "longitude": longitude, "name": name or next(iter(address), None)}
        members = {"locationId": location_id, "postCode": post_code, "workflowType": "0000", **lines, **place}
        answer = self._call("updateLocation", {"theLocation": members})
        if answer.theLocation is None:
            raise UnexpectedResponse("updateLocation succeeded without a location.")
        return self._reader.read_location(answer.theLocation)

    def update_booking_code(self, sor_code: str, description: str, minutes: int, trade: str) -> None:
        """Add a SOR code, or change its description, minutes and trade.

        Raises:
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        definition = {
            "bookingCode": sor_code,
            "bookingCodeDescription": description,
            "bookingCodeTime": minutes,
            "contract": self.contract,
            "trade": trade,
        }
        members = {"contract": [self.contract], "theBookingCodeDefinitions": [definition]}
        self._call("updateBookingCode", members)

    def select_meta_data(self) -> MetaData:
        """Return the names that the installation is set up with.

        Raises:
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        return self._reader.read_meta_data(self._call("selectMetaData", {"contract": self.contract}))

    def select_alerts(
        self,
        *reasons: AlertReason,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[Alert, ...]:
        """Return the alerts for planners, of those reasons and from that period, whose ends are aware.

        Raises:
            InvalidArgument: A datetime has no time zone.
            RequestRejected: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "alertType": [reason.value for reason in reasons] or None,
            "contract": [self.contract],
            "periodBegin": self._local(begin),
            "periodEnd": self._local(end),
        }
        answer = self._call("selectAlerts", members)
        return tuple(self._reader.read_alert(alert) for alert in answer.theAlerts or ())

    def _local(self, moment: datetime | None) -> str | None:
        return None if moment is None else format_instant(moment, self.zone)
