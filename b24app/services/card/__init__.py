"""Reads a card and computes what is shown of it. Sends no writing command."""
