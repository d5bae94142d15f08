"""Taking a run back: the plan of what can be taken back (`inverse`), and why the rest stays."""
