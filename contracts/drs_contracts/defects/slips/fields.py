"""Slips about members of requests that are overlooked in one operation, with one value or beside another member."""

from __future__ import annotations

from drs_contracts.defects.slips.system import Slip, in_request

FIELDS: tuple[Slip, ...] = (
    Slip(
        "ignored fields",
        "bookingReason is ignored where no window is sent",
        in_request("scheduleBooking", r"^(?!.*<planningWindow)(.*)<bookingReason>[^<]*</bookingReason>", r"\1"),
        caught_by="SCH-05",
    ),
    Slip(
        "ignored fields",
        "lockAfterSchedule locks no operative",
        in_request("scheduleBooking", "<resourceLock>lockAfterSchedule</resourceLock>", ""),
        caught_by="SCH-18",
    ),
    Slip(
        "ignored fields",
        "createReservation ignores timeLock",
        in_request("createReservation", "<timeLock>true<", "<timeLock>false<"),
        caught_by="SCH-17",
    ),
    Slip(
        "ignored fields",
        "createReservation ignores force",
        in_request("createReservation", "<force>true<", "<force>false<"),
        caught_by="SCH-16",
    ),
    Slip(
        "ignored fields",
        "only the first of resourceIDs counts",
        in_request(
            "checkAvailability", r"(<resourceIDs>[^<]*</resourceIDs>)(<resourceIDs>[^<]*</resourceIDs>)+", r"\1"
        ),
        caught_by="AVL-21",
    ),
    Slip(
        "ignored fields",
        "createBooking ignores locationID",
        in_request("createBooking", "<locationID>[^<]*</locationID>", ""),
        caught_by="ORD-15",
    ),
    Slip(
        "ignored fields",
        "actionTaken is ignored",
        in_request("updateBooking", "<actionTaken>[^<]*</actionTaken>", ""),
        caught_by="SEL-07",
    ),
    Slip(
        "ignored fields",
        "selectBooking ignores returnBookingsTo",
        in_request("selectBooking", "<returnBookingsTo>[^<]*</returnBookingsTo>", ""),
        caught_by="SEL-04",
    ),
)
