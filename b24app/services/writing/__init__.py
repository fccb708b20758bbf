"""Sends any write and finds out what became of it. Decides nothing about payments."""
