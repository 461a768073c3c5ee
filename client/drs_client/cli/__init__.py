"""The command ``drs-client``.

Exit codes: 0 done; 1 DRS declined; 2 the input cannot be used; 3 DRS was not reached, or something else answered;
130 interrupted.
"""

from __future__ import annotations

_INTERRUPTED = 130


def main() -> None:
    """Run the command and exit."""
    try:
        # Imported here, so that Ctrl-C during the imports ends the command as it does later.
        from drs_client.cli.commands import run  # noqa: PLC0415

        code = run()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    raise SystemExit(code)
