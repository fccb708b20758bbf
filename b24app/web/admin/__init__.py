"""Serve the application's own page for administrators, in the frame and outside."""
