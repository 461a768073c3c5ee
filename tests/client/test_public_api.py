"""The package's public names, and what all its errors have in common."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from importlib.metadata import version

import drs_client
import pytest
from drs_client import (
    DrsClient,
    DrsError,
    DrsFault,
    HttpFailure,
    InvalidArgument,
    NoBooking,
    NotScheduled,
    OrderExists,
    RequestRejected,
    SessionExpired,
    TimedOut,
    TransportError,
    UnexpectedResponse,
    Unreachable,
)

ERRORS = [
    DrsError("message"),
    DrsFault("openSession", "soap:Client", "text"),
    HttpFailure("message", 503),
    InvalidArgument("message"),
    NoBooking("1", completed=True),
    NotScheduled("1", 2, reason="full", scheduled=None, cancelled=True, remedy="Move it."),
    OrderExists("createOrder", "order already exists: 1", "Move it."),
    RequestRejected("createOrder", "no"),
    SessionExpired("createOrder", "no session"),
    TimedOut("message"),
    TransportError("message"),
    UnexpectedResponse("message"),
    Unreachable("message"),
]


def test_every_public_error_is_tested_here() -> None:
    public = {value for value in vars(drs_client).values() if isinstance(value, type) and issubclass(value, DrsError)}
    assert {type(error) for error in ERRORS} == public


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_errors_survive_pickling_and_copying(error: DrsError, protocol: int) -> None:
    error.add_note("A note")
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert (str(again), repr(again), vars(again)) == (str(error), repr(error), vars(error))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_have_the_documented_exit_code(error: DrsError) -> None:
    expected = 1
    if isinstance(error, InvalidArgument):
        expected = 2
    elif isinstance(error, TransportError | UnexpectedResponse):
        expected = 3
    assert error.exit_code == expected


def test_public_names_are_sorted_and_exist() -> None:
    assert drs_client.__all__ == sorted(drs_client.__all__)
    assert set(drs_client.__all__) <= set(dir(drs_client))
    assert all(hasattr(drs_client, name) for name in drs_client.__all__)


def test_the_version_is_that_of_the_distribution() -> None:
    assert drs_client.__version__ == version("drs-simulator")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        drs_client.nothing  # noqa: B018


def test_the_former_name_of_an_error_warns() -> None:
    with pytest.warns(DeprecationWarning, match="drs_client.Refusal is now RequestRejected"):
        assert drs_client.Refusal is RequestRejected


def test_the_former_name_of_an_argument_warns() -> None:
    with pytest.warns(DeprecationWarning, match="is_lapsed is now is_session_error"):
        DrsClient("http://drs/ws/soap", "a", "b", is_lapsed=bool)


def test_importing_the_package_does_not_import_zeep() -> None:
    code = "import sys, drs_client; print({'zeep', 'requests', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "set()\n"
