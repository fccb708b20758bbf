"""The history of the schema, run by `session.upgrade`. Revisions are never edited once released."""
