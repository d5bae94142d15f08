"""The daemon: one process that keeps pairs equal by itself, on timers, on webhooks, and whatever happens to it."""
