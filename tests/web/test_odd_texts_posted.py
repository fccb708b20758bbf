"""Texts that are none, posted to every route that reads any: words, and never a 500."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.acts import SMALL, writes_asked
from tests.support.stage import ADMIN, DEAL, MANAGER, token_in
from tests.support.timeline import know_timeline

DEEP = "[" * 60_000
DEEP_FIELDS = '{"AUTH_ID":' * 20_000
BODIES = [
    DEEP,
    DEEP_FIELDS,
    "[" + "{}," * 80_000 + "{}]",
    '{"AUTH_ID": "\\ud83d"}',
    '{"AUTH_ID": "a b"}',
    '{"AUTH_ID": "\\u20ac"}',
    '{"AUTH_ID": {"a": []}}',
    '{"AUTH_ID": 1e999}',
    '{"AUTH_ID": "' + "x" * 5000 + '"}',
    '{"AUTH_ID": "abc", "REFRESH_ID": "\\udfff"}',
    '{"AUTH_ID": "abc", "REFRESH_ID": ["x"]}',
    "\ufeff{}",
    "",
    "NaN",
]
ODD_TEXTS = [
    "\x00",
    "a\x00b",
    "\ud83d",
    "\udc00\ud83d",
    "\ufffe\U0010ffff",
    "x" * 5000,
    "١٢٣",
    "=1+1",
    "{{7*7}}",
]
"""A half of a pair travels as the bytes that no UTF-8 has."""


def escaped(fields):
    """Form fields as bytes, halves of pairs included."""
    from urllib.parse import quote_plus

    return "&".join(
        f"{quote_plus(name, errors='surrogatepass')}={quote_plus(value, errors='surrogatepass')}"
        for name, value in fields.items()
    )


def post(client, path, fields, headers=None):
    return client.post(
        path,
        data=escaped(fields),
        headers=headers or {},
        content_type="application/x-www-form-urlencoded",
    )


@pytest.mark.parametrize("body", BODIES)
def test_a_renewal_that_is_no_object_of_texts_is_refused(stage, body):
    headers = stage.tab(MANAGER).headers()

    answer = stage.client.post(
        "/session", data=body.encode("utf-8"), headers=headers, content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.get_json()["text"]


@pytest.mark.parametrize(
    "seconds", ["1e999", "NaN", str(2**70), "-1", "true", "[]", '"\\ud83d"', "3600"]
)
def test_an_odd_lifetime_is_the_usual_one(stage, seconds):
    headers = stage.tab(MANAGER).headers()
    fresh = stage.portal.issue_tokens(MANAGER).access_token

    answer = stage.client.post(
        "/session",
        data=f'{{"AUTH_ID": "{fresh}", "AUTH_EXPIRES": {seconds}}}',
        headers=headers,
        content_type="application/json",
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["AUTH_ID", "REFRESH_ID"])
@pytest.mark.parametrize("text", ODD_TEXTS)
def test_a_token_in_a_form_is_a_token_or_refused(stage, name, text):
    headers = stage.tab(MANAGER).headers()
    fields = {"AUTH_ID": stage.portal.issue_tokens(MANAGER).access_token, name: text}

    assert post(stage.client, "/session", fields, headers).status_code in {200, 400, 401}


OPTIONS = [
    DEEP,
    '{"ID":' * 20_000,
    '{"ID": "\\ud83d"}',
    '{"ID": "8061\\u0000"}',
    '{"ID": 1e999}',
    '{"ID": NaN}',
]


@pytest.mark.parametrize("options", OPTIONS)
def test_options_of_a_frame_that_make_no_sense_are_words(stage, options):
    fields = stage.post_fields(MANAGER, DEAL) | {"PLACEMENT_OPTIONS": options}

    answer = stage.frame("/placement", fields)

    assert answer.status_code in {200, 400}
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/placement", "/install", "/"])
@pytest.mark.parametrize("text", ODD_TEXTS)
def test_every_field_of_a_frame_may_be_odd(stage, path, text):
    good = stage.post_fields(ADMIN, DEAL, {"ID": "8061"})

    for name in good:
        query = "DOMAIN=localhost:8024&PROTOCOL=0&LANG=en&APP_SID=5"
        answer = post(stage.client, f"{path}?{query}", good | {name: text})

        assert answer.status_code < 500, name


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_every_part_of_an_address_may_be_odd(stage_on_each_database, text):
    stage = stage_on_each_database
    settings = stage.frame("/", stage.post_fields(ADMIN))
    headers = {"Authorization": f"Bearer {token_in(settings)}", "HX-Request": "true"}
    tab = stage.tab(MANAGER).headers()
    places = [
        ("/settings/activity", ("query", "action", "outcome", "since", "until", "before"), headers),
        ("/settings/activity.csv", ("query", "action", "outcome", "since", "until"), headers),
        ("/settings", ("page",), headers),
        ("/payments", ("show", "sort", "refresh", "more"), tab),
        ("/payments/details", ("ids", "rows"), tab),
        ("/oauth/start", ("domain",), {}),
        ("/oauth/callback", ("code", "state", "domain", "member_id", "scope"), {}),
        ("/", ("code", "state"), {}),
    ]
    for path, names, sent in places:
        for name in names:
            answer = stage.client.get(f"{path}?{escaped({name: text})}", headers=sent)

            assert answer.status_code < 500, (path, name)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_every_field_of_a_write_may_be_odd(stage_on_each_database, text):
    stage = stage_on_each_database
    tab = stage.tab(MANAGER)
    places = [
        ("/payments", ("row", "quantity-17610", "pay_system_id")),
        ("/payments/rest", ("pay_system_id", "shown")),
        ("/payments/1038/pay", ("shown", "zero")),
        ("/payments/1038/system", ("pay_system_id", "shown")),
        ("/payments/1038/items", ("row", "quantity-17610")),
        ("/payments/1038/items/1200", ("quantity", "shown", "may_round")),
        ("/payments/1038/deliveries", ("delivery_id",)),
        ("/payments/1039/deliveries/1205", ("delivery_id", "shown")),
        ("/payments/1039/deliveries/1205/move", ("to",)),
    ]
    for number, (path, names) in enumerate(places):
        for name in names:
            headers = tab.headers(**{"Idempotency-Key": f"a key of its own {number} {name}"})
            answer = post(stage.client, path, {name: text}, headers)

            assert answer.status_code < 500, (path, name)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_every_field_of_the_settings_may_be_odd(stage_on_each_database, text):
    stage = stage_on_each_database
    settings = stage.frame("/", stage.post_fields(ADMIN))
    headers = {"Authorization": f"Bearer {token_in(settings)}", "HX-Request": "true"}

    for name in ("card", "title-en", "title-de", "who-pay", "user-pay", "default_pay_system",
                 "retention_days", "version", "confirm_pay"):  # fmt: skip
        assert post(stage.client, "/settings", {name: text}, headers).status_code < 500, name


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_every_field_of_an_event_may_be_odd(stage_on_each_database, text):
    stage = stage_on_each_database
    token = stage.portal.issue_tokens(ADMIN)
    good = {
        "event": "ONAPPUPDATE",
        "data[VERSION]": "2",
        "data[LANGUAGE_ID]": "en",
        "ts": "1782896400",
        "auth[member_id]": stage.portal.member_id,
        "auth[application_token]": stage.portal.installation.application_token,
        "auth[access_token]": token.access_token,
        "auth[refresh_token]": token.refresh_token,
        "auth[status]": "F",
        "auth[user_id]": str(ADMIN),
    }
    for name in (*good, "data[a][b]", "auth[expires_in]", "data", "auth", text):
        answer = post(stage.client, "/events", good | {name: text})

        assert answer.status_code < 500, name
        stage.work_off()


AMOUNTS = [
    "1E+20000000",
    "1E-20000000",
    "-1E+999999999999",
    "0E+20000000",
    "9" * 500,
    "NaN",
    "-Infinity",
]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_that_nobody_can_write_out_is_refused_before_anything_is_written(stage, amount):
    tab = stage.tab()
    know_timeline(stage)
    shown = {"shown": amount, "currency": "EUR", "number": "3653/3"}

    answer = tab.post(f"/payments/{SMALL}/pay", shown)

    assert answer.status_code == 422
    assert "A number was expected" in tab.said
    assert writes_asked(stage) == []


@pytest.mark.parametrize(
    "amount", ["2.258E+3", "9" * 40, f"0.{'9' * 40}", f"{'9' * 39}.{'9' * 39}"]
)
def test_an_amount_may_be_as_odd_as_those_that_a_portal_can_show(stage, amount):
    tab = stage.tab()
    know_timeline(stage)
    shown = {"shown": amount, "currency": "EUR", "number": "3653/3"}
    is_shown = Decimal(amount) == stage.portal.crm.payments[SMALL].sum

    assert tab.post(f"/payments/{SMALL}/pay", shown).status_code == (200 if is_shown else 409)
