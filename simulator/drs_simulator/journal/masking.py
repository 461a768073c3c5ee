"""Takes passwords and session ids out of what the journal keeps, however they are written in it.

Masked is whatever stands where a password should, and the simulator's own password and the one that was sent wherever
they stand. A body of which it cannot be told that this has worked, because of its encoding or its entities, is withheld
as a whole: no record is better than that one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import islice

from drs_simulator.exchange import SoapCall
from drs_simulator.soap.envelope import body_codec, name_of, response_charset

_MASK = "***"
_WITHHELD = b"(withheld: "
_SHOWN_OF_A_SESSION = 6
# Shorter ones are parts of ordinary words: they are masked where a password or a session id stands, not elsewhere.
SHORTEST_PASSWORD_SOUGHT = 4
_SHORTEST_SESSION_SOUGHT = 16
_NAMED = re.compile(r"pas+(?:w|o|phrase)|pwd|psw|secret", re.IGNORECASE)
PERHAPS_NAMED = ("pas", "pwd", "psw", "secret")
_OPENING = re.compile(rf"<(?![/!?])[^<>\s/]{{0,200}}?(?:{_NAMED.pattern})[^<>\s/]{{0,200}}", re.IGNORECASE)
_CLOSING = re.compile(rf"</[^<>\s/]{{0,200}}?(?:{_NAMED.pattern})[^<>\s/]{{0,200}}", re.IGNORECASE)
_WITHOUT_CONTENT = re.compile(r"""(?:\s+(?:xmlns(?::[\w.-]+)?|[\w.-]+:nil)\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/>""")
_ASSIGNED = re.compile(
    rf"""((?:{_NAMED.pattern})\w{{0,40}}["']?\s{{0,40}}[:=]\s{{0,40}})("[^"]*"|'[^']*'|[^\s"'&,;}}<>]+)""",
    re.IGNORECASE,
)
_SESSION = re.compile(r"(<(?:[\w.-]{1,80}:)?sessionId(?:\s[^<>]{0,400})?>\s*)([^<\s]+)", re.IGNORECASE)
_PASSED_OVER = re.compile(r"<!--|<\?")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_FAULT_TEXT = re.compile(r"(<faultstring>).*?(</faultstring>)", re.DOTALL)
_LONGEST_PATTERN = 200
_MAX_PASSWORDS = 20
# Bytes of other encodings than these do not show their letters.
_PLAIN = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"})
_ALIKE = ("utf-8", "latin-1", "cp1252", "utf-7")
_HIDING = (*_ALIKE, "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037", "cp500")
_EBCDIC_DECLARATION = b"\x4c\x6f\xa7\x94"


@dataclass(frozen=True, slots=True)
class Masked:
    """An exchange without its secrets."""

    request: bytes
    response: bytes
    secrets: tuple[str, ...]

    def told(self, text: str) -> str:
        """A text about the exchange, without its secrets."""
        return _without(text, self.secrets)

    def __repr__(self) -> str:
        return f"Masked({len(self.request)} bytes, {len(self.response)} bytes)"


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    codec: str
    errors: str


class Masker:
    """Masks exchanges. ``password`` is the simulator's own."""

    def __init__(self, password: str) -> None:
        self._password = password

    def masked(self, call: SoapCall, response: bytes) -> Masked:
        """The request and the response to it, without passwords, and with session ids cut short."""
        request, secrets = self._request(call)
        codec = _response_codec(call, response)
        if codec is None:
            return Masked(request, _withheld(response, "in an encoding in which secrets cannot be told"), secrets)
        # Not every response is text; what is none comes back as it was.
        answer = response.decode(codec, "surrogateescape")
        clean = _sessions_cut(_without(answer, secrets), call.session_id)
        if request.startswith(_WITHHELD) or _password_may_be_quoted(call):
            clean = _FAULT_TEXT.sub(rf"\1{_MASK}\2", clean)
        if clean != answer:
            response = clean.encode(codec, "surrogateescape")
        return Masked(request, response, secrets)

    def _request(self, call: SoapCall) -> tuple[bytes, tuple[str, ...]]:
        own: tuple[str, ...] = (self._password,)
        sent = _decoded(call, self._password)
        if sent is None:
            return _withheld(call.body, "in an encoding in which passwords cannot be told"), own
        clean, secrets = sent.text, own
        if _mentions_password(sent.text):
            # One more than there may be, which is enough to see that there are too many to look for each.
            secrets = (*own, *islice(dict.fromkeys(_passwords_of(call)), _MAX_PASSWORDS + 1))
            if len(secrets) > len(own) + _MAX_PASSWORDS:
                return _withheld(call.body, "with too many passwords"), own
            clean = _blanked(sent.text)
        clean = _sessions_cut(_without(clean, secrets), call.session_id)
        body = call.body if clean == sent.text else clean.encode(sent.codec, sent.errors)
        if "<!ENTITY" in clean or _tells(clean, secrets) or _hides(body, self._password):
            return _withheld(call.body, "with a password or entities that could not be masked"), secrets
        return body, secrets


def shown(session_id: str) -> str:
    """As much of a session id as may be shown."""
    return session_id[:_SHOWN_OF_A_SESSION]


def _withheld(body: bytes, why: str) -> bytes:
    return _WITHHELD + f"{len(body)} bytes {why})".encode()


def _response_codec(call: SoapCall, response: bytes) -> str | None:
    """The codec of the response, which is that of the request; ``None`` if its letters are not ASCII's, nor it text."""
    try:
        codec = body_codec(response_charset(call.charset))
        response.decode(codec)
    except LookupError:
        return "utf-8"
    except UnicodeError:
        return "utf-8" if codec in _PLAIN else None
    return codec


