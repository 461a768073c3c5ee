"""Where the scheduler's state is kept. Each keeping follows the protocol of ``scheduling.store``."""
