"""From the mirror to what each pure step needs, and no more."""
