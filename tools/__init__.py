"""Programs for people who work on the project. Nothing the application runs is in here."""
