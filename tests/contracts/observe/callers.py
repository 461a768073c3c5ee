"""Correct callers in many encodings and styles: what a sound caller sends, written as other clients write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from drs_contracts import Call, Traffic
from drs_contracts.driver.messages import NAMESPACE, SOAP

_PROLOGUE = re.compile(r"^<\?xml[^>]*\?>\s*")


def bare(call: Call) -> str:
    """The request without its declaration."""
    return _PROLOGUE.sub("", call.sent.decode())


@dataclass(frozen=True)
class Style:
    """One way to send the same requests.

    Args:
        name: What it is called.
        content_type: The Content-Type.
        write: Makes the bytes.
    """

    name: str
    content_type: str
    write: Callable[[Call], bytes]

    def apply(self, traffic: Traffic) -> Traffic:
        """The traffic of a caller that writes so."""
        calls = (replace(call, sent=self.write(call), content_type=self.content_type) for call in traffic.calls)
        return Traffic(self.name, tuple(calls))


def declared(encoding: str, codec: str | None = None, mark: bytes = b"") -> Callable[[Call], bytes]:
    """Requests that declare an encoding."""

    def write(call: Call) -> bytes:
        return mark + f'<?xml version="1.0" encoding="{encoding}"?>{bare(call)}'.encode(codec or encoding)

    return write


def with_accents(call: Call) -> str:
    """The request with a comment that is no ASCII."""
    return bare(call).replace("Cupboard door is loose", "Zoë\u2019s cupboard \u2013 déjà vu")


def without_namespace(call: Call) -> bytes:
    """A wrapper that is in no namespace at all."""
    text = re.sub(r"<(/?)\w+:(\w+)(?: xmlns:\w+=\"[^\"]*\")?>(?=<\2>|</|$)", r"<\1\2>", bare(call))
    return re.sub(rf'<\w+:(\w+) xmlns:\w+="{re.escape(NAMESPACE)}">', r"<\1>", text).encode()


def like_dot_net(call: Call) -> bytes:
    """WCF with a message inspector that gives the wrapper a prefix: other prefixes, 7 digits, an empty header."""
    text = bare(call)
    text = text.replace("soap-env:", "s:").replace(f'xmlns:soap-env="{SOAP}"', f'xmlns:s="{SOAP}"')
    text = re.sub(r"(<(?:s:)?Envelope[^>]*>|<s:Envelope[^>]*>)", r"\1<s:Header/>", text, count=1)
    return re.sub(r"(T\d\d:\d\d:\d\d)(?=[+Z<])", r"\g<1>.0000000", text).encode()


def like_php(call: Call) -> bytes:
    """PHP's SoapClient: SOAP-ENV, ns1, a line break after the declaration and at the end."""
    text = bare(call)
    text = text.replace("soap-env:", "SOAP-ENV:").replace("xmlns:soap-env=", "xmlns:SOAP-ENV=")
    text = text.replace("ns0:", "ns1:").replace("xmlns:ns0=", "xmlns:ns1=")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def laid_out(call: Call) -> bytes:
    """A template that a person wrote: one element a line, with comments."""
    return re.sub(r"(<[^/?][^>]*>)(?=<[^/])", r"\1\n  <!-- next -->\n  ", bare(call)).encode()


def with_entities(call: Call) -> bytes:
    """Text as character references and CDATA."""
    text = bare(call).replace("Cupboard door", "Zo&#235;&apos;s &#x201C;cupboard&#8221;")
    return text.replace("<userId>", "<userId><![CDATA[").replace("</userId>", "]]></userId>").encode()


def with_attachment_framing(call: Call) -> bytes:
    """MTOM: the envelope is the root part of a multipart message."""
    head = b'--x\r\nContent-Type: application/xop+xml; charset=UTF-8; type="text/xml"\r\nContent-ID: <root>\r\n\r\n'
    return head + call.sent + b"\r\n--x--\r\n"


STYLES = (
    Style("zeep", "text/xml; charset=utf-8", lambda call: call.sent),
    Style("no declaration", "text/xml", lambda call: bare(call).encode()),
    Style("UTF-8 with a byte order mark", "text/xml; charset=utf-8", declared("utf-8", mark=b"\xef\xbb\xbf")),
    Style("utf8 for UTF-8", 'text/xml; charset="utf8"', declared("UTF-8")),
    Style("UTF-16", "text/xml; charset=utf-16", declared("utf-16")),
    Style("UTF-16LE", "text/xml; charset=utf-16", declared("utf-16", "utf-16-le", b"\xff\xfe")),
    Style("UTF-16BE", "text/xml; charset=UTF-16", declared("utf-16", "utf-16-be", b"\xfe\xff")),
    Style(
        "Latin-1",
        "text/xml; charset=iso-8859-1",
        lambda call: with_accents(call).replace("\u2019", "'").replace("\u2013", "-").encode("latin-1"),
    ),
    Style(
        "Latin-1 by its declaration",
        "text/xml",
        lambda call: (
            b'<?xml version="1.0" encoding="ISO-8859-1"?>'
            + with_accents(call).replace("\u2019", "'").replace("\u2013", "-").encode("latin-1")
        ),
    ),
    Style("Windows-1252", "text/xml; charset=windows-1252", lambda call: with_accents(call).encode("cp1252")),
    Style("UTF-8 with accents", "text/xml; charset=utf-8", lambda call: with_accents(call).encode()),
    Style("no namespace", "text/xml; charset=utf-8", without_namespace),
    Style("WCF", "text/xml; charset=utf-8", like_dot_net),
    Style("PHP", "text/xml; charset=utf-8", like_php),
    Style("laid out", "text/xml;charset=UTF-8", laid_out),
    Style("entities", "text/xml; charset=utf-8", with_entities),
)
