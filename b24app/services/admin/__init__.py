"""The application's own page: settings, activity, diagnostics, the login outside the frame."""
