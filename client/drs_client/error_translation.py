"""Translate failures of requests, zeep and lxml into this package's errors, each with its cause and a remedy."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import BadStatusLine, RemoteDisconnected
from urllib.parse import urlsplit

import requests
import urllib3
from lxml import etree
from zeep import exceptions as zeep_errors
from zeep.transports import Transport

from drs_client.errors import (
    DrsError,
    DrsFault,
    HttpFailure,
    InvalidArgument,
    TimedOut,
    TransportError,
    UnexpectedResponse,
    Unreachable,
)
from drs_client.transport import host_of, proxy_of

_WRONG_HOST_CODES = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH


@contextmanager
def translate_errors(operation: str, address: str, transport: Transport) -> Iterator[None]:
    """Raise whatever fails inside, while ``operation`` is called at ``address``, as an error of this package."""
    host = host_of(address)
    try:
        yield
    except DrsError:
        raise
    except zeep_errors.Fault as fault:
        raise DrsFault(operation, str(fault.code), str(fault.message)) from None
    except zeep_errors.ValidationError as error:
        raise InvalidArgument(f"{operation} cannot be sent: {error}.") from None
    except zeep_errors.TransportError as error:
        status = int(error.status_code or 0)
        raise HttpFailure(f"{host} answered {operation} with HTTP {status} instead of SOAP.", status) from None
    except requests.HTTPError as error:
        raise _explain_status(error, host, proxy_of(address, transport)) from None
    except requests.RequestException as error:
        raise _explain_connection(error, operation, address, proxy_of(address, transport)) from error
    except ConnectionError as error:  # from a WSGI application in this process
        raise Unreachable(f"{host} broke off {operation}: {error}") from error
    except (OSError, urllib3.exceptions.HTTPError) as error:
        # Such as a CA bundle that is not there, or a host name that is none.
        raise TransportError(f"{operation} could not be sent to {host}: {error}") from error
    except (zeep_errors.Error, etree.LxmlError, LookupError, ValueError, TypeError, AttributeError) as error:
        cause = f"{type(error).__name__}: {error}"
        text = f"{host} answered {operation} with something that is not an answer of DRS ({cause})."
        raise UnexpectedResponse(text) from error


def _explain_status(error: requests.HTTPError, host: str, proxy: str | None) -> HttpFailure:
    """Explain an HTTP status that came instead of the WSDL."""
    status = error.response.status_code
    remedy = "Is the address right? The gateway's address ends with /ws/soap."
    if proxy is not None:
        remedy = f"The request went through the proxy {proxy}; to go past it, name the host in NO_PROXY. {remedy}"
    return HttpFailure(f"The WSDL cannot be fetched from {host}: HTTP {status}. {remedy}", status)


def _explain_connection(
    error: requests.RequestException, operation: str, address: str, proxy: str | None
) -> TransportError:
    """Explain why no answer came."""
    host = host_of(address)
    causes = list(_walk_causes(error))
    cause = _describe(causes)
    unreached = f"{host} cannot be reached for {operation}"
    if isinstance(error, requests.exceptions.ProxyError):
        remedy = "Correct HTTP_PROXY or HTTPS_PROXY, or name the host in NO_PROXY."
        explained: TransportError = Unreachable(
            f"{unreached}: the proxy {proxy or 'in between'} failed ({cause}). {remedy}"
        )
    elif isinstance(error, requests.exceptions.SSLError):
        explained = Unreachable(f"{unreached}: {_explain_tls(causes)}")
    elif any(isinstance(each, BadStatusLine) and not isinstance(each, RemoteDisconnected) for each in causes):
        explained = Unreachable(f"{unreached}: it does not speak http on this port. Write https://, if it speaks that.")
    elif isinstance(error, requests.ConnectTimeout):
        explained = Unreachable(f"{unreached}: no connection in time. Is the address right?")
    elif isinstance(error, requests.Timeout) or _has(causes, urllib3.exceptions.ReadTimeoutError, TimeoutError):
        explained = TimedOut(f"{host} did not answer {operation} in time. It may have been carried out.")
    elif _has(causes, urllib3.exceptions.NewConnectionError):
        explained = Unreachable(f"{unreached}: {cause}. Is the address right, and is DRS running?")
    elif isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        remedy = "It may have been carried out."
        # openSession is the first call: later ones show that the scheme is right.
        if operation == "openSession" and urlsplit(address).scheme == "http":
            remedy = "Is DRS running? If it speaks https on this port, write https://."
        explained = Unreachable(f"{host} broke off {operation}: {cause}. {remedy}")
    else:
        explained = TransportError(f"{operation} could not be sent to {host}: {type(error).__name__}, {cause}.")
    return explained


def _explain_tls(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            remedy = "Set REQUESTS_CA_BUNDLE to the file of the CA that signed it."
            if cause.verify_code in _WRONG_HOST_CODES:
                remedy = "Call DRS by a name that the certificate contains."
            return f"certificate verify failed ({cause.verify_message.rstrip('.')}). {remedy}"
    return f"TLS failed ({_describe(causes)}). If it speaks plain http on this port, write http://."


def _has(causes: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _describe(causes: list[BaseException]) -> str:
    """Return the words of the innermost cause."""
    cause = causes[-1]
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return cause.reason.replace("_", " ").lower()
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.rstrip(".")
    text = str(cause).rstrip(".") or type(cause).__name__
    return text if text.isprintable() else ascii(text)


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    """Go from an error to the one inside it, wherever requests and urllib3 keep that."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inside = (getattr(current, "reason", None), getattr(current, "original_error", None), *current.args)
        found = (each for each in inside if isinstance(each, BaseException))
        current = next(found, None) or current.__cause__ or current.__context__
