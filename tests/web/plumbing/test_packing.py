"""What is read with a session is packed, and nothing that its length could give away."""

from __future__ import annotations

import gzip

import pytest

from tests.support.app_page import open_page
from tests.support.stage import DEAL, MANAGER, SMART, token_in
from tests.web.tab.test_linked_calls import TOKEN, linked_item

CAN_UNPACK = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def ask(tab, path, **headers):
    return tab.stage.client.get(path, headers=tab.headers(**headers))


@pytest.fixture
def tab(stage):
    opened = stage.tab()
    opened.show()
    return opened


def test_the_list_is_packed_and_the_same(tab):
    packed = ask(tab, "/payments", **CAN_UNPACK)
    plain = ask(tab, "/payments")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert len(packed.data) * 5 < len(plain.data)
    assert gzip.decompress(packed.data).count(b"data-payment-id=") == plain.data.count(
        b"data-payment-id="
    )
    assert "Content-Encoding" not in plain.headers


def test_an_outcome_is_packed(tab):
    headers = tab.headers(**CAN_UNPACK, **{"Idempotency-Key": "1" * 32})
    answer = tab.stage.client.post("/payments/1038/pay", headers=headers)

    assert answer.status_code == 200, answer.text
    assert b'data-paid="Y"' in gzip.decompress(answer.data)


@pytest.mark.parametrize("path", ["/payments", "/payments/new", "/payments/1038/details"])
def test_no_packed_answer_of_a_tab_holds_its_token(tab, path):
    answer = ask(tab, path)

    assert answer.status_code == 200
    assert tab.token not in answer.text


def test_no_packed_answer_of_the_settings_holds_their_token(stage):
    page = open_page(stage)
    answer = page.get("/settings")

    assert answer.status_code == 200
    assert page.token not in answer.text


def test_no_packed_answer_holds_the_token_of_a_linked_card(stage):
    """A group of payments, and what is asked from it, send that card's own token."""
    tab = stage.open(MANAGER, linked_item(stage), SMART)
    groups = ask(tab, "/payments", **CAN_UNPACK)
    token = TOKEN.search(groups.text).group(1)
    tab.token = token
    dialog = ask(tab, "/payments/new", **CAN_UNPACK)
    details = ask(tab, "/payments/1038/details", **CAN_UNPACK)

    assert token in dialog.text
    assert [one.headers.get("Content-Encoding") for one in (groups, dialog)] == [None, None]
    assert groups.headers["Vary"] == dialog.headers["Vary"] == "Accept-Encoding"
    assert details.headers["Content-Encoding"] == "gzip"
    assert token.encode() not in gzip.decompress(details.data)


def test_a_page_that_holds_a_token_is_not_packed(stage):
    stage.client.environ_base["HTTP_ACCEPT_ENCODING"] = CAN_UNPACK["Accept-Encoding"]
    page = stage.frame("/placement", stage.post_fields(MANAGER, DEAL, {"ID": "8061"}))

    assert token_in(page)
    assert "Content-Encoding" not in page.headers


@pytest.mark.parametrize("path", ["/", "/legal/privacy", "/payments", "/nothing"])
def test_nothing_is_packed_that_another_site_can_make_a_browser_ask_for(client, path):
    answer = client.get(path, headers=CAN_UNPACK)

    assert len(answer.data) > 0
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0"])
def test_who_cannot_unpack_it_gets_it_as_it_is(tab, accepted):
    answer = ask(tab, "/payments", **{"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers
    assert 'data-payment-id="1038"' in answer.text


def test_little_is_sent_as_it_is(tab):
    """It fits into one packet as it is."""
    answer = ask(tab, "/payments/sums", **CAN_UNPACK)

    assert len(answer.data) < 1_000
    assert "Content-Encoding" not in answer.headers


def test_a_file_comes_piece_by_piece_as_it_is(tab):
    answer = ask(tab, "/payments/export.csv", **CAN_UNPACK)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
