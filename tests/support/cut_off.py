"""A connection to our database that is cut at the worst moment."""

from __future__ import annotations

from b24app.errors import DatabaseAwayError


def cut_once(monkeypatch, place, name, *, is_committed=False):
    """Let our database be away the first time that `place.name` is called.

    Or only after what it did with the session, its first argument, is stored. Answers how often
    that is still to come, in a list.
    """
    work, left = getattr(place, name), [1]

    def away_at_first(*arguments, **more):
        if left[0]:
            left[0] -= 1
            if is_committed:
                work(*arguments, **more)
                arguments[0].commit()
            raise DatabaseAwayError("the connection was cut")
        return work(*arguments, **more)

    monkeypatch.setattr(place, name, away_at_first)
    return left
