"""Failures of the libraries below, told as errors of this package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from lxml import etree
from zeep import exceptions as zeep_errors

from drs_client.errors import DrsFault, HttpFailure, TimedOut, TransportError, UnexpectedAnswer, Unreachable


@contextmanager
def failures_told(operation: str, host: str) -> Iterator[None]:
    """Whatever fails inside, while ``operation`` of ``host`` is called, is raised as an error of this package."""
    try:
        yield
    except zeep_errors.Fault as fault:
        raise DrsFault(operation, str(fault.code), str(fault.message)) from None
    except zeep_errors.TransportError as failure:
        status = int(failure.status_code or 0)
        raise HttpFailure(f"{host} answered {operation} with HTTP {status} instead of SOAP.", status) from None
    except requests.Timeout:
        raise TimedOut(f"{host} did not answer {operation} in time. It may have been carried out.") from None
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as broken:
        reason = f"{host} cannot be reached for {operation}, or broke off. Is the address right, and DRS up?"
        raise Unreachable(reason) from broken
    except requests.HTTPError as refused:
        status = refused.response.status_code
        reason = f"The interface description cannot be fetched from {host}: HTTP {status}. Is the address right?"
        raise HttpFailure(reason, status) from None
    except requests.RequestException as failure:
        raise TransportError(f"{operation} could not be sent to {host}: {type(failure).__name__}.") from None
    except (zeep_errors.Error, etree.XMLSyntaxError) as strange:
        raise UnexpectedAnswer(f"{host} answered {operation} with something that is not DRS's: {strange}") from None
