"""What can be wrong when a simulator is driven through its admin interface.

The errors::

    AdminError
    ├── AdminUnreachableError   nobody answers there, or somebody else does
    ├── NotAdmittedError        no token, a wrong one, or a caller from elsewhere
    ├── UnknownToAdminError     there is no such order, booking, operative or day
    ├── DeclinedError           DRS's own rules decline it
    └── InvalidRequestError     what was sent is not in order; ``problem.errors`` says where
"""

from __future__ import annotations

from http import HTTPStatus

from drs_simulator.endpoint.problem import Problem


class AdminError(Exception):
    """The admin interface did not do what it was asked; ``problem`` says why, where it said so itself."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        self.problem = problem
        super().__init__(message)


class AdminUnreachableError(AdminError):
    """Nobody answers at the address, or somebody who is no admin interface."""


class NotAdmittedError(AdminError):
    """The caller may not: no token, a wrong one, or a call from elsewhere."""


class UnknownToAdminError(AdminError):
    """There is no such order, booking, operative or day."""


class DeclinedError(AdminError):
    """DRS's own rules decline it; the message is its own."""


class InvalidRequestError(AdminError):
    """What was sent is not in order; ``problem.errors`` says where."""


ERRORS: dict[int, type[AdminError]] = {
    HTTPStatus.BAD_REQUEST: InvalidRequestError,
    HTTPStatus.UNAUTHORIZED: NotAdmittedError,
    HTTPStatus.FORBIDDEN: NotAdmittedError,
    HTTPStatus.NOT_FOUND: UnknownToAdminError,
    HTTPStatus.CONFLICT: DeclinedError,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: InvalidRequestError,
    HTTPStatus.UNPROCESSABLE_ENTITY: InvalidRequestError,
}
"""The error that stands for an answer's HTTP status."""
