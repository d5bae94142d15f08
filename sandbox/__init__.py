"""Wonolo and When I Work as one local server over one made-up world, for tests, demonstrations and people."""
