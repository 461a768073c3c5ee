"""Starts the command ``drs-simulator`` at once: while it is imported nothing is garbage, so nobody looks for any."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command."""
    gc.disable()
    from drs_simulator.cli import main as run  # noqa: PLC0415 - see above

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
