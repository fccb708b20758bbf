"""Every documented error: the simulator answers the same code, status and wording."""

from __future__ import annotations

import json

import pytest

from .documented import example, mismatches, stems
from .test_examples import CASES, DEAL
from .tries import NO_RIGHTS_PARAMS, NOT_SIMULATED, OUTSIDER, READ_ONLY, READS, TRIES, Try

BARE = {"false": "false", "null": "null", "0": "no id"}
"""How an answer is called that is a refusal without a word, by its JSON."""


def error_cases():
    for stem in stems():
        is_rest = stem in CASES or stem == "errors.system"
        for index, entry in enumerate(example(stem)["errors"] if is_rest else ()):
            if (stem, names_of(entry)[0]) not in NOT_SIMULATED:
                yield pytest.param(stem, entry, id=f"{stem}-{index}-{names_of(entry)[-1]}")


def names_of(entry):
    """Return what may tell an error apart, the most exact first."""
    body = entry["body"] or {}
    if "error" in body:
        return [body["error_description"], str(body["error"])]
    if "when" in entry and isinstance(body.get("result"), dict):
        return [entry["when"]]
    if isinstance(body.get("result"), dict):
        return ["inner"]
    return [BARE[json.dumps(body["result"])]] if body else ["302"]


def find_try(stem, entry):
    for name in names_of(entry):
        for key in ((stem, name), ("", name)):
            if key in TRIES:
                return TRIES[key]
    words = {"Access denied", "Access denied!", "Insufficient permissions",
             "You don't have permission to view this item."}  # fmt: skip
    assert entry["body"]["error_description"] in words, f"no way known to provoke {entry}"
    is_read = stem.rsplit(".", 1)[-1] in READS or stem.startswith("crm.item.productrow")
    is_admins = stem.startswith(("placement", "sale", "crm.type"))
    return Try(
        NO_RIGHTS_PARAMS.get(stem), user_id=7 if is_admins else OUTSIDER if is_read else READ_ONLY
    )


def generations(entry):
    """Return the server generations an example may stand for."""
    server = entry.get("server", "")
    if server == "new":
        return ["new"]
    if "old" in server or "docs" in server:
        return ["old", "oldest"]
    return ["new", "old", "oldest"]


@pytest.mark.parametrize(("stem", "entry"), list(error_cases()))
def test_a_documented_error_is_answered_alike(witness, stem, entry):
    attempt = find_try(stem, entry)
    method = example(stem)["request"]["path"].removeprefix("/rest/")
    params = attempt.params
    if params is None:
        params = CASES[stem].params if stem in CASES else DEAL
    token = witness.webhook() if attempt.is_webhook else attempt.token
    if attempt.before is not None:
        attempt.before(witness)
        token = getattr(witness, "token", token)

    answers = []
    for generation in generations(entry):
        witness.state.switches.generation = generation
        status, body, headers = witness.call(method, params, attempt.user_id, token)
        answers.append((status, body))
        if status == entry["status"] and is_alike(entry, body, headers):
            return
    pytest.fail(f"documented {entry['status']} {entry['body']}, answered {answers}")


def is_alike(entry, body, headers):
    documented = entry["body"]
    if documented is None:
        return body is None and "Location" in headers
    if "error" in documented:
        return body == documented
    if isinstance(documented["result"], dict):
        return mismatches(documented, body) == [] and errors_of(documented) == errors_of(body)
    return body["result"] is documented["result"] and "error" not in body


def errors_of(body):
    return body["result"]["result_error"]


OAUTH_TRIES = {
    "PAYMENT_REQUIRED": ({}, lambda w: w.state.set_payment_expired(True)),
    "invalid_grant": ({"code": "odd", "refresh_token": "odd"}, None),
    "invalid_client": ({"client_secret": "odd"}, None),
    "wrong_client": ({"client_id": "odd"}, None),
    "NOT_INSTALLED": ({}, lambda w: w.state.uninstall(clean=False)),
    "INVALID_SCOPE": ({"scope": "crm,bizproc"}, None),
    "invalid_request": ({"refresh_token": ""}, None),
    "NO_AUTH_FOUND": ({"auth": "odd"}, None),
    "expired_token": ({}, lambda w: w.state.tokens.expire_access()),
}


def oauth_cases():
    for stem in ("oauth.token", "oauth.refresh", "oauth.app.info"):
        for entry in example(stem)["errors"]:
            yield pytest.param(stem, entry, id=f"{stem}-{entry['body']['error']}")


@pytest.mark.parametrize(("stem", "entry"), list(oauth_cases()))
def test_the_authorization_server_refuses_as_documented(witness, stem, entry):
    code = entry["body"]["error"]
    fields, before = OAUTH_TRIES[code]
    if stem == "oauth.app.info" and code == "invalid_client":
        fields, before = {}, lambda w: w.state.uninstall(clean=False)
    if stem != "oauth.app.info" and code == "expired_token":
        fields, before = {}, lambda w: w.state.clock.advance(180 * 86_400)
    application = witness.state.application
    token = witness.state.issue_tokens(1)
    query = {
        "grant_type": example(stem)["request"]["query"].get("grant_type", ""),
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "code": witness.state.tokens.issue_code(1, application.client_id).code,
        "refresh_token": token.refresh_token,
        "auth": token.access_token,
        **fields,
    }
    if before is not None:
        before(witness)

    path = "/rest/app.info" if stem == "oauth.app.info" else "/oauth/token/"
    answer = witness.oauth.get(path, query_string=query)

    assert (answer.status_code, answer.get_json()) == (entry["status"], entry["body"])
