"""A connection to our database that is cut after a posted refresh token was used up."""

from __future__ import annotations

from b24app.errors import DatabaseAwayError
from b24app.storage import failed_proofs, pending_grants
from b24app.storage.models import PendingGrant
from tests.support.cut_off import cut_once
from tests.support.stage import ADMIN, token_in


def test_an_installation_goes_on_if_its_exchange_cannot_be_counted(bare_stage, monkeypatch):
    stage = bare_stage
    stage.portal.install_app()
    left = cut_once(monkeypatch, failed_proofs, "take_back")

    answer = stage.frame("/install", stage.post_fields(ADMIN))

    assert left == [0]
    assert answer.status_code == 200
    assert token_in(answer)


def test_the_pair_of_an_installer_is_held_over_a_new_connection(bare_stage, monkeypatch):
    stage = bare_stage
    stage.portal.install_app()
    fields = stage.post_fields(ADMIN)
    left = cut_once(monkeypatch, pending_grants, "save")
    monkeypatch.setattr("b24app.services.lifecycle.installation.identify", _silent)

    answer = stage.frame("/install", fields)

    assert left == [0]
    assert answer.status_code != 200
    with stage.database.of_all().reading() as session:
        assert session.query(PendingGrant).count() == 1


def _silent(*_arguments):
    raise DatabaseAwayError("not now")
