"""Write the app's own log: one line per message, with the request it belongs to."""

from __future__ import annotations

import logging
import re

from flask import Flask, has_request_context

from b24app.web.plumbing import security

ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
FORMAT = "%(asctime)s %(levelname)s %(name)s %(request_id)s: %(message)s"


class OneLine(logging.Formatter):
    """Never starts a new line with text that a visitor or a portal sent.

    Lines of a traceback are indented, because the message of an exception may quote such text.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write out a record; further lines are indented."""
        record.request_id = security.request_id() if has_request_context() else "-"
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name.
        """Write out the first line."""
        record.message = ODD.sub(_escaped, record.message)
        return super().formatMessage(record)

    def formatException(self, ei: logging._SysExcInfoType) -> str:  # noqa: N802 - as above.
        """Write out a traceback, indented."""
        lines = super().formatException(ei).splitlines()
        return "\n".join("    " + ODD.sub(_escaped, line) for line in lines)


def _escaped(odd: re.Match[str]) -> str:
    return odd[0].encode("unicode_escape").decode()


def init_app(app: Flask) -> None:
    """Make every handler of the app's logger write this way."""
    for handler in app.logger.handlers:
        handler.setFormatter(OneLine(FORMAT))
