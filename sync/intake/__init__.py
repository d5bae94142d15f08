"""Intake: whatever makes the mirror look at a system again."""
