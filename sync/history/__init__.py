"""Who changed what, when, why, and on which evidence: what others did as pulls noticed it, and what runs wrote."""
