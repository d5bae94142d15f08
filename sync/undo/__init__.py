"""Undoing a run: what is known of it, the plan that takes it back, and the holds that keep it taken back."""

from sync.undo.undo import PlanMaker, Undo, Wanted

__all__ = ["PlanMaker", "Undo", "Wanted"]
