"""What can be wrong with the place where the state is to be kept. The texts say what to do, and show no password.

::

    StateError
    ├── StateSettingError      the setting names no place that is known
    ├── StateDriverError       what its database needs is not installed
    ├── StateUnreachableError  the database cannot be opened
    └── StateVersionError      another version of the simulator keeps its state there
"""

from __future__ import annotations

from drs_simulator.errors import UnusableError


class StateError(UnusableError):
    """The state cannot be kept where it was to be kept."""


class StateSettingError(StateError):
    """The setting is neither ``memory`` nor the URL of a database that can be used."""


class StateDriverError(StateError):
    """A library that the database needs is not installed."""


class StateUnreachableError(StateError):
    """The database is not there, does not let us in, or is none."""


class StateLostError(StateError):
    """The database failed at a call, because it is gone or full; nothing of the call was done. It may be back later."""


class StateVersionError(StateError):
    """The database was made by a simulator with another version of the schema."""
