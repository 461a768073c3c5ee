"""Run the command ``drs-client`` as ``python -m drs_client``."""

from drs_client.cli import main

main()
