"""The OpenAPI 3.1 document of the admin API, made from its routes and their models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from drs_simulator.admin.problem import PROBLEM_TYPE, Problem
from drs_simulator.admin.route import ROOT, Route, Section

_LOCAL_TIME = r"^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_WITH_PAYLOAD = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)

_Mode = Literal["validation", "serialization"]
_Schemas = Mapping[Any, dict[str, Any]]
"""The reference to each model's schema, by model and mode."""


class _SchemaGenerator(GenerateJsonSchema):
    """Describes times as the local ones that they are: JSON Schema's format ``time`` requires an offset."""

    def time_schema(self, schema: core_schema.TimeSchema) -> JsonSchemaValue:  # noqa: ARG002 - as it is called
        return {"type": "string", "pattern": _LOCAL_TIME}


def describe_routes(sections: Iterable[Section], version: str) -> dict[str, Any]:
    """Describe the routes of these sections."""
    routes = [(section.name, route) for section in sections for route in section.routes]
    wanted = sorted({use for _, route in routes for use in _uses(route)}, key=lambda use: (use[0].__name__, use[1]))
    schemas, defined = models_json_schema(
        wanted, ref_template="#/components/schemas/{model}", schema_generator=_SchemaGenerator
    )
    paths: dict[str, dict[str, Any]] = {}
    for section, route in routes:
        operations = paths.setdefault(ROOT + _PARAMETER.sub(r"{\1}", route.path), {})
        operations[route.method.lower()] = _operation(section, route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "DRS simulator: admin API", "version": version, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        # Only a simulator that was started with a token requires it.
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": defined["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _uses(route: Route) -> Iterator[tuple[type[BaseModel], _Mode]]:
    yield Problem, "serialization"
    if route.answer is not None:
        yield route.answer, "serialization"
    if route.payload is not None:
        yield route.payload, "validation"


def _operation(section: str, route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [section],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": dict(_responses(route, schemas)),
    }
    if route.payload is not None:
        operation["requestBody"] = {
            "required": bool(route.payload.model_fields),
            "content": {"application/json": {"schema": schemas[route.payload, "validation"]}},
        }
    return operation


def _operation_id(route: Route) -> str:
    words = re.findall(r"[a-z]+", _PARAMETER.sub(r"by \1", route.path))
    return "_".join((route.method.lower(), *words))


def _path_parameters(route: Route) -> Iterator[dict[str, Any]]:
    for name in _PARAMETER.findall(route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(route: Route) -> Iterator[dict[str, Any]]:
    if route.query is None:
        return
    # A parameter's schema stands alone: references are replaced by what they refer to.
    schema = route.query.model_json_schema()
    for name, described in schema["properties"].items():
        yield {"name": name, "in": "query", "required": False, "schema": _inlined(described, schema.get("$defs", {}))}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return definitions[schema["$ref"].rpartition("/")[2]]
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    return [_inlined(each, definitions) for each in schema] if isinstance(schema, list) else schema


def _responses(route: Route, schemas: _Schemas) -> Iterator[tuple[str, dict[str, Any]]]:
    if route.answer is None:
        yield str(HTTPStatus.NO_CONTENT.value), {"description": "Done"}
    else:
        content = {"application/json": {"schema": schemas[route.answer, "serialization"]}}
        yield str(HTTPStatus.OK.value), {"description": "The answer", "content": content}
    statuses = {*_ALWAYS, *route.errors}
    statuses |= set(_WITH_PAYLOAD) if route.payload else set()
    statuses |= {HTTPStatus.UNPROCESSABLE_ENTITY} if route.query else set()
    content = {PROBLEM_TYPE: {"schema": schemas[Problem, "serialization"]}}
    for status in sorted(statuses):
        yield str(status.value), {"description": status.phrase, "content": content}
