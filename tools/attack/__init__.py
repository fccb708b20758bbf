"""Attacks on the running app, beside people who only want to work. `python -m tools.attack`."""
