"""What is read with a session is packed, and nothing that its length could give away."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from b24app.domain import EntityRef
from b24app.services.auth.card_session import SessionClaims
from b24app.web.plumbing.wiring import EXTENSION
from tests.support.stage import ADMIN, DEAL, MANAGER, SMART
from tests.web.tab.test_linked_calls import TOKEN, linked_item

CAN_UNPACK = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def ask(tab, path, **headers):
    return tab.stage.client.get(path, headers=tab.headers(**headers))


def unpacked(answer):
    assert answer.headers["Content-Encoding"] == "gzip"
    return gzip.decompress(answer.data).decode()


def opened_by(stage, user_id, **fields):
    posted = {**stage.post_fields(user_id, DEAL, {"ID": "8061"}), **fields}
    stage.client.environ_base["HTTP_ACCEPT_ENCODING"] = CAN_UNPACK["Accept-Encoding"]
    return stage.frame("/placement", posted)


def claims_of(stage, page):
    """The session token of a page, and what it says."""
    token = re.search(r"Bearer ([\w.\-]+)", page).group(1)
    return token, stage.app.extensions[EXTENSION].session_tokens.read(token)


def shared(one, other, least=8):
    """What of one text stands in another."""
    parts = {one[start : start + least] for start in range(len(one) - least + 1)}
    return sorted(part for part in parts if part in other)


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


def test_answers_with_the_token_of_a_linked_card_are_packed(stage):
    """A group of payments, and what is asked from it, send that card's own token."""
    tab = stage.open(MANAGER, linked_item(stage), SMART)
    groups = ask(tab, "/payments", **CAN_UNPACK)
    tab.token = TOKEN.search(unpacked(groups)).group(1)
    dialog = ask(tab, "/payments/new", **CAN_UNPACK)

    assert tab.token in unpacked(dialog)


def test_the_page_of_a_card_is_packed(stage):
    assert len(opened_by(stage, MANAGER).data) < 14_000, "more than a server sends at once"


def test_what_is_seen_first_comes_first(stage):
    page = unpacked(opened_by(stage, MANAGER))

    assert page.index("</main>") < min(4_500, page.index("<symbol"))


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


# Why a page with a token may be packed. --------------------------------------------------------


def test_two_tokens_of_one_session_share_nothing_that_makes_one_valid(app):
    """The clock stands still: within a second, too."""
    sign = app.extensions[EXTENSION].session_tokens.sign
    claims = SessionClaims("a" * 32, "b" * 32, EntityRef(2, 8061), "en", "", is_grouped=True)
    one, other = (sign(claims).rsplit(".", 1) for _ in range(2))

    assert len(one[1]) > 20
    assert shared(one[1], other[1]) == []
    assert one[0] != other[0]


def test_two_answers_to_the_same_post_share_no_secret(stage):
    post = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    pages = [unpacked(opened_by(stage, MANAGER, **post)) for _ in range(2)]
    (token, one), (other_token, other) = (claims_of(stage, page) for page in pages)

    assert shared(one.launch_id, other.launch_id) == []
    # A version and the time stand before what is sealed.
    assert shared(one.sealed[16:], other.sealed[16:]) == []
    assert shared(token.rsplit(".", 1)[1], other_token.rsplit(".", 1)[1]) == []
    for secret in (post["AUTH_ID"], post["REFRESH_ID"], post["APPLICATION_TOKEN"]):
        assert secret not in pages[0]


def test_but_for_its_token_a_page_is_the_same_for_everybody(stage):
    """What stays from answer to answer belongs to nobody."""
    pages = [unpacked(opened_by(stage, user_id)) for user_id in (MANAGER, ADMIN)]
    rest = [page.replace(claims_of(stage, page)[0], "") for page in pages]

    assert rest[0] == rest[1]


def test_a_page_repeats_nothing_that_was_posted(stage):
    # But for APP_SID, the frame's name, in the address.
    options = json.dumps({"ID": "8061", "guessed": "guessed"})
    page = unpacked(opened_by(stage, MANAGER, PLACEMENT_OPTIONS=options, guessed="guessed"))

    assert "guessed" not in page
