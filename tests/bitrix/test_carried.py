"""Answers that are written down and taken once more are the same ones."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.methods import crm
from b24app.bitrix.wire import carried, json_text
from b24app.bitrix.wire.answers import BatchAnswer
from b24app.bitrix.wire.portal_api import Batch, BatchResult
from b24app.domain import EntityRef
from b24app.errors import UnexpectedAnswerError

DEAL = EntityRef(2, 8061)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(), values, max_size=4),
    max_leaves=20,
)


def asked():
    batch = Batch()
    return [batch.add(crm.get_card(DEAL)), batch.add(crm.list_deliveries(DEAL))]


def answered(results, totals=None, nexts=None, errors=None):
    return BatchResult(BatchAnswer(results, errors or {}, totals or {}, nexts or {}))


def there_and_back(result, handles, others=None):
    text = carried.written(result, handles)
    assert text is not None
    return carried.read(text, others or handles)


def same(one, other):
    """Equal, with numbers that nobody could read equal to each other, and of the same kinds."""
    return repr(one) == repr(other)


@given(VALUES, VALUES)
def test_whatever_a_portal_may_answer_comes_back_as_it_was(first, second):
    one, other = asked()
    results = {
        handle.key: json_text.read(json.dumps(value).encode())
        for handle, value in ((one, first), (other, second))
    }

    back = there_and_back(answered(results), [one, other])

    assert same(back.answer.results, results)


def test_totals_and_further_pages_come_back_too():
    handles = asked()
    result = answered({"c0": {}, "c1": []}, totals={"c1": 120}, nexts={"c1": 50})

    back = there_and_back(result, handles)

    assert back.total(handles[1]) == 120
    assert back.next(handles[1]) == 50
    assert back.total(handles[0]) is None


def test_by_their_order_and_not_by_their_places_in_the_first_batch():
    first = Batch()
    first.add(crm.list_deliveries(DEAL))
    wanted = first.add(crm.get_card(DEAL))

    back = there_and_back(answered({"c0": 1, "c1": Decimal("2.50")}), [wanted], asked()[:1])

    assert back.answer.results == {"c0": Decimal("2.50")}


@pytest.mark.parametrize(
    "result",
    [answered({"c0": {}}), answered({"c0": {}}, errors={"c1": UnexpectedAnswerError("refused")})],
)
def test_what_has_an_error_is_not_written(result):
    assert carried.written(result, asked()) is None


@pytest.mark.parametrize("text", ["[]", "[[1, null, null]]", "nonsense", "[[1], [2]]"])
def test_another_number_of_answers_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        carried.read(text, asked())
