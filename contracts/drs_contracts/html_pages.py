"""Pages for people who do not program: self-contained HTML, made from the templates beside."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader


def rendered(template: str, **values: object) -> str:
    """The page of that template with these values; whatever they contain is escaped."""
    environment = Environment(
        loader=PackageLoader("drs_contracts"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(template).render(**values)
