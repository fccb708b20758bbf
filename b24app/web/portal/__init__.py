"""Handle what the portal itself posts: the installer, events, a renewed session."""
