"""Serve the tab of a card: its payments, and everything a person can do with them."""
