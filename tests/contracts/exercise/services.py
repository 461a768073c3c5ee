"""Services that call a DRS, as test commands."""

from __future__ import annotations

import sys

_BOOKS = """
import os, sys
from datetime import UTC, datetime, timedelta
from drs_client import DrsClient, DrsError, RepairWorkflow

assert os.environ["DRS_URL"] == os.environ["DrsOptions__ApiAddress"]
client = DrsClient(os.environ["DRS_URL"], os.environ["DRS_LOGIN"], os.environ["DRS_PASSWORD"], timeout=TIMEOUT)
repairs = RepairWorkflow(client)
job = ("3670010", "N373049", "Priority 20 Days")
try:
    found = repairs.find_slots(*job, start=datetime.now(UTC) + timedelta(days=1))
    if found.slots:
        repairs.book("1", found.slots[0], *job)
except DrsError as error:
    print("told:", error)
    sys.exit(CODE)
"""
CALLS = [
    sys.executable,
    "-c",
    """
import os, urllib.request
request = urllib.request.Request(os.environ["DRS_URL"], b"<a/>", {"Content-Type": "text/xml"})
try:
    urllib.request.urlopen(request)
except OSError:
    pass
""",
]
"""Calls once, and passes whatever the answer is."""


def service(timeout: float = 2.0, code: int = 1) -> list[str]:
    """A service that books the first slot, with how long it waits and how it ends where DRS declines."""
    return [sys.executable, "-c", _BOOKS.replace("TIMEOUT", str(timeout)).replace("CODE", str(code))]
