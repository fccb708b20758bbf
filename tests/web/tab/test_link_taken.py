"""That a link was taken: by whom, when and by which way, never to whom."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from b24app.storage.models import Activity
from tests.support.acts import SMALL
from tests.support.stage import MANAGER, READER, Tab, token_in

SEND = f"/payments/{SMALL}/send"
TAKEN = f"/payments/{SMALL}/taken"
ADDRESS = "ida.holm@northwind.example"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def lines(stage):
    with stage.database.reading() as session:
        return session.scalars(select(Activity).order_by(Activity.id)).all()


@pytest.mark.parametrize("way", ["email", "sms", "whatsapp", "telegram", "text"])
def test_that_a_link_was_taken_is_logged_with_the_way_and_nothing_more(stage, way):
    tab = stage.tab()
    tab.get(SEND)

    answer = tab.post(TAKEN, {"channel": way})

    assert answer.status_code == 200
    assert "Link taken" in answer.text
    line = lines(stage)[-1]
    assert (line.action, line.after, line.outcome) == ("take_link", way, "done")
    assert (line.payment_id, line.payment_number, line.user_id) == (SMALL, "3653/3", MANAGER)
    assert ADDRESS not in str(vars(line))
    assert stage.asked("salescenter.payment.getPublicUrl")[1:] == []


def test_history_details_and_the_menu_say_by_whom_when_and_how(stage):
    tab = stage.tab()
    tab.post(TAKEN, {"channel": "whatsapp"})

    history = tab.get(f"/payments/{SMALL}/history").text
    assert re.search(r"Link taken: <bdi>WhatsApp</bdi>.*Marta Lindqvist", history, re.DOTALL)
    said = re.sub(r"<[^>]+>", "", tab.get(SEND).text)
    assert "Link taken by Marta Lindqvist, Jul 1, 2026, WhatsApp" in said
    details = re.sub(r"<[^>]+>", " ", tab.get(f"/payments/{SMALL}/details").text)
    assert re.search(
        r"Link taken\s+by Marta Lindqvist, Jul 1, 2026, WhatsApp",
        " ".join(details.split()).replace(" ,", ","),
    )


@pytest.mark.parametrize(
    ("language", "entry", "phone"),
    [
        ("ja", "リンクを取得\uff1a<bdi>WhatsApp</bdi>", "電話\uff1a<bdi>Ida Holm</bdi>"),
        ("sc", "链接已获取\uff1a<bdi>WhatsApp</bdi>", "电话\uff1a<bdi>Ida Holm</bdi>"),
        ("fr", "Lien récupéré\u00a0: <bdi>WhatsApp</bdi>", "Téléphone\u00a0: <bdi>Ida Holm</bdi>"),
    ],
)
def test_a_name_and_what_it_is_stand_apart_as_the_language_writes_it(stage, language, entry, phone):
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
    tab = Tab(stage, token_in(stage.frame("/placement", fields, LANG=language)))
    tab.show()
    assert phone in tab.get(SEND).text

    tab.post(TAKEN, {"channel": "whatsapp"})

    assert entry in tab.get(f"/payments/{SMALL}/history").text


def test_the_same_key_notes_it_once(stage):
    tab = stage.tab()

    for _ in range(3):
        assert tab.post(TAKEN, {"channel": "sms"}, key="k" * 16).status_code == 200
    assert tab.post(TAKEN, {"channel": "email"}, key="k" * 16).status_code == 409

    assert [one.after for one in lines(stage) if one.action == "take_link"] == ["sms"]


@pytest.mark.parametrize("way", ["", "fax", "EMAIL", "email,sms", "../pay", "<b>"])
def test_a_way_that_is_none_is_refused(stage, way):
    tab = stage.tab()

    assert tab.post(TAKEN, {"channel": way}).status_code == 422
    assert [one for one in lines(stage) if one.action == "take_link"] == []


def test_a_reader_may_take_a_link_and_it_is_theirs(stage):
    tab = stage.tab(READER)

    assert tab.post(TAKEN, {"channel": "text"}).status_code == 200

    assert lines(stage)[-1].user_id == READER


def test_what_could_not_be_noted_is_said(stage):
    tab = stage.tab()
    stage.fail("*", "silent", times=9)

    answer = tab.post(TAKEN, {"channel": "email"})

    assert answer.status_code == 502
    assert [one.outcome for one in lines(stage) if one.action == "take_link"] == ["failed"]
    stage.portal.faults.clear()
    assert "Link taken by" not in tab.get(SEND).text
