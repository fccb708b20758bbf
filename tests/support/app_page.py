"""The application's own page, as an administrator or somebody else opens it in a frame."""

from __future__ import annotations

from b24app.services.actions import Action
from b24app.services.admin.settings_form import version_of
from b24app.storage import settings as stored
from tests.support.stage import ADMIN, Tab, token_in


def open_page(stage, user_id=ADMIN, **options):
    """Open the page; nobody is proven before its first request."""
    answer = stage.frame("/", stage.post_fields(user_id, "DEFAULT", options or None))
    assert answer.status_code == 200, answer.text
    return Tab(stage, token_in(answer))


def settings_fields(**changes):
    """What the form posts when nothing was touched, with changes. None leaves a field out."""
    fields = {
        "card": ["deals", "invoices"],
        **{f"who-{action}": "everybody" for action in Action},
        "confirm_pay": "1",
        "comment_in_timeline": "1",
        "default_pay_system": "",
        "retention_days": "365",
        "title-en": "Payments",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def version(stage):
    """What the form holds that was made from what is saved now."""
    with stage.database.reading() as session:
        return version_of(stored.load(session, stage.portal.member_id))


def save(page, **changes):
    """Save a form that was made just now."""
    fields = {"version": version(page.stage), **changes}
    return page.post("/settings", settings_fields(**fields))


def bound_codes(stage):
    return sorted(one.code for one in stage.portal.installation.placements)


def titles_of(stage, code):
    """The bound title of a tab in English and its titles by language."""
    found = next(one for one in stage.portal.installation.placements if one.code == code)
    return found.title_in("en"), {name: texts["TITLE"] for name, texts in found.lang_all.items()}
