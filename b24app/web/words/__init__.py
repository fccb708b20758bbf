"""Hold every sentence that is not in a template."""
