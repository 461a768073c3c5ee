"""The command ``drs-simulator``, also ``python -m drs_simulator``."""

from __future__ import annotations

import gc

_INTERRUPTED = 130


def main() -> None:
    """Run the command. Ctrl-C ends it with exit code 130, also while modules are imported."""
    try:
        # Imports make no garbage, and the collector would search for some again and again: it takes a fifth of a start.
        gc.disable()
        from drs_simulator.cli import main as run  # noqa: PLC0415 - see above

        gc.freeze()
        gc.enable()
        run()
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None


if __name__ == "__main__":
    main()
