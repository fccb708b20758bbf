"""Provide what every view needs: session, htmx, language, errors, headers, assets."""
