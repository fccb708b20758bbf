"""What an error tracker is told: kinds and places, and nothing of anybody. Nothing unless asked."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace

import pytest
from sentry_sdk.transport import Transport

from b24app import create_app
from b24app.config import ConfigError
from b24app.storage.session import Database
from b24app.web.plumbing import error_tracker
from b24app.web.plumbing.error_tracker import LOGGER, Reports

DSN = "https://a-key@tracker.example/1"
SECRET = "token-of-ann-example"


@pytest.fixture
def tracker():
    """What the tracker was sent, as text."""
    sent = []

    class Kept(Transport):
        def capture_envelope(self, envelope):
            sent.extend(json.dumps(item.payload.json) for item in envelope.items)

    reports = error_tracker.init(DSN, "7", Kept)
    yield sent
    logging.getLogger(LOGGER).removeHandler(reports)


def broken(*_arguments, **_options):
    portal_of_ann = SECRET
    raise RuntimeError(f"a bug with {portal_of_ann}")


def reports_of(logger):
    return [one for one in logging.getLogger(logger).handlers if isinstance(one, Reports)]


def test_a_bug_is_told_with_its_place_and_its_request(stage, tracker, monkeypatch):
    stage.app.testing = False
    tab = stage.tab()
    monkeypatch.setattr(Database, "reading", broken)

    answer = tab.show()

    (text,) = tracker
    event = json.loads(text)
    (found,) = event["exception"]["values"]
    assert answer.status_code == 500
    assert found["type"] == "RuntimeError"
    assert found["stacktrace"]["frames"][-1]["function"] == "broken"
    assert event["tags"] == {
        "request_id": answer.headers["X-Request-Id"],
        "endpoint": "payments.show",
    }
    assert event["release"] == "7"


def test_nothing_of_anybody_is_told(stage, tracker, monkeypatch):
    stage.app.testing = False
    tab = stage.tab()
    monkeypatch.setattr(Database, "reading", broken)

    tab.post("/payments/1038/pay", {"note": SECRET})

    (text,) = tracker
    forbidden = (SECRET, tab.token, stage.portal.member_id, stage.portal.domain, "1038", "Bearer")
    assert [word for word in forbidden if word in text] == []
    assert json.loads(text).keys() <= {*error_tracker.KEPT, "exception", "tags"}


def test_what_is_expected_is_not_told(stage, tracker):
    stage.fail("batch", "silent", times=9)
    stage.tab()
    stage.client.get("/payments")
    logging.getLogger("b24app.somewhere").error("a line without an exception")

    assert tracker == []


def test_a_tracker_that_fails_harms_no_request(stage, monkeypatch, capsys):
    class Broken(Transport):
        def capture_envelope(self, _envelope):
            raise OSError("tracker is away")

    reports = error_tracker.init(DSN, "7", Broken)
    stage.app.testing = False
    tab = stage.tab()
    monkeypatch.setattr(Database, "reading", broken)

    assert tab.show().status_code == 500

    logging.getLogger(LOGGER).removeHandler(reports)
    assert "tracker is away" in capsys.readouterr().err


def test_nothing_is_sent_unless_it_is_configured(stage):
    assert reports_of(LOGGER) == []

    for _ in range(2):
        create_app(replace(stage.config, error_tracker_dsn=DSN), http_adapter=stage.adapter)
    (reports,) = reports_of(LOGGER)
    logging.getLogger(LOGGER).removeHandler(reports)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)

    with pytest.raises(ConfigError, match="pip install sentry-sdk"):
        error_tracker.init(DSN, "7")


def test_what_is_no_dsn_is_refused_and_not_repeated():
    with pytest.raises(ConfigError, match="ERROR_TRACKER_DSN") as refused:
        error_tracker.init("secret-nonsense", "7")

    assert "secret-nonsense" not in str(refused.value)
