"""Validates answers by the schema in DRS's own interface description."""

from __future__ import annotations

from lxml import etree

from drs_contracts.driver.driver import DrsDriver
from drs_contracts.driver.expectations import expect, need
from drs_contracts.driver.messages import SOAP, Exchange
from drs_contracts.xml import parse_xml

_SCHEMA = "{*}types/{http://www.w3.org/2001/XMLSchema}schema"


def read_schema(drs: DrsDriver) -> etree.XMLSchema:
    """Read the schema in DRS's interface description.

    Raises:
        NeedNotMetError: The description has no types.
    """
    found = parse_xml(drs.target.wsdl().body).find(_SCHEMA)
    need(found is not None, "the interface description has no types")
    assert found is not None
    return etree.XMLSchema(parse_xml(etree.tostring(found)))


def expect_valid(schema: etree.XMLSchema, answer: Exchange) -> None:
    """Expect that an answer is valid by the schema; a fault is in none.

    Raises:
        ClauseBroken: It is not valid.
    """
    if answer.fault is not None:
        return
    body = answer.envelope.find(f"{{{SOAP}}}Body/*")
    assert body is not None
    valid = schema.validate(parse_xml(etree.tostring(body)))
    problem = "" if valid else f"{schema.error_log[0].message}"
    expect(valid, f"the answer to {answer.operation} is not valid: {problem}", answer)
