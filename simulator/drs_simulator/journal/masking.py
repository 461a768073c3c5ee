"""Masks passwords and session ids in exchanges before the journal stores them, however they are written.

It masks whatever stands where a password belongs, and, wherever they stand, the simulator's own password, the one that
was sent, and the session's id. A body for which it cannot verify the result, because of its encoding or its entities,
is withheld as a whole.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

from drs_simulator.exchange import SoapCall
from drs_simulator.soap.envelope import body_codec, name_of, response_charset

_MASK = "***"
WITHHELD = b"(withheld: "
"""How the replacement of a body begins that is withheld as a whole."""
_SESSION_PREFIX = 6
# Shorter ones occur in ordinary words: they are masked where a password or a session id belongs, not elsewhere.
MIN_PASSWORD = 4
"""The length from which a password is masked wherever it stands."""
_MIN_SESSION_ID = 16
_PASSWORD_NAME = re.compile(r"pas+(?:w|o|phrase)|pwd|psw|secret", re.IGNORECASE)
PASSWORD_HINTS = ("pas", "pwd", "psw", "secret")
"""Each name that looks like a password's contains one of these."""
_OPENING = re.compile(rf"<(?![/!?])[^<>\s/]{{0,200}}?(?:{_PASSWORD_NAME.pattern})[^<>\s/]{{0,200}}", re.IGNORECASE)
_CLOSING = re.compile(rf"</[^<>\s/]{{0,200}}?(?:{_PASSWORD_NAME.pattern})[^<>\s/]{{0,200}}", re.IGNORECASE)
_WITHOUT_CONTENT = re.compile(r"""(?:\s+(?:xmlns(?::[\w.-]+)?|[\w.-]+:nil)\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/>""")
_ASSIGNMENT = re.compile(
    rf"""((?:{_PASSWORD_NAME.pattern})\w{{0,40}}["']?\s{{0,40}}[:=]\s{{0,40}})("[^"]*"|'[^']*'|[^\s"'&,;}}<>]+)""",
    re.IGNORECASE,
)
_SESSION_NAME = "sessionid"
_SESSION_OPENING = re.compile(r"<(?:[\w.-]{1,80}:)?sessionId(?:\s[^<>]{0,400})?>", re.IGNORECASE)
_SESSION_CLOSING = re.compile(r"</(?:[\w.-]{1,80}:)?sessionId\s{0,400}>", re.IGNORECASE)
_PLAIN_SESSION = re.compile(rb"<sessionId>([A-Za-z0-9_-]{16,200})</sessionId>")
_COMMENT = re.compile(r"<!--|<\?")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_FAULT_TEXT = re.compile(r"(<faultstring>).*?(</faultstring>)", re.DOTALL)
_MAX_PATTERN = 200
_MAX_SECRETS = 20
# In the bytes of any other encoding, letters of ASCII do not stand for themselves.
_PLAIN = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"})
_SIMILAR_ENCODINGS = ("utf-8", "latin-1", "cp1252", "utf-7")
_OTHER_ENCODINGS = (*_SIMILAR_ENCODINGS, "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037", "cp500")
_EBCDIC_DECLARATION = b"\x4c\x6f\xa7\x94"


@dataclass(frozen=True, slots=True)
class Masked:
    """An exchange without its secrets.

    Args:
        request: The request's body.
        response: The response's body.
        passwords: The passwords that were masked.
        session_ids: The session ids that were masked.
    """

    request: bytes
    response: bytes
    passwords: tuple[str, ...]
    session_ids: tuple[str, ...]

    def clean(self, text: str) -> str:
        """Mask the secrets in a text about the exchange."""
        return _mask_sessions(_mask_passwords(text, self.passwords), self.session_ids)

    def __repr__(self) -> str:
        return f"Masked({len(self.request)} bytes, {len(self.response)} bytes)"


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    codec: str


