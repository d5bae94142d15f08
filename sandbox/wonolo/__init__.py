"""Wonolo's REST API V2 as the reference tells it: tables, states and routes, independent of any client."""
