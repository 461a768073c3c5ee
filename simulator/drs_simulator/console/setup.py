"""Setup: how a client of any language is pointed here, to copy."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from drs_simulator.console.current import simulator

pages = Blueprint("setup", __name__)


@pages.get("/setup")
def clients() -> str:
    """Addresses as the reader reaches them, and what goes into each client's configuration."""
    drs = simulator()
    address = f"{request.host_url.rstrip('/')}{drs.path}"
    password = drs.password if drs.has_default_password else "the one that this simulator was given"
    return render_template("setup.html", address=address, login=drs.login, password=password, profile=drs.profile)
