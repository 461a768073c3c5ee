"""Reports as pages and as files."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader

from drs_contracts.errors import ContractsError


class ReportFileError(ContractsError):
    """A report cannot be written to the file that was named."""


def render_page(template: str, **values: object) -> str:
    """Render a self-contained HTML page from a template of this package; all values are escaped."""
    environment = Environment(
        loader=PackageLoader("drs_contracts"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(template).render(**values)


def write_report(file: Path, content: bytes) -> None:
    """Write a report.

    Raises:
        ReportFileError: The file cannot be written.
    """
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ReportFileError(
            f"{file} cannot be written: {error.strerror}.", "Name a file in a folder that exists."
        ) from None


def to_xml_text(text: str) -> str:
    """Replace the characters that XML cannot hold."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)
