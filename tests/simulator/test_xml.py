"""The XML parser reads nothing but the bytes, and stops at its limits."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from drs_simulator.xml import is_known_charset, parse_for_display, parse_xml
from lxml import etree

Parse = Callable[[bytes], etree._Element]
DEEP = "<a>" * 300 + "</a>" * 300
LONG = f"<a>{'x' * 10_000_001}</a>"
BOMB = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("xabcdefgh", "abcdefghi", strict=True)
)


@pytest.mark.parametrize("parse", [parse_xml, parse_for_display])
class TestLimits:
    def test_an_external_entity_is_not_read(self, parse: Parse, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("the-secret", encoding="utf-8")
        root = parse(f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'.encode())
        assert b"the-secret" not in etree.tostring(root)

    def test_an_external_dtd_is_not_read(self, parse: Parse, tmp_path: Path) -> None:
        dtd = tmp_path / "a.dtd"
        dtd.write_text('<!ATTLIST a b CDATA "the-default">', encoding="utf-8")
        assert parse(f'<!DOCTYPE a SYSTEM "{dtd.as_uri()}"><a/>'.encode()).keys() == []

    def test_an_entity_is_not_expanded(self, parse: Parse) -> None:
        root = parse(b'<!DOCTYPE a [<!ENTITY x "expanded">]><a>&x;</a>')
        assert "expanded" not in "".join(map(str, root.itertext()))

    @pytest.mark.parametrize("document", [DEEP, LONG, f"{BOMB}]><a b='&i;'/>"], ids=["deep", "long", "bomb"])
    def test_a_document_beyond_the_limits_is_refused(self, parse: Parse, document: str) -> None:
        with pytest.raises(etree.XMLSyntaxError):
            parse(document.encode())


def test_a_message_has_neither_comments_nor_instructions() -> None:
    assert etree.tostring(parse_xml(b"<a><!-- x --><?y z?><b>1<!-- -->2</b></a>")) == b"<a><b>12</b></a>"


def test_a_document_for_display_has_its_comments() -> None:
    assert etree.tostring(parse_for_display(b"<a> <!--x--> <b/> </a>")) == b"<a><!--x--><b/></a>"


def test_the_transports_charset_overrides_the_declaration() -> None:
    body = '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("iso-8859-1")
    assert parse_xml(body, "iso-8859-1").text == "é"


@pytest.mark.parametrize(("charset", "known"), [(None, True), ("utf-8", True), ("windows-1252", True), ("x", False)])
def test_whether_a_charset_is_known_can_be_asked(charset: str | None, known: bool) -> None:
    assert is_known_charset(charset) is known


@pytest.mark.parametrize(
    ("codec", "charset"),
    [
        ("utf-8", None),
        ("utf-8", "utf-8"),
        ("utf-8-sig", None),
        ("utf-8-sig", "utf-8"),
        ("utf-16", None),
        ("utf-16", "utf-16"),
        ("big-endian with mark", None),
        ("big-endian with mark", "utf-16"),
        ("big-endian with mark", "utf-16be"),
        ("utf-16-le", "utf-16"),
        ("utf-16-le", "utf-16le"),
        ("utf-16-be", "utf-16"),
        ("utf-16-be", "utf-16be"),
        ("utf-32", None),
        ("utf-32", "utf-32"),
        ("cp1252", "windows-1252"),
    ],
)
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="{}"?>'])
def test_a_document_is_read_in_its_encoding(codec: str, charset: str | None, declaration: str) -> None:
    declared = "windows-1252" if codec == "cp1252" else codec[:6].replace("big-en", "utf-16").rstrip("-")
    text = f"{declaration.format(declared)}<a>Café €5</a>"
    body = codecs.BOM_UTF16_BE + text.encode("utf-16-be") if "mark" in codec else text.encode(codec)
    assert parse_xml(body, charset).text == "Café €5"


@pytest.mark.parametrize("declared", ["iso-8859-1", "ISO-8859-1", "windows-1252", "utf-8", "utf-16", "UTF-16"])
def test_a_declared_encoding_is_read_without_a_charset(declared: str) -> None:
    body = f'<?xml version="1.0" encoding="{declared}"?><a>Café £5</a>'.encode(declared)
    assert parse_xml(body).text == "Café £5"


def test_a_charset_that_contradicts_the_byte_order_mark_is_an_error() -> None:
    with pytest.raises(etree.XMLSyntaxError):
        parse_xml("<a/>".encode("utf-16"), "utf-8")


def test_an_unknown_charset_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        parse_xml(b"<a/>", "no-such-charset")
