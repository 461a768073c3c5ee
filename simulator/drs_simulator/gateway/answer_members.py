"""What the members of an answer are made of, a table for each type that is one object of the domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

Table = Mapping[str, Callable[[Any], object]]

SLOT: Table = {
    "available": lambda slot: "YES" if slot.available else "NO",
    "beginDate": attrgetter("begin"),
    "bestSlot": attrgetter("best"),
    "endDate": attrgetter("end"),
}
LOCATION: Table = {
    "address1": attrgetter("address1"),
    "address2": attrgetter("address2"),
    "address3": attrgetter("address3"),
    "address4": attrgetter("address4"),
    "agency": attrgetter("agency"),
    "country": attrgetter("country"),
    "excludedFromMsging": lambda _: False,
    "latitude": attrgetter("latitude"),
    "locationId": attrgetter("id"),
    "longitude": attrgetter("longitude"),
    "name": attrgetter("name"),
    "postCode": attrgetter("post_code"),
    "workflowType": attrgetter("workflow_type"),
}
