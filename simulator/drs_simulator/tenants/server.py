"""The WSGI application of a server with tenants: a DRS at its root, and further ones below ``/t/NAME``."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from drs_simulator.admin.control import TenantControl, TenantLimitError, TenantNameError
from drs_simulator.simulator import Simulator
from drs_simulator.storage.errors import StateError
from drs_simulator.tenants.names import PREFIX

_log = logging.getLogger(__name__)


class ServedTenants(TenantControl, Protocol):
    """The tenants of a server."""

    def find(self, name: str) -> WSGIApplication:
        """Return the DRS of a tenant, which is made if there is none of that name.

        Raises:
            TenantNameError: The name cannot be part of an address.
            TenantLimitError: There are as many as there may be.
            StateError: The database with the tenants cannot be used.
        """


class TenantServer:
    """A WSGI application with a DRS at its root, and further ones below ``/t/NAME``, made when they are first called.

    A tenant has its own state, clock, fault rules, journal and profile, and its own console and admin API below its
    prefix. Safe under threads.

    Args:
        root: The DRS at the root. Its admin API lists, makes and drops tenants.
        tenants: The further ones.
    """

    def __init__(self, root: Simulator, tenants: ServedTenants) -> None:
        root.tenants = tenants
        self._root = root.wsgi
        self.control = tenants
        """The further ones, as the admin API has them."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request as a WSGI application."""
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._root(environ, start_response)
        name, separator, rest = path.removeprefix(PREFIX).partition("/")
        prefix = f"{environ.get('SCRIPT_NAME', '')}{PREFIX}{name}"
        try:
            application = self.control.find(name)
        except TenantNameError as error:
            return Response(f"{error}\n", HTTPStatus.NOT_FOUND)(environ, start_response)
        except TenantLimitError as error:
            return Response(f"{error}\n", HTTPStatus.SERVICE_UNAVAILABLE)(environ, start_response)
        except StateError as error:
            _log.error("A call to tenant %s failed: %s", name, error)
            text = "The database of the tenants cannot be used at present; the log says more.\n"
            return Response(text, HTTPStatus.SERVICE_UNAVAILABLE)(environ, start_response)
        inner = {**environ, "SCRIPT_NAME": prefix, "PATH_INFO": f"/{rest}" if separator else "/"}
        return application(inner, start_response)
