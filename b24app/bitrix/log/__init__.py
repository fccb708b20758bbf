"""The REST log, and what must not stand in it."""
