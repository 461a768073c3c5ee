"""Settings for every test: how long Hypothesis tries, here and in nightly runs, and what Ctrl-C does to a child."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# What CI says of a change depends on the change alone; every night it looks for new examples.
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.register_profile("nightly", parent=settings.get_profile("default"), max_examples=2000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# A shell that starts the suite in the background has it ignore Ctrl-C, and the processes that tests start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
