"""The page with settings and code for clients, to copy."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from drs_simulator.console.current import simulator
from drs_simulator.soap.envelope import NAMESPACE, SOAP_1_1

pages = Blueprint("setup", __name__)
_PLACEHOLDER = "YOUR-PASSWORD"
_LANGUAGES = (
    ("dotnet", ".NET"),
    ("java", "Java"),
    ("node", "Node"),
    ("php", "PHP"),
    ("python", "Python"),
    ("curl", "curl"),
)


@pages.get("/setup")
def clients() -> str:
    """Show the addresses as this browser reaches them, and each client's configuration."""
    drs = simulator()
    address = f"{request.root_url.rstrip('/')}{drs.path}"
    return render_template(
        "setup.html",
        address=address,
        is_https=request.scheme == "https",
        languages=_LANGUAGES,
        namespace=NAMESPACE,
        soap=SOAP_1_1,
        login=drs.login,
        password=drs.password if drs.has_default_password else _PLACEHOLDER,
        is_default=drs.has_default_password,
        profile=drs.profile,
    )
