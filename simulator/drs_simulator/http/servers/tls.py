"""TLS: the certificate and key that a server shows, checked before it starts; or made for it on the spot."""

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
    """The server cannot be served with TLS; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What a server shows to its callers. ``ca`` is what those have to trust, where it was made here."""

    certificate: Path
    key: Path
    ca: Path | None = None


def tls_from(certificate: Path, key: Path) -> Tls:
    """The TLS of files in PEM form.

    Raises:
        TlsError: One of them cannot be read, or they do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        raise TlsError(
            f"The certificate {certificate} and the key {key} cannot be used: {error.reason or 'they are no PEM'}. "
            "Give a PEM certificate, its chain behind it, and its key without a passphrase."
        ) from None
    except OSError as error:
        missing = key if certificate.is_file() else certificate
        raise TlsError(f"{missing} cannot be read: {error.strerror}.") from None
    return Tls(certificate, key)


def _no_password() -> str:
    raise ssl.SSLError(1, "the key has a passphrase")


def self_signed(host: str, folder: Path | None) -> Tls:
    """A certificate for this machine, signed by an authority of its own.

    Args:
        host: The address that the server listens on.
        folder: Where both are kept, to be used again, so that callers trust them once; a new one without.

    Raises:
        TlsError: They cannot be made or written.
    """
    try:
        if folder is None:
            folder = Path(mkdtemp(prefix="drs-tls-"))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Tls(folder / _CERTIFICATE, folder / _KEY, folder / _CA)
        if not all(path.is_file() for path in (made.certificate, made.key, folder / _CA)):
            _make(made, folder / _CA, host)
    except OSError as error:
        raise TlsError(f"No certificate can be kept in {folder}: {error.strerror}. Choose another --tls-dir.") from None
    tls_from(made.certificate, made.key)
    return made


def _make(made: Tls, ca_file: Path, host: str) -> None:
    try:
        import trustme  # noqa: PLC0415 - an extra, and slow to come
    except ModuleNotFoundError:
        raise TlsError(
            "A certificate is made with trustme. Install it with: pip install 'drs-simulator[tls]'"
        ) from None
    authority = trustme.CA(organization_name="DRS simulator")
    issued = authority.issue_cert(*sorted(_names(host)), organization_name="DRS simulator")
    descriptor = os.open(made.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _ONLY_OWNER)
    with os.fdopen(descriptor, "wb") as key_file:
        key_file.write(issued.private_key_pem.bytes())
    made.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    ca_file.write_bytes(authority.cert_pem.bytes())


def _names(host: str) -> set[str]:
    """What callers may call this machine."""
    names = {"localhost", "127.0.0.1", "::1", socket.gethostname()}
    try:
        if ip_address(host).is_unspecified:
            return names
    except ValueError:
        pass
    return names | {host}
