"""What a record of Wonolo or When I Work means, free of either system.

Everything here is pure: no input or output, no clock, no randomness. A record (the JSON object a system
returned) goes in, an entity comes out, and back. One file holds one entity, both directions in it.
"""
