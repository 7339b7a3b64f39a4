"""How long tests wait for what must come."""

PATIENCE = 180.0
"""Seconds, on a slow machine that is busy with other tests as well: who waits longer fails no earlier, only rightly."""
