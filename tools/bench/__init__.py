"""Figures of the running app against a simulated portal, one module a part. `make bench`."""
