"""The calls around DRS's own records: operatives, locations, SOR codes, alerts, metadata."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from drs_client.errors import UnexpectedAnswer
from drs_client.model import Alert, AlertReason, Location, MetaData, Operative, Unavailability
from drs_client.session import DrsSession


class RecordCalls(DrsSession):
    """Operations on what DRS keeps besides orders."""

    def select_resources(
        self,
        *resource_ids: str,
        codes: Sequence[str] = (),
        hours_from: datetime | None = None,
        hours_to: datetime | None = None,
    ) -> tuple[Operative, ...]:
        """The operatives of those ids and employee codes with their working hours; all, where neither is given.

        With ``hours_from`` and ``hours_to``, both aware, the hours are told day by day.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "contract": [self.contract],
            "includeWorkingHours": True,
            "returnWorkingHoursFrom": self._text(hours_from),
            "returnWorkingHoursTo": self._text(hours_to),
            "theEmployeeCodes": list(codes) or None,
            "theResourceIDs": list(resource_ids) or None,
        }
        answer = self._call("selectResource", members)
        return tuple(self._read.operative(resource) for resource in answer.theResources or ())

    def update_unavailabilities(self, resource_id: str, unavailabilities: Sequence[Unavailability]) -> None:
        """Tell DRS when an operative does no work (updateResource); what was told before is replaced.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        resource = {
            "resourceID": resource_id,
            "theUnavailabilities": [
                {
                    "beginDateTime": self._text(away.begin),
                    "comments": away.comments,
                    "endDateTime": self._text(away.end),
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
        """Tell DRS of a property, in at most four lines; the location as DRS has it then.

        Raises:
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        lines = {f"address{number}": line for number, line in enumerate(address[:4], start=1)}
        place = {"latitude": latitude, "longitude": longitude, "name": name or next(iter(address), None)}
        members = {"locationId": location_id, "postCode": post_code, "workflowType": "0000", **lines, **place}
        answer = self._call("updateLocation", {"theLocation": members})
        if answer.theLocation is None:
            raise UnexpectedAnswer("updateLocation succeeded without a location.")
        return self._read.location(answer.theLocation)

    def update_booking_code(self, sor_code: str, description: str, minutes: int, trade: str) -> None:
        """Enter a SOR code, or change what it stands for.

        Raises:
            Refusal: DRS declines.
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
        """What the installation is set up with.

        Raises:
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        return self._read.meta_data(self._call("selectMetaData", {"contract": self.contract}))

    def select_alerts(
        self,
        *reasons: AlertReason,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[Alert, ...]:
        """What planners are to look at: of those reasons, and from that period, whose ends are aware.

        Raises:
            InvalidArgument: A datetime has no time zone.
            Refusal: DRS declines.
            DrsError: DRS could not be asked.
        """
        members = {
            "alertType": [reason.value for reason in reasons] or None,
            "contract": [self.contract],
            "periodBegin": self._text(begin),
            "periodEnd": self._text(end),
        }
        answer = self._call("selectAlerts", members)
        return tuple(self._read.alert(alert) for alert in answer.theAlerts or ())
