"""Whether there is a DRS at an address that lets us in: found out before its clauses are, and told in a line."""

from __future__ import annotations

from lxml import etree

from drs_contracts.driver.messages import Exchange, NoEnvelopeError, request
from drs_contracts.driver.targets import UrlTarget

_DEFINITIONS = "{http://schemas.xmlsoap.org/wsdl/}definitions"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class NotReadyError(Exception):
    """What answers is no DRS, or does not let us in; the message says what to look at."""


def make_sure_of(target: UrlTarget) -> None:
    """Look at the interface description, and open and close a session.

    Raises:
        NotReadyError: There is no description, or no session to be had.
        UnreachableError: Nothing answers.
    """
    described = target.wsdl()
    if not _is_description(described.body):
        raise NotReadyError(
            f"{target.url}?wsdl gives no WSDL (HTTP {described.status}). Is this the address of the SOAP service?"
        )
    opened = _called(target, "openSession", login=target.login, password=target.password)
    try:
        session, refusal = opened.text("sessionId"), opened.text("errorMsg") or opened.fault
    except NoEnvelopeError as error:
        raise NotReadyError(f"openSession is answered by {error}. Is this the address of the SOAP service?") from None
    if not session:
        told = refusal or "no session, and no reason"
        raise NotReadyError(f"The login {target.login} is refused: {told}. Set --login and --password.")
    _called(target, "closeSession", sessionId=session)


def _is_description(body: bytes) -> bool:
    try:
        return etree.fromstring(body, _PARSER).tag == _DEFINITIONS
    except etree.XMLSyntaxError:
        return False


def _called(target: UrlTarget, operation: str, **members: str) -> Exchange:
    body = request(operation, members)
    return Exchange(operation, body, target.post(body))
