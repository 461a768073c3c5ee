"""Errors of the place where the state is stored. The messages say what to do, and show no password.

::

    StateError
    ├── StateSettingError      the setting names no known place
    ├── StateDriverError       a library that the database needs is not installed
    ├── StateUnreachableError  the database cannot be opened
    ├── StateLostError         the database failed while it was used
    ├── StateVersionError      another version of the simulator stores its state there
    └── StateProfileError      the state is that of another installation
"""

from __future__ import annotations

from drs_simulator.errors import UnusableError


class StateError(UnusableError):
    """The state cannot be stored in the place that the setting names."""


class StateSettingError(StateError):
    """The setting is neither ``memory`` nor the URL of a supported database."""


class StateDriverError(StateError):
    """A library that the database needs is not installed."""


class StateUnreachableError(StateError):
    """The database does not exist, refuses the connection, or is a file of another kind."""


class StateLostError(StateError):
    """The database failed at a call, for example because it is gone or full. Nothing of the call was done."""


class StateVersionError(StateError):
    """The database was made by a simulator with another version of the schema."""


class StateProfileError(StateError):
    """The state is that of an installation with another profile."""
