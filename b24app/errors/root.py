"""What every error of the tree has: a status, and whether the request was executed."""

from __future__ import annotations

from enum import Enum


class Executed(Enum):
    """Whether the portal can have carried the request out."""

    NO = "no"
    DOUBTFUL = "doubtful"
    """It was refused, in words that also stand for a failure after it was stored."""

    UNKNOWN = "unknown"


class AppError(Exception):
    """Root of the tree.

    `message` is for logs: English, without tokens, links or personal data. What a person reads
    is chosen by `web/plumbing/error_pages.py` from the class and the code, never from the message.
    """

    executed = Executed.NO
    retryable = False

    def __init__(self, message: str = "", *, code: str = "", method: str = "") -> None:
        super().__init__(message or self.__class__.__name__)
        self.code = code
        self.method = method
