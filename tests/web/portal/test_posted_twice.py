"""An installer that is posted twice: the second post finds its refresh token used up."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b24app.services.lifecycle import installation
from b24app.storage.models import Launch, Portal, UserToken
from tests.support.app_page import bound_codes
from tests.support.stage import ADMIN, DEAL, INVOICE, MANAGER
from tests.web.portal.test_installing import ORIGIN, STEP, ancestors, run


@pytest.fixture
def fields(bare_stage):
    bare_stage.portal.install_app()
    return bare_stage.post_fields(ADMIN)


def states(stage):
    with stage.database.reading() as session:
        return list(session.scalars(select(Portal.state)))


@pytest.mark.parametrize("done", [(), ("tabs",), ("tabs", "events", "finish")])
def test_the_second_goes_on_with_what_the_first_has_proven(bare_stage, fields, done):
    first = bare_stage.frame("/install", fields)
    for step in done:
        run(bare_stage, first, step)

    second = bare_stage.frame("/install", fields)

    assert second.status_code == 200, second.text
    assert ancestors(second) == ORIGIN
    assert STEP.findall(second.text) == ["done", "done", "now", "todo", "todo"]
    for step in ("tabs", "events", "finish"):
        assert run(bare_stage, second, step).status_code == 200
    assert bound_codes(bare_stage) == [DEAL, INVOICE]
    assert states(bare_stage) == ["active"]


def test_nothing_that_it_brings_is_kept(bare_stage, fields):
    bare_stage.frame("/install", fields)
    with bare_stage.database.reading() as session:
        before = session.scalars(select(Portal.grant_refresh_sealed)).all()

    bare_stage.frame("/install", fields)

    with bare_stage.database.reading() as session:
        assert session.scalars(select(Portal.grant_refresh_sealed)).all() == before
        assert session.scalars(select(UserToken)).all() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"APPLICATION_TOKEN": "f" * 32},
        {"AUTH_ID": "a" * 70},
        {"member_id": "0" * 32},
    ],
)
def test_whoever_does_not_bring_the_same_is_refused(bare_stage, fields, changes):
    bare_stage.frame("/install", fields)
    with bare_stage.database.reading() as session:
        before = len(session.scalars(select(Launch)).all())

    answer = bare_stage.frame("/install", {**fields, **changes})

    assert answer.status_code == 403
    assert "Installation not confirmed" in answer.text
    with bare_stage.database.reading() as session:
        assert len(session.scalars(select(Launch)).all()) == before


def test_a_token_that_has_expired_meanwhile_is_no_proof(bare_stage, fields):
    bare_stage.frame("/install", fields)
    bare_stage.advance(3601)

    answer = bare_stage.frame("/install", fields)

    assert answer.status_code == 403
    assert "Installation not confirmed" in answer.text


def test_somebody_without_administration_goes_on_with_nothing(bare_stage, fields):
    bare_stage.frame("/install", fields)
    spent = {**bare_stage.post_fields(MANAGER), "REFRESH_ID": fields["REFRESH_ID"]}

    answer = bare_stage.frame("/install", spent)

    assert answer.status_code == 403
    assert "Ask an administrator of your Bitrix24 to install Deal Payments." in answer.text


def test_the_second_goes_on_where_the_portal_had_not_answered_the_first(bare_stage, fields):
    bare_stage.portal.faults.add("batch", "error_500", times=9)
    lost = bare_stage.frame("/install", fields)
    assert STEP.findall(lost.text)[0] == "fail"

    still = bare_stage.frame("/install", fields)
    bare_stage.portal.faults.clear()
    second = bare_stage.frame("/install", fields)

    assert ancestors(still) == ORIGIN
    assert STEP.findall(still.text) == ["fail", "todo", "todo", "todo", "todo"]
    assert second.status_code == 200, second.text
    for step in ("tabs", "events", "finish"):
        assert run(bare_stage, second, step).status_code == 200
    assert states(bare_stage) == ["active"]
    assert bare_stage.frame("/install", fields).status_code == 200


def test_a_second_post_while_the_first_waits_undoes_nothing_of_either(
    bare_stage, fields, monkeypatch
):
    real, store, stores, between = installation.identify, installation.store, [], []

    def slow(deps, grant):
        found = real(deps, grant)
        if not between:
            between.append(None)
            between[0] = bare_stage.frame("/install", fields)
        return found

    def counted(*arguments):
        stores.append(arguments)
        store(*arguments)

    monkeypatch.setattr(installation, "identify", slow)
    monkeypatch.setattr(installation, "store", counted)

    first = bare_stage.frame("/install", fields)

    for page in (between[0], first):
        assert page.status_code == 200, page.text
        assert STEP.findall(page.text) == ["done", "done", "now", "todo", "todo"]
    assert len(stores) == 1
    for page in (between[0], first):
        assert run(bare_stage, page, "tabs").status_code == 200
    assert bound_codes(bare_stage) == [DEAL, INVOICE]


@pytest.mark.parametrize("changes", [{"APPLICATION_TOKEN": "f" * 32}, {"REFRESH_ID": "a" * 70}])
def test_what_waits_is_found_by_nobody_else(bare_stage, fields, changes):
    bare_stage.portal.faults.add("batch", "error_500", times=9)
    bare_stage.frame("/install", fields)
    bare_stage.portal.faults.clear()

    answer = bare_stage.frame("/install", {**fields, **changes})

    assert answer.status_code == 403
    assert "Installation not confirmed" in answer.text
    assert states(bare_stage) == []
