"""What the platform makes of XML that is not well-formed: it reads as far as the operation, and no further (measured).

CXF reads a request as a stream. What stands behind the operation's element is never looked at, so a request that breaks
there is performed. What breaks before it, or in it, is a fault with the words of the parser (Woodstox), as near as
those of libxml2 can be told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from lxml import etree

from drs_simulator.soap import soap_fault
from drs_simulator.soap.platform import Platform
from drs_simulator.xml import pull_parser

_E = etree.ErrorTypes
_UNDECLARED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#)[A-Za-z_][\w.-]*;")
_PARSER_LIMITS = frozenset({_E.ERR_RESOURCE_LIMIT, _E.ERR_ENTITY_LOOP})
_INCOMPLETE_TAGS = frozenset({_E.ERR_GT_REQUIRED, _E.ERR_ATTRIBUTE_NOT_STARTED, _E.ERR_ATTRIBUTE_NOT_FINISHED})
_OPERATION_DEPTH = 3
_LATIN_1_END = 0xFF


class Fragment(NamedTuple):
    """What was read before the XML broke.

    Args:
        root: The root element, if its start tag was read.
        operation: The operation's element, if it was read to its end.
        is_inside: Whether the XML broke inside the request, below the operation's element.
    """

    root: etree._Element | None
    operation: etree._Element | None
    is_inside: bool


def drop_undeclared_entities(text: str) -> str:
    """The text without references to entities that XML does not define: the platform drops them."""
    return _UNDECLARED_ENTITY.sub("", text)


def read_fragment(body: bytes, error: etree.XMLSyntaxError) -> Fragment:
    """What can be read of a body that is not well-formed.

    Args:
        body: The document in UTF-8.
        error: What the parser said of it.
    """
    parser = pull_parser()
    try:
        parser.feed(body)
        parser.close()
    except etree.XMLSyntaxError:
        pass
    depth, root, started = 0, None, 0
    try:
        for event, element in parser.read_events():
            if ":" in str(element.tag).rpartition("}")[2]:
                # Its prefix is not declared, and nothing behind it is read.
                return Fragment(root, None, is_inside=depth > _OPERATION_DEPTH)
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            started = max(started, depth)
            if event == "end" and depth == _OPERATION_DEPTH - 1 and _is_in_body(element):
                return Fragment(root, element, is_inside=False)
    except etree.XMLSyntaxError:
        pass
    is_incomplete = error.code in _INCOMPLETE_TAGS and started == depth == _OPERATION_DEPTH + 1
    if started == depth == 1 and error.code in _INCOMPLETE_TAGS and "expected '>'" not in (error.msg or ""):
        # The start tag of the root itself is incomplete.
        return Fragment(None, None, is_inside=False)
    return Fragment(root, None, is_inside=started > _OPERATION_DEPTH and not is_incomplete)


def _is_in_body(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and str(parent.tag).endswith("}Body")


def fault_of(error: etree.XMLSyntaxError, text: str, platform: Platform, *, is_inside: bool) -> soap_fault.SoapFault:
    """The fault of XML that is not well-formed.

    Args:
        error: What the parser said.
        text: The document.
        platform: The version whose words are wanted.
        is_inside: Whether it broke inside the request, below the operation's element.
    """
    if error.code in _PARSER_LIMITS:
        return soap_fault.beyond_limits()
    row, column = error.position
    words, shift = _words_of(error, text, row, column)
    where = f"\n at [row,col {{unknown-source}}]: [{row},{column + shift}]"
    if error.code == _E.ERR_INVALID_CHAR and words.startswith("[com.ctc"):
        if platform.names_character_in_full:
            return soap_fault.unmarshalling(f"{words}) not a valid XML character{where}")
        return soap_fault.SoapFault(f"{words}{where}", "Server")
    if error.code == _E.ERR_ATTRIBUTE_NOT_STARTED:
        return soap_fault.unparsable()
    if is_inside:
        return soap_fault.unmarshalling(f"{words}{where}")
    return soap_fault.unreadable(f"{words}{where}" if platform.tells_parser_errors else "")


def _words_of(error: etree.XMLSyntaxError, text: str, row: int, column: int) -> tuple[str, int]:
    """Woodstox's words for an error of libxml2, and how much further right it sees it."""
    message = (error.msg or "not well-formed").rpartition(", line")[0] or error.msg or "not well-formed"
    character = _character_at(text, row, column)
    shown = f"Unexpected character {_describe(character)}" if character else "Unexpected end of input"
    translate = _WORDS.get(error.code)
    return translate(message, shown) if translate else (message, 0)


def _character_at(text: str, row: int, column: int) -> str:
    lines = text.split("\n")
    line = lines[row - 1] if 0 < row <= len(lines) else ""
    return line[column - 1 : column] if column > 0 else ""


def _describe(character: str) -> str:
    code = ord(character)
    if unicodedata.category(character) == "Cc":
        return f"(CTRL-CHAR, code {code})"
    return f"'{character}' (code {code})" if code <= _LATIN_1_END else f"'{character}' (code {code} / 0x{code:x})"


def _name_required(message: str, shown: str) -> tuple[str, int]:
    if "EntityRef" in message:
        return f"{shown} (missing name?)", 0
    return f"{shown} in content after '<' (malformed start element?).", 0


def _mismatch(message: str, _shown: str) -> tuple[str, int]:
    found = re.search(r"mismatch: (\S+) line \d+ and (\S+)", message)
    if not found:
        return message, 0
    return f"Unexpected close tag </{found[2]}>; expected </{found[1]}>.", 0


def _unfinished_tag(message: str, _shown: str) -> tuple[str, int]:
    return f"Unexpected end of input block in {'start' if 'Start Tag' in message else 'end'} tag", -1


def _invalid_character(message: str, shown: str) -> tuple[str, int]:
    found = re.search(r"xmlChar value (\d+)", message)
    if "CharRef" in message and found:
        prefix = "[com.ctc.wstx.exc.WstxLazyException] Illegal character entity: expansion character"
        return f"{prefix} (code 0x{int(found[1]):x}", -1
    return f"Illegal character ((CTRL-CHAR, code {shown.rpartition(' ')[2].rstrip(')')}))", 0


def _undeclared_prefix(message: str, _shown: str) -> tuple[str, int]:
    found = re.search(r"Namespace prefix (\S+)", message)
    return f'Undeclared namespace prefix "{found[1] if found else ""}"', 0


_WORDS: Mapping[int, Callable[[str, str], tuple[str, int]]] = {
    _E.ERR_NAME_REQUIRED: _name_required,
    _E.ERR_TAG_NAME_MISMATCH: _mismatch,
    _E.ERR_GT_REQUIRED: _unfinished_tag,
    _E.ERR_INVALID_CHAR: _invalid_character,
    _E.ERR_DOCUMENT_EMPTY: lambda _, shown: (f"{shown} in prolog; expected '<'", 0),
    _E.ERR_HYPHEN_IN_COMMENT: lambda *_: ("String '--' not allowed in comment (missing '>'?)", 2),
    _E.ERR_RESERVED_XML_NAME: lambda *_: (
        'Illegal processing instruction target ("xml"); xml (case insensitive) is reserved by the specs.',
        -1,
    ),
    _E.NS_ERR_UNDEFINED_NAMESPACE: _undeclared_prefix,
}
