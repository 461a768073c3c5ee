"""Starts the command ``drs-contracts``; where the extra ``contracts`` is not installed, says what is missing."""

from __future__ import annotations

import sys

_EXTRA = frozenset({"hypothesis", "faker", "jinja2", "pytest"})
_UNUSABLE = 2
_INTERRUPTED = 130


def main() -> None:
    """Run the command."""
    try:
        from drs_contracts.cli import main as run  # noqa: PLC0415 - what it needs may be missing
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library not in _EXTRA:
            raise
        sys.stderr.write(
            f"drs-contracts needs {library}, which is not installed. Install what it needs with: "
            "pip install faker hypothesis jinja2 pytest\n"
        )
        raise SystemExit(_UNUSABLE) from None
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
    run()


if __name__ == "__main__":
    main()
