"""After an uninstallation nothing that opens a portal or names a person can be read anywhere."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from tests.support.events import post
from tests.support.stage import ADMIN, MANAGER

NOTE = "paid by Ottilie Sandbach"
ADDRESSES = ("ida.holm@northwind.example", "+49 170 555 01 23", "491705550123", "Holm", "Ida Holm")
"""Of the client of the deal: shown in the menu that sends a link, and kept nowhere."""


def secrets_of(stage):
    """Every token the portal ever gave out, and those of the application itself."""
    tokens = stage.portal.tokens
    found = {*tokens._by_access, *tokens._by_refresh}
    found.add(stage.portal.application.client_secret)
    found.update(stage.config.token_keys)
    found.add(stage.config.secret_key)
    return found


def people_of(stage):
    """Names of the portal's people, whole and in parts."""
    users = stage.portal.users.values()
    return {part for one in users for part in (one.name, one.last_name) if len(part) > 3} | {NOTE}


def content_of(stage):
    """Titles, links and product names that passed through the app."""
    crm = stage.portal.crm
    titles = {card.title for card in crm.cards.values() if card.title}
    return titles | set(ADDRESSES) | {f"/~{code}" for code in stage.portal.short_links}


def database_bytes(stage, *, is_running=False):
    """The database's files; of a running application with its journal beside them."""
    url = stage.deps.db.engine.url
    if not is_running:
        stage.close()
    file = Path(url.database)
    return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


def rest_log_of(stage):
    return b"".join(path.read_bytes() for path in Path(stage.config.rest_log_dir).iterdir())


def found_in(stored, needles):
    """Which of them stand there, as they are or as JSON; a secret is not repeated in full."""
    return {
        needle[:6] + "…"
        for needle in needles
        if needle.encode() in stored or json.dumps(needle)[1:-1].encode() in stored
    }


def live_and_leave(stage, *, clean):
    """A portal's whole life: opened, written to, a link copied, refreshed, updated, uninstalled."""
    for user_id in (ADMIN, MANAGER):
        tab = stage.tab(user_id)
        tab.get("/payments/details", ids="1039,1038,1037,1036", rows=11)
        tab.post("/payments/1038/pay", {"note": NOTE})
        tab.post("/payments/1038/unpay")
        tab.get("/payments/1039/link")
        assert ADDRESSES[0] in tab.get("/payments/1039/send").text
        tab.post("/payments/1039/taken", {"channel": "email"})
    stage.portal.tokens.expire_access()
    tab.show()
    post(stage, "ONAPPUNINSTALL", application_token="0" * 32)
    post(stage, "ONAPPUPDATE", application_token="1" * 32, refresh_token="2" * 32)
    stage.portal.update_app()
    stage.deliver()
    stage.work_off()
    application_token = stage.portal.installation.application_token
    stage.portal.uninstall(clean)
    stage.deliver()
    stage.work_off()
    return application_token


@pytest.fixture
def kept_logs(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.parametrize("is_running", [True, False], ids=["while it runs", "afterwards"])
@pytest.mark.parametrize("clean", [True, False], ids=["with its data", "without its data"])
def test_no_secret_and_no_person_is_left_in_the_database_file(stage, clean, is_running):
    member_id = stage.portal.member_id
    token = live_and_leave(stage, clean=clean)

    stored = database_bytes(stage, is_running=is_running)

    assert found_in(stored, {*secrets_of(stage), token}) == set()
    assert found_in(stored, people_of(stage)) == set()
    assert found_in(stored, content_of(stage)) == set()
    assert (member_id.encode() in stored) is not clean


def test_what_is_looked_for_was_there_before(stage):
    tab = stage.tab(MANAGER)
    tab.post("/payments/1038/pay")

    stored = database_bytes(stage)

    assert found_in(stored, people_of(stage))
    assert stage.portal.member_id.encode() in stored
    assert found_in(stored, secrets_of(stage)) == set()


def test_no_secret_and_no_person_is_in_the_logs(stage, kept_logs):
    token = live_and_leave(stage, clean=True)

    logged = kept_logs.text + "".join(str(vars(record)) for record in kept_logs.records)

    for text in (logged.encode(), rest_log_of(stage)):
        assert found_in(text, {*secrets_of(stage), token}) == set()
        assert found_in(text, people_of(stage)) == set()
        assert found_in(text, content_of(stage)) == set()
    assert b"crm.item.payment.pay" in rest_log_of(stage)
    assert "was erased" in kept_logs.text