def _decoded(call: SoapCall, password: str) -> _Text | None:
    """The body as text, in the encoding that the gateway read it in; ``None`` where that is uncertain."""
    if call.root is None:
        return _unread(call, password)
    try:
        codec = body_codec(call.charset)
        text = call.body.decode(codec)
    except (LookupError, UnicodeError):
        return None
    return _Text(text, codec, "strict") if name_of(call.root)[1] in text else None


def _unread(call: SoapCall, password: str) -> _Text | None:
    """A body that the gateway could not read, as text, if that shows every form of the password."""
    if not _shows_its_letters(call, password):
        return None
    try:
        return _Text(call.body.decode("utf-8"), "utf-8", "strict")
    except UnicodeDecodeError:
        # Read so, every byte is a character, and those of ASCII are the right ones.
        return _Text(call.body.decode("latin-1"), "latin-1", "strict") if password.isascii() else None


def _shows_its_letters(call: SoapCall, password: str) -> bool:
    declared = _DECLARED.match(call.body)
    named = [call.charset or "utf-8", declared[1].decode() if declared else "utf-8"]
    try:
        plain = all(codecs.lookup(name).name in _PLAIN for name in named)
    except LookupError:
        return False
    if not plain or b"\0" in call.body or call.body.startswith(_EBCDIC_DECLARATION):
        return False
    return not _hides(call.body, password)


def _hides(body: bytes, password: str) -> bool:
    """Whether the password can be read in bytes by one who takes them for another encoding."""
    if len(password) < SHORTEST_PASSWORD_SOUGHT:
        return False
    forms = {password.encode(codec, "ignore") for codec in _HIDING} - {password.encode("ascii", "ignore")}
    if any(len(form) >= SHORTEST_PASSWORD_SOUGHT and form in body for form in forms):
        return True
    is_plain = password.isascii() and body.isascii()
    return not is_plain and any(_tells(body.decode(codec, "ignore"), (password,)) for codec in _ALIKE)


def _mentions_password(text: str) -> bool:
    low = text.lower()
    return any(part in low for part in PERHAPS_NAMED)


def _passwords_of(call: SoapCall) -> Iterator[str]:
    """The texts of all elements that are named like a password."""
    for element in () if call.root is None else call.root.iter("{*}*"):
        if _NAMED.search(name_of(element)[1]):
            text = "".join(element.itertext())
            yield text
            yield text.strip()


def _password_may_be_quoted(call: SoapCall) -> bool:
    """Whether a fault about the call may name what was meant as part of a password: one that was read as markup."""
    if call.root is None:
        return any(part.encode() in call.body.lower() for part in PERHAPS_NAMED)
    return any(len(element) and _NAMED.search(name_of(element)[1]) for element in call.root.iter("{*}*"))


def _blanked(text: str) -> str:
    """The text without what stands in elements and attributes that are named like a password.

    From the first such element to the end of the last: what is not well-formed may be read in more than one way.
    """
    last_closing = max((closing.start() for closing in _CLOSING.finditer(text)), default=-1)
    for opening in _OPENING.finditer(text):
        if last_closing >= opening.end() or not _WITHOUT_CONTENT.match(text, opening.end()):
            is_closed = last_closing >= opening.end() and not _OPENING.search(text, last_closing)
            end = last_closing if is_closed else len(text)
            text = f"{text[: opening.end()]}>{_MASK}{text[end:]}"
            break
    return _ASSIGNED.sub(rf"\1{_MASK}", text)


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if len(secret) >= SHORTEST_PASSWORD_SOUGHT:
            text = text.replace(secret, _MASK)
            if "&" in text and len(secret) <= _LONGEST_PATTERN:
                text = _written_in_xml(secret).sub(_MASK, text)
    return text


@lru_cache(maxsize=64)
def _written_in_xml(secret: str) -> re.Pattern[str]:
    """The secret with any of its characters written as a reference."""
    named = {"&": "|&amp;", "<": "|&lt;", ">": "|&gt;", '"': "|&quot;", "'": "|&apos;"}
    return re.compile(
        "".join(
            f"(?:{re.escape(each)}|&#0{{0,9}}{ord(each)};|&#x0{{0,9}}(?i:{ord(each):x});{named.get(each, '')})"
            for each in secret
        )
    )


def _tells(text: str, secrets: Iterable[str]) -> bool:
    """Whether a secret can still be read by one who leaves out comments and resolves references."""
    sought = [secret for secret in secrets if len(secret) >= SHORTEST_PASSWORD_SOUGHT]
    read = unescape(_CDATA.sub("", _without_comments(text))) if sought else ""
    return any(secret in read for secret in sought)


def _without_comments(text: str) -> str:
    """The text without comments and processing instructions; by hand, since a pattern may take for ever."""
    kept = []
    begin = 0
    while opening := _PASSED_OVER.search(text, begin):
        closing = "-->" if opening[0] == "<!--" else "?>"
        end = text.find(closing, opening.end())
        if end < 0:
            break
        kept.append(text[begin : opening.start()])
        begin = end + len(closing)
    return "".join([*kept, text[begin:]])


def _sessions_cut(text: str, session_id: str) -> str:
    if "sessionid" in text.lower():
        text = _SESSION.sub(lambda found: found[1] + _cut(found[2]), text)
    return text.replace(session_id, _cut(session_id)) if len(session_id) >= _SHORTEST_SESSION_SOUGHT else text


def _cut(session_id: str) -> str:
    return session_id if len(session_id) <= _SHOWN_OF_A_SESSION else f"{shown(session_id)}{_MASK}"
