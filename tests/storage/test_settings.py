from __future__ import annotations

import pytest
from sqlalchemy import select

from b24app.storage import settings
from b24app.storage.models import PortalSettings

from .setting import MEMBER, OTHER_MEMBER

pytestmark = pytest.mark.usefixtures("portal")


def test_a_portal_that_saved_nothing_has_empty_settings(database):
    with database.reading() as session:
        assert settings.load(session, MEMBER) == {}


def test_saved_settings_replace_the_ones_before(database, now):
    with database.transaction() as session:
        settings.save(session, MEMBER, {"old": 1}, updated_by=1, now=now)
        settings.save(session, MEMBER, {"title": {"de": "Zahlungen"}}, updated_by=7, now=now)

    with database.reading() as session:
        assert settings.load(session, MEMBER) == {"title": {"de": "Zahlungen"}}
        row = session.scalars(select(PortalSettings)).one()
        assert (row.updated_by, row.updated_at) == (7, now)


def test_settings_of_portals_do_not_mix(database, now):
    with database.transaction() as session:
        settings.save(session, MEMBER, {"mine": True}, updated_by=None, now=now)

    with database.reading() as session:
        assert settings.load(session, OTHER_MEMBER) == {}


def test_changing_loaded_settings_changes_nothing_stored(database, now):
    with database.transaction() as session:
        settings.save(session, MEMBER, {"kept": True}, updated_by=1, now=now)

    with database.transaction() as session:
        settings.load(session, MEMBER)["kept"] = False

    with database.reading() as session:
        assert settings.load(session, MEMBER) == {"kept": True}


def test_who_saved_last_and_when_is_known(database, now):
    with database.transaction() as session:
        assert settings.last_saved(session, MEMBER) is None
        settings.save(session, MEMBER, {}, updated_by=7, now=now)

    with database.reading() as session:
        assert settings.last_saved(session, MEMBER) == settings.Saved(now, 7)
        assert settings.last_saved(session, OTHER_MEMBER) is None
