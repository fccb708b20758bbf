"""The control panel: what a person or a test sets on the portal."""
