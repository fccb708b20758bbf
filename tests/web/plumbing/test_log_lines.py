"""What visitors and portals send cannot begin a line in a log."""

from __future__ import annotations

import io
import logging
import re
import runpy
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from gunicorn.config import Config
from hypothesis import example, given
from hypothesis import strategies as st

from b24app.web.plumbing import log_lines, security

CONF = runpy.run_path("gunicorn.conf.py")
LINE = re.compile(r'^(\S+) \[[^\]]+\] "(\S+) (\S+)" (\d{3}) (\d+) (\d+\.\d+)$')
FORGED = '/x\n127.0.0.1 [26/Nov/2026:09:00:00 +0000] "POST /payments/1/pay" 200 0 0.1'
TEXTS = st.text(st.one_of(st.sampled_from(' "\\\n\r\t%'), st.characters(codec="utf-8")))


@pytest.fixture(scope="module")
def access():
    """Write one access-log line as gunicorn does, and answer what was written."""
    config = Config()
    config.set("accesslog", "/dev/null")
    config.set("access_log_format", CONF["access_log_format"])
    logger = CONF["logger_class"](config)
    logger.access_log.propagate = False

    def write(**environ):
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        logger.access_log.addHandler(handler)
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": "/", "RAW_URI": "/", "REMOTE_ADDR": "192.0.2.1",
            "SERVER_PROTOCOL": "HTTP/1.1", **environ,
        }  # fmt: skip
        response = SimpleNamespace(status="404 Not Found", sent=9, headers=[])
        logger.access(response, SimpleNamespace(headers=[]), environ, timedelta(seconds=1))
        logger.access_log.removeHandler(handler)
        return written.getvalue()

    return write


@given(path=TEXTS, agent=TEXTS, address=TEXTS)
@example(path=FORGED, agent="", address="192.0.2.1")
@example(path='/" 200 0 0.1', agent=FORGED, address="192.0.2.1 [now]")
def test_an_access_log_line_is_one_line_with_its_own_fields(access, path, agent, address):
    written = access(PATH_INFO="/" + path, HTTP_USER_AGENT=agent, REMOTE_ADDR="1" + address)

    assert written.count("\n") == 1
    assert [found[3] for found in LINE.findall(written.rstrip("\n"))] == ["404"], written


def test_an_ordinary_access_log_line_reads_as_before(access):
    line = access(PATH_INFO="/payments/1038/pay", REQUEST_METHOD="POST")

    assert re.sub(r"\[.*\]", "[now]", line) == (
        '192.0.2.1 [now] "POST /payments/1038/pay" 404 9 1.000000\n'
    )


def test_whatever_another_format_shows_is_on_one_line():
    atoms = CONF["OneLine"]({"a": "x\ny", "{referer}i": "a\nb", "t": "[now or\tlater]", "B": 9})

    shown = "%(a)s %({Referer}i)s %(q)s %(t)s %(B)s"
    line = shown % atoms

    assert line == "x%0Ay a%0Ab - [now or\tlater] 9"


def test_a_line_break_in_a_path_is_shown_as_it_was_sent(access):
    assert '"GET /a%0Ab%20%22c"' in access(PATH_INFO='/a\nb "c')


def logged(write):
    """What the app's formatter makes of what `write` logs."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(log_lines.OneLine(log_lines.FORMAT))
    logger = logging.Logger("b24app.test")  # noqa: LOG001 - of this test alone.
    logger.addHandler(handler)
    write(logger)
    return written.getvalue()


@given(TEXTS)
@example("payments\n2026-11-26 09:00:00,000 INFO b24app.web: all is well")
def test_a_message_of_the_app_is_one_line(text):
    written = logged(lambda logger: logger.warning("%s failed", text))

    assert len(written.splitlines()) == 1
    assert " WARNING b24app.test -: " in written


def fail_with(text):
    raise ValueError(text)


@given(TEXTS)
def test_a_traceback_begins_no_line_of_its_own(text):
    def fail(logger):
        try:
            fail_with(text)
        except ValueError:
            logger.exception("it failed")

    first, *rest = logged(fail).splitlines()

    assert first.endswith(": it failed")
    assert rest
    assert all(line.startswith("    ") for line in rest)


def test_a_message_names_the_request_that_people_are_shown():
    app = Flask(__name__)
    with app.test_request_context():
        written = logged(lambda logger: logger.warning("no answer"))

        assert f"b24app.test {security.request_id()}: no answer" in written


def test_the_log_of_the_app_is_written_that_way():
    app = Flask("b24app.of.this.test")
    app.logger.addHandler(logging.StreamHandler())

    log_lines.init_app(app)

    assert all(isinstance(one.formatter, log_lines.OneLine) for one in app.logger.handlers)
