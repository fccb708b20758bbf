"""Which card a frame's post is about."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest

from b24app.bitrix.payloads import PlacementCall
from b24app.domain import EntityRef
from b24app.errors import MalformedRequestError
from b24app.services.auth.frame_posts import card_of
from tests.bitrix.conftest import example


def posted(options):
    request = example("post.placement")["request"]
    form = dict(parse_qsl(request["body_encoded"], keep_blank_values=True))
    return PlacementCall.from_request(request["query"], {**form, "PLACEMENT_OPTIONS": options})


@pytest.mark.parametrize("card_id", ["8061", 8061, " 8061 "])
def test_the_card_is_named_by_a_positive_number(card_id):
    assert card_of(posted(json.dumps({"ID": card_id}))) == EntityRef(2, 8061)


@pytest.mark.parametrize("options", ['{"ID":"0"}', '{"ID":0}', '{"ID":null}', '{"ID":""}', '{}',
                                     '{"id":"5"}', '{"URI":"x"}'])  # fmt: skip
def test_a_card_without_a_number_is_not_saved_yet(options):
    assert card_of(posted(options)) is None


@pytest.mark.parametrize("card_id", ["-5", "1.5", [1], True, "99999999999999999999"])
def test_what_is_no_number_is_no_card(card_id):
    with pytest.raises(MalformedRequestError):
        card_of(posted(json.dumps({"ID": card_id})))
