"""Manage the app on a portal, from installing to uninstalling. Knows no card."""
