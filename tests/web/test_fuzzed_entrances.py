"""Everything that comes in from outside, at random: each answer is one that is documented."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.bitrix.wire import json_text
from tests.support.events import event_form
from tests.support.stage import ADMIN, DEAL, MANAGER

EXAMPLES = int(os.environ.get("FUZZED", "20"))
DOCUMENTED = {200, 400, 401, 403, 404, 405, 409, 413, 422, 429, 431, 502, 503}
SECRET = re.compile(
    r"client_secret|Traceback|werkzeug|sqlalchemy|File &#34;|File \"", re.IGNORECASE
)
NAMES = (
    "AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "member_id", "status", "PLACEMENT",
    "PLACEMENT_OPTIONS", "APPLICATION_TOKEN", "SERVER_ENDPOINT", "LANG", "DOMAIN", "PROTOCOL",
    "APP_SID", "event", "auth[member_id]", "auth[application_token]", "data[CLEAN]", "ts",
)  # fmt: skip
SHORT = st.text(max_size=40)
WORDS = st.sampled_from((
    "CRM_DEAL_DETAIL_TAB", "CRM_DEAL_LIST_MENU", "CRM_DEAL_DETAIL_TOOLBAR", "REST_APP_URI",
    "CRM_DYNAMIC_1036_DETAIL_TAB", "CRM_DYNAMIC_99999999999_LIST_MENU", "DEFAULT", "ONAPPUNINSTALL",
    "ONAPPINSTALL", "0", "-1", "8061", "1e9", "٣", "null", "[]", "\x00", "../", "%0d%0aX: y",
))  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | SHORT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SHORT | WORDS, inner, max_size=4),
    max_leaves=12,
)
OPTIONS = st.dictionaries(
    st.sampled_from(("ID", "id", "ENTITY_ID", "payment", "paymentId", "activity", "0")),
    JSON | WORDS,
    max_size=4,
).map(json.dumps) | JSON.map(json.dumps)
VALUES = SHORT | WORDS | OPTIONS

usual = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    database=None,
    suppress_health_check=list(HealthCheck),
)


def documented(answer):
    """What every answer is, whatever was sent."""
    assert answer.status_code in DOCUMENTED, answer.text
    assert "X-Request-Id" in answer.headers, "an answer of the server and not of the app"
    assert not SECRET.search(answer.text), answer.text


@usual
@given(
    path=st.sampled_from(("/placement", "/install", "/", "/session")),
    fields=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6),
)
def test_frames_at_random(module_stage, path, fields):
    stage = module_stage
    genuine = stage.post_fields(ADMIN if path == "/" else MANAGER, DEAL, {"ID": "8061"})

    documented(stage.frame(path, {**genuine, **fields}))
    documented(stage.client.post(path, data=fields, query_string=fields))


@usual
@given(placement=WORDS, options=OPTIONS)
def test_options_of_places_at_random_open_no_card_but_that_of_the_opener(
    module_stage, placement, options
):
    stage = module_stage
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})

    page = stage.frame(
        "/placement", {**fields, "PLACEMENT": placement, "PLACEMENT_OPTIONS": options}
    )

    documented(page)
    for token in re.findall(r"Bearer ([\w.-]+)", page.text)[:1]:
        headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
        documented(stage.client.get("/payments?first=1", headers=headers))


@usual
@given(fields=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), is_genuine=st.booleans())
def test_events_at_random(module_stage, fields, is_genuine):
    stage = module_stage
    form = event_form(stage, "ONAPPTEST") if is_genuine else {}
    erasing = {"ONAPPUNINSTALL", "ONAPPINSTALL"} & set(fields.values())

    documented(stage.client.post("/events", data={**form, **({} if erasing else fields)}))


@usual
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from("AZaz09._-~= \t\u00e9")),
        min_size=1,
        max_size=4,
    ),
    cut=st.integers(0, 400),
    scheme=st.sampled_from(("Bearer", "bearer", "Basic", "")),
)
def test_sessions_at_random_open_nothing(module_stage, edits, cut, scheme):
    stage = module_stage
    token = genuine = stage.open().token
    for at, letter in edits:
        token = token[: at % len(token)] + letter + token[at % len(token) + 1 :]
    token = token[: len(token) - cut] if cut % 3 == 0 else token
    header = f"{scheme} {token}".encode().decode("latin-1")

    answer = stage.client.get("/payments", headers={"Authorization": header})

    documented(answer)
    if token.strip() != genuine:
        assert answer.status_code == 401


@usual
@given(part=st.sampled_from(("result", "result_error", "result_total", "")), odd=JSON)
@pytest.mark.parametrize("path", ["/payments", "/payments/export.csv", "/payments/1038/pay"])
def test_batch_answers_at_random_are_words(module_stage, path, part, odd):
    stage = module_stage
    tab = stage.tab()
    read = json_text.read

    def spoiled(body):
        answer: Any = read(body)
        whole = answer.get("result") if isinstance(answer, dict) else None
        if isinstance(whole, dict) and "result_error" in whole:
            return {**answer, "result": {**whole, part: odd} if part else odd}
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "read", spoiled)
        answer = tab.post(path) if path.endswith("pay") else tab.get(path)

    documented(answer)
