"""One portal is silent: its people read words, those of others see their cards."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta

import pytest

from b24app.domain import TokenPair, TokenResponse
from b24app.storage import portals
from tests.support.stage import DEAL, MANAGER, token_in

SILENT = "silent.example:8024"
MEMBER_ID = "5" * 32
APPLICATION_TOKEN = "7" * 32
OPENINGS = 20


class SilentHost:
    """Takes every request for one host and says nothing until it is told to go on."""

    def __init__(self, adapter):
        self.forward = adapter.send
        self.asked = threading.Semaphore(0)
        self.go_on = threading.Event()

    def __call__(self, request, *options, **more):
        if SILENT not in request.url:
            return self.forward(request, *options, **more)
        self.asked.release()
        self.go_on.wait(60)
        raise TimeoutError("nothing was said")


@pytest.fixture
def silence(stage, monkeypatch):
    """A second portal, installed, whose host does not answer."""
    silence = SilentHost(stage.adapter)
    monkeypatch.setattr(stage.adapter, "send", silence)
    tokens = TokenPair("a" * 32, "r" * 32, stage.deps.clock() + timedelta(hours=1))
    endpoint = f"http://{SILENT}/rest/"
    grant = TokenResponse(
        tokens, MEMBER_ID, endpoint, stage.portal.server_endpoint, frozenset({"crm"}), "F", 1
    )
    with stage.deps.db.transaction() as session:
        portals.save_installation(
            session,
            stage.deps.cipher,
            grant,
            app_code="app.silent",
            application_token=APPLICATION_TOKEN,
            language="en",
            version="1",
            now=stage.deps.clock(),
        )
        portals.activate(session, MEMBER_ID, stage.deps.clock())
    stage.deps.carry(8)
    stage.deps.client.shares._patience = 0
    yield silence
    silence.go_on.set()


def open_silently(stage, application_token=APPLICATION_TOKEN):
    """One person of the silent portal opens a card: the shell, then its first content."""
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "1"}) | {
        "member_id": MEMBER_ID,
        "APPLICATION_TOKEN": application_token,
    }
    client = stage.app.test_client()
    query = {"DOMAIN": SILENT, "PROTOCOL": "0", "LANG": "en", "APP_SID": "5" * 32}
    shell = client.post("/placement", query_string=query, data=fields)
    assert shell.status_code == 200, shell.text
    headers = {"Authorization": f"Bearer {token_in(shell)}", "HX-Request": "true"}
    return client.get("/payments?first=1", headers=headers)


def test_people_of_a_silent_portal_get_words_and_others_their_cards(stage, silence):
    with ThreadPoolExecutor(OPENINGS) as people:
        opened = [people.submit(open_silently, stage) for _ in range(OPENINGS)]
        answers = as_completed(opened, timeout=60)
        # Those who find no place are answered while the portal still says nothing.
        refused = [next(answers).result() for _ in range(OPENINGS - 4)]
        shown = stage.tab(MANAGER)
        silence.go_on.set()
        late = [one.result() for one in answers]

    assert {one.status_code for one in refused} == {503}
    assert {one.headers["Retry-After"] for one in refused} == {"2"}
    assert "Bitrix24 is busy" in refused[0].text
    assert "Nothing was changed" in refused[0].text
    assert shown.answer.status_code == 200
    assert 'data-payment-id="' in shown.answer.text
    assert {one.status_code for one in late} == {502}


def test_a_portal_nobody_vouches_for_holds_less(stage, silence):
    with ThreadPoolExecutor(OPENINGS) as people:
        opened = [people.submit(open_silently, stage, "0" * 32) for _ in range(OPENINGS)]
        answers = as_completed(opened, timeout=60)
        refused = [next(answers).result().status_code for _ in range(OPENINGS - 1)]
        # Strangers' posts in the portal's name have left its own people room.
        own = people.submit(open_silently, stage)
        for _ in range(2):
            assert silence.asked.acquire(timeout=60)
        silence.go_on.set()
        assert own.result().status_code == 502

    assert set(refused) == {503}


def test_places_are_free_again_afterwards(stage, silence):
    silence.go_on.set()

    assert open_silently(stage).status_code == 502

    assert stage.deps.client.shares._held == []
    assert stage.deps.client.shares._asked == {}