class Masker:
    """Masks exchanges. ``password`` is the simulator's own."""

    def __init__(self, password: str) -> None:
        self._password = password

    def mask(self, call: SoapCall, response: bytes) -> Masked:
        """Mask passwords in the request and the response to it, and all but the first characters of session ids."""
        session_ids = tuple(islice(_session_ids_of(call), _MAX_SECRETS + 1))
        request, passwords = self._mask_request(call, session_ids)
        codec = _response_codec(call, response)
        if codec is None:
            withheld = _withhold(response, "in an encoding in which secrets cannot be recognized")
            return Masked(request, withheld, passwords, session_ids)
        # A response need not be text: bytes that are none survive this.
        answer = response.decode(codec, "surrogateescape")
        clean = _mask_sessions(_mask_passwords(answer, passwords), session_ids)
        if request.startswith(WITHHELD) or _fault_may_quote_password(call):
            clean = _FAULT_TEXT.sub(rf"\1{_MASK}\2", clean)
        if clean != answer:
            response = clean.encode(codec, "surrogateescape")
        return Masked(request, response, passwords, session_ids)

    def _mask_request(self, call: SoapCall, session_ids: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
        own: tuple[str, ...] = (self._password,)
        sent = _decode(call, self._password)
        if sent is None:
            return _withhold(call.body, "in an encoding in which passwords cannot be recognized"), own
        if len(session_ids) > _MAX_SECRETS:
            return _withhold(call.body, "with too many session ids"), own
        clean, passwords = sent.text, own
        if _mentions_password(sent.text):
            # One more than are masked, which shows that there are too many.
            passwords = (*own, *islice(dict.fromkeys(_passwords_of(call)), _MAX_SECRETS + 1))
            if len(passwords) > len(own) + _MAX_SECRETS:
                return _withhold(call.body, "with too many passwords"), own
            clean = _blank_passwords(sent.text)
        clean = _mask_sessions(_mask_passwords(clean, passwords), session_ids)
        body = call.body if clean == sent.text else clean.encode(sent.codec)
        if "<!ENTITY" in clean or _contains_secret(clean, passwords, session_ids) or _hides(body, self._password):
            return _withhold(call.body, "with a secret or entities that could not be masked"), passwords
        return body, passwords


def shorten_session_id(session_id: str) -> str:
    """Cut a session id to the characters that may be shown."""
    return session_id[:_SESSION_PREFIX]


def mask_plain_session(request: bytes, response: bytes) -> str | None:
    """Find the only session id of an exchange that contains no other secret.

    It can then be replaced wherever it stands: the result is that of ``Masker.mask``.

    Args:
        request: A request for which ``SecretScanner.is_clean`` holds.
        response: DRS's own response to it.

    Returns:
        The id; empty if there is none; ``None`` if ids are not as simple as that.
    """
    found = _PLAIN_SESSION.findall(request)
    # DRS writes the name in its response in one way only.
    if request.lower().count(b"sessionid") != 2 * len(found) or b"sessionId" in response:
        return None
    if b"&" in response and b"&#" in response:
        return None
    return "" if not found else str(found[0].decode()) if len(set(found)) == 1 else None


def _withhold(body: bytes, why: str) -> bytes:
    return WITHHELD + f"{len(body)} bytes {why})".encode()


def _response_codec(call: SoapCall, response: bytes) -> str | None:
    """The codec of the response, which is that of the request; ``None`` if it may hide a secret."""
    try:
        codec = body_codec(response, response_charset(call.charset))
        response.decode(codec)
    except LookupError:
        return "utf-8"
    except UnicodeError:
        return "utf-8" if codec in _PLAIN else None
    return codec


def _decode(call: SoapCall, password: str) -> _Text | None:
    """Decode the body as the gateway does; ``None`` where that is uncertain."""
    if call.root is None:
        return _decode_unread(call, password)
    try:
        codec = body_codec(call.body, call.charset)
        text = call.body.decode(codec)
    except (LookupError, UnicodeError):
        return None
    return _Text(text, codec) if name_of(call.root)[1] in text else None


def _decode_unread(call: SoapCall, password: str) -> _Text | None:
    """Decode a body that the gateway could not read; ``None`` if it may hide a password."""
    if not _is_readable(call, password):
        return None
    try:
        return _Text(call.body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        # In Latin-1 every byte is a character, and those of ASCII are right.
        return _Text(call.body.decode("latin-1"), "latin-1") if password.isascii() else None


def _is_readable(call: SoapCall, password: str) -> bool:
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
    """Whether the password can be read in bytes that are taken for another encoding."""
    if len(password) < MIN_PASSWORD:
        return False
    forms = {password.encode(codec, "ignore") for codec in _OTHER_ENCODINGS} - {password.encode("ascii", "ignore")}
    if any(len(form) >= MIN_PASSWORD and form in body for form in forms):
        return True
    is_plain = password.isascii() and body.isascii()
    return not is_plain and any(
        _contains_secret(body.decode(codec, "ignore"), (password,), ()) for codec in _SIMILAR_ENCODINGS
    )


def _mentions_password(text: str) -> bool:
    low = text.lower()
    return any(part in low for part in PASSWORD_HINTS)


def _passwords_of(call: SoapCall) -> Iterator[str]:
    """The texts of all elements that are named like a password, as they are and stripped."""
    for element in () if call.root is None else call.root.iter("{*}*"):
        if _PASSWORD_NAME.search(name_of(element)[1]):
            text = "".join(element.itertext())
            yield text
            yield text.strip()


def _fault_may_quote_password(call: SoapCall) -> bool:
    """Whether a fault may quote a part of a password, because it was read as markup."""
    if call.root is None:
        return any(part.encode() in call.body.lower() for part in PASSWORD_HINTS)
    return any(len(element) and _PASSWORD_NAME.search(name_of(element)[1]) for element in call.root.iter("{*}*"))


def _blank_passwords(text: str) -> str:
    """Mask what stands in elements and attributes that are named like a password.

    All from the first such element to the end of the last: malformed text can be read in more than one way.
    """
    last_closing = max((closing.start() for closing in _CLOSING.finditer(text)), default=-1)
    for opening in _OPENING.finditer(text):
        if last_closing >= opening.end() or not _WITHOUT_CONTENT.match(text, opening.end()):
            is_closed = last_closing >= opening.end() and not _OPENING.search(text, last_closing)
            end = last_closing if is_closed else len(text)
            text = f"{text[: opening.end()]}>{_MASK}{text[end:]}"
            break
    return _ASSIGNMENT.sub(rf"\1{_MASK}", text)


def _session_ids_of(call: SoapCall) -> Iterator[str]:
    """The texts of all elements that are named like a session's id, without repeats."""
    elements = () if call.root is None else call.root.iter("{*}*")
    texts = ("".join(each.itertext()).strip() for each in elements if name_of(each)[1].lower() == _SESSION_NAME)
    yield from dict.fromkeys(text for text in texts if len(text) >= _MIN_SESSION_ID)


def _mask_passwords(text: str, passwords: Iterable[str]) -> str:
    for password in passwords:
        if len(password) >= MIN_PASSWORD:
            text = _replace(text, password, _MASK)
    return text


def _mask_sessions(text: str, session_ids: Iterable[str]) -> str:
    if _SESSION_NAME in text.lower():
        text = _mask_session_elements(text)
    for session_id in session_ids:
        text = _replace(text, session_id, _mask_session(session_id))
    return text


def _mask_session_elements(text: str) -> str:
    """Mask what stands in elements that are named like a session's id; to the end of the text in an unclosed one."""
    closings = [closing.start() for closing in _SESSION_CLOSING.finditer(text)]
    parts = []
    begin = 0
    for opening in _SESSION_OPENING.finditer(text):
        if opening.start() < begin:
            continue
        at = bisect_left(closings, opening.end())
        end = closings[at] if at < len(closings) else len(text)
        content = text[opening.end() : end]
        session_id = content.strip()
        if "<" in session_id or "&" in session_id:
            content = _MASK
        elif session_id:
            content = content.replace(session_id, _mask_session(session_id))
        parts += [text[begin : opening.end()], content]
        begin = end
    return "".join([*parts, text[begin:]])


def _mask_session(session_id: str) -> str:
    return session_id if len(session_id) <= _SESSION_PREFIX else f"{shorten_session_id(session_id)}{_MASK}"


def _replace(text: str, secret: str, mask: str) -> str:
    """Replace a secret, also where some of its characters are written as references."""
    text = text.replace(secret, mask)
    if "&" in text and len(secret) <= _MAX_PATTERN and secret in unescape(text):
        text = _xml_pattern(secret).sub(mask, text)
    return text


def _xml_pattern(secret: str) -> re.Pattern[str]:
    """The secret with any of its characters written as a reference."""
    named = {"&": "|&amp;", "<": "|&lt;", ">": "|&gt;", '"': "|&quot;", "'": "|&apos;"}
    return re.compile(
        "".join(
            f"(?:{re.escape(each)}|&#0{{0,9}}{ord(each)};|&#x0{{0,9}}(?i:{ord(each):x});{named.get(each, '')})"
            for each in secret
        )
    )


def _contains_secret(text: str, passwords: Iterable[str], session_ids: Iterable[str]) -> bool:
    """Whether a secret can still be read by someone who drops comments and resolves references."""
    secrets = [*(password for password in passwords if len(password) >= MIN_PASSWORD), *session_ids]
    read = unescape(_CDATA.sub("", _without_comments(text))) if secrets else ""
    return any(secret in read for secret in secrets)


def _without_comments(text: str) -> str:
    """The text without comments and processing instructions, in linear time, which a pattern cannot promise."""
    parts = []
    begin = 0
    while opening := _COMMENT.search(text, begin):
        closing = "-->" if opening[0] == "<!--" else "?>"
        end = text.find(closing, opening.end())
        if end < 0:
            break
        parts.append(text[begin : opening.start()])
        begin = end + len(closing)
    return "".join([*parts, text[begin:]])
