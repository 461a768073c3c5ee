"""TLS: the certificate and key of a server, given and checked before it starts, or generated."""

from __future__ import annotations

import os
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp

from drs_simulator.errors import UnusableError

_CA, _CERTIFICATE, _KEY = "ca.pem", "certificate.pem", "key.pem"
_ONLY_OWNER = 0o600


class TlsError(UnusableError):
    """The server cannot speak TLS; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Tls:
    """The files of a server's certificate and key.

    Args:
        certificate: The certificate and its chain, in PEM form.
        key: Its key, in PEM form.
        ca: The authority that callers must trust, if the certificate was generated.
    """

    certificate: Path
    key: Path
    ca: Path | None = None


def tls_from(certificate: Path, key: Path) -> Tls:
    """Check the files of a certificate and its key in PEM form.

    Raises:
        TlsError: One of them cannot be read, or the key does not belong to the certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=_refuse_password)
    except ssl.SSLError as error:
        raise TlsError(
            f"The certificate {certificate} and the key {key} cannot be used: {error.reason or 'they are not PEM'}. "
            "Give a PEM certificate, followed by its chain, and its key without a passphrase."
        ) from None
    except OSError as error:
        missing = key if certificate.is_file() else certificate
        raise TlsError(f"{missing} cannot be read: {error.strerror}.") from None
    return Tls(certificate, key)


def _refuse_password() -> str:
    raise ssl.SSLError(1, "the key has a passphrase")


def self_signed(host: str, folder: Path | None) -> Tls:
    """Generate a certificate for this machine, signed by an authority of its own, or reuse the one in the folder.

    Args:
        host: The address that the server listens on, or a name for it.
        folder: The folder of both, so that callers trust them once; default: a new temporary folder.

    Raises:
        TlsError: They cannot be generated or written.
    """
    try:
        if folder is None:
            folder = Path(mkdtemp(prefix="drs-tls-"))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tls = Tls(folder / _CERTIFICATE, folder / _KEY, folder / _CA)
        if not all(path.is_file() for path in (tls.certificate, tls.key, folder / _CA)):
            _generate(tls, folder / _CA, host)
    except OSError as error:
        raise TlsError(f"{folder} cannot hold a certificate: {error.strerror}. Choose another --tls-dir.") from None
    tls_from(tls.certificate, tls.key)
    return tls


def _generate(tls: Tls, ca_file: Path, host: str) -> None:
    try:
        import trustme  # noqa: PLC0415 - an extra, and slow to import
    except ModuleNotFoundError:
        raise TlsError(
            "A certificate is generated with trustme, which is not installed. Install it with: pip install trustme"
        ) from None
    authority = trustme.CA(organization_name="DRS simulator")
    issued = authority.issue_cert(*sorted(_list_names(host)), organization_name="DRS simulator")
    descriptor = os.open(tls.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _ONLY_OWNER)
    with os.fdopen(descriptor, "wb") as key_file:
        key_file.write(issued.private_key_pem.bytes())
    tls.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    ca_file.write_bytes(authority.cert_pem.bytes())


def _list_names(host: str) -> set[str]:
    """Return the names and addresses by which callers may call this machine."""
    names = {"localhost", "127.0.0.1", "::1", socket.gethostname()}
    try:
        if ip_address(host).is_unspecified:
            return names
    except ValueError:
        pass
    return names | {host}
