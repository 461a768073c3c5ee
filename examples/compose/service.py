"""A small service that books repairs through DRS: ``GET /slots``, and ``POST /appointments`` with one of them.

It finds DRS in DRS_URL, DRS_LOGIN and DRS_PASSWORD, and trusts the authority in REQUESTS_CA_BUNDLE.
"""

from __future__ import annotations

import os
from datetime import datetime

from drs_client import DrsClient, DrsError, RepairWorkflow, Slot
from flask import Flask, Response, jsonify, request

JOB = ("3670010", "N373049", "Priority 20 Days")
app = Flask(__name__)


def drs() -> RepairWorkflow:
    """Connect with DRS; each request has a session of its own."""
    return RepairWorkflow(DrsClient(os.environ["DRS_URL"], os.environ["DRS_LOGIN"], os.environ["DRS_PASSWORD"]))


@app.get("/slots")
def list_slots() -> Response:
    """List the slots of the next day with appointments."""
    with drs() as repairs:
        found = repairs.find_slots(*JOB, days=1)
    return jsonify([{"begin": slot.begin.isoformat(), "end": slot.end.isoformat()} for slot in found.slots])


@app.post("/appointments")
def book_appointment() -> tuple[Response, int]:
    """Book ``{"order": "10000047", "begin": …, "end": …}``."""
    wanted = request.get_json()
    begin, end = datetime.fromisoformat(wanted["begin"]), datetime.fromisoformat(wanted["end"])
    slot = Slot(begin, end, available=True, best=False)
    try:
        with drs() as repairs:
            order = repairs.book(wanted["order"], slot, *JOB)
    except DrsError as error:
        return jsonify(error=str(error)), 409
    return jsonify(order=order.number, booking=order.bookings[0].id), 201


if __name__ == "__main__":
    app.run(os.environ.get("SERVICE_HOST", "127.0.0.1"), int(os.environ.get("SERVICE_PORT", "8000")))
