from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.command import RESERVED_PARAMS, Command, Reference
from b24app.bitrix.methods import payments, portal, timeline
from b24app.bitrix.wire import batch
from b24app.domain import EntityRef
from b24app.errors import UnexpectedAnswerError
from tests.bitrix.conftest import example


def encoded(**params):
    return batch.encode(Command("m", params, str))


def parse_str(query):
    """What PHP's parse_str makes of a query: names with brackets nest, every value is text."""
    found: dict = {}
    for pair in query.split("&") if query else []:
        name, _, value = (unquote_plus(part) for part in pair.partition("="))
        head, brackets = re.fullmatch(r"([^\[]*)((?:\[[^\]]*\])*)", name).groups()
        path = [head, *re.findall(r"\[([^\]]*)\]", brackets)]
        place = found
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    return found


SCALARS = st.text().filter(lambda text: not batch.SUBSTITUTED.search(text)) | st.integers()
NAMES = st.from_regex(r"[=@>]?[a-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in RESERVED_PARAMS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


class TestEncode:
    def test_nested_names_and_lists(self):
        query = encoded(fields={"paid": "Y"}, filter={">=id": 5, "@id": [1, 2]})

        assert query == (
            "m?fields%5Bpaid%5D=Y&filter%5B%3E%3Did%5D=5"
            "&filter%5B%40id%5D%5B0%5D=1&filter%5B%40id%5D%5B1%5D=2"
        )

    def test_without_parameters_is_the_method_alone(self):
        assert batch.encode(portal.profile()) == "profile"

    def test_booleans_are_ones_and_zeros_and_none_is_left_out(self):
        assert encoded(a=True, b=False, c=None, d={}) == "m?a=1&b=0"

    def test_signs_that_would_cut_the_command_are_encoded(self):
        query = encoded(a="x&y=1#z+ %24 жω\n")

        assert not re.search(r"[#\s]", query)
        assert parse_str(query.partition("?")[2]) == {"a": "x&y=1#z+ %24 жω\n"}

    def test_a_decimal_keeps_every_digit(self):
        assert encoded(a=Decimal("0.10"), b=Decimal("1E+3")) == "m?a=0.10&b=1000"

    def test_a_reference_stays_readable(self):
        assert batch.encode(payments.pay(Reference.to("list", 0, "id"))) == (
            "crm.item.payment.pay?id=$result[list][0][id]"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "$result[add]",
            "pay $RESULT[a] now",
            "$next[a]",
            "$total[a]",
            "$time[a]",
            "$error[a]",
            "x$result[",
            "$totally(see[1])",
            "$time\N{NO-BREAK SPACE}[a]",
            "$error_description[a]",
            "$argument[a]",
        ],
    )
    def test_text_the_portal_would_substitute_is_refused(self, text):
        with pytest.raises(ValueError, match="substitute"):
            batch.encode(timeline.log_message(EntityRef(2, 1), "title", text))
        with pytest.raises(ValueError, match="substitute"):
            encoded(filter={text: 1})

    @pytest.mark.parametrize(
        "text", ["$result", "result[a]", "$ result[a]", "%24result[a]", "$5", "$5[a]", "$total [a]"]
    )
    def test_other_text_arrives_as_it_is(self, text):
        assert parse_str(encoded(a=text).partition("?")[2]) == {"a": text}

    def test_an_empty_list_is_refused_since_it_would_vanish(self):
        with pytest.raises(ValueError, match="empty list"):
            encoded(filter={"@id": []})

    @pytest.mark.parametrize("value", [1.5, b"x", object()])
    def test_values_without_a_wire_form_are_refused(self, value):
        with pytest.raises(ValueError, match="cannot be said"):
            encoded(a=value)

    @given(st.dictionaries(NAMES, VALUES, max_size=4))
    def test_php_reads_back_what_was_encoded(self, params):
        query = batch.encode(Command("m", params, str)).partition("?")[2]

        assert parse_str(query) == as_php(params)


def as_php(value):
    if isinstance(value, dict):
        return {key: as_php(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return {str(number): as_php(entry) for number, entry in enumerate(value)}
    return str(value)


class TestReference:
    @pytest.mark.parametrize("text", ["$result[add]", "$result[a][0][id]", "$result[items:5][x]"])
    def test_names_a_result(self, text):
        assert Reference(text).text == text

    @pytest.mark.parametrize(
        "text", ["", "5", "$result[]", "$result[0]", "$result[a] x", "x$result[a]", "$next[a]"]
    )
    def test_is_nothing_else(self, text):
        with pytest.raises(ValueError, match="reference"):
            Reference(text)

    def test_keeps_reserved_names_out_of_parameters(self):
        with pytest.raises(ValueError, match="reserved"):
            Command("m", {"auth": "x"}, str)


class TestCommands:
    def test_a_batch_has_at_most_fifty(self):
        commands = {f"c{number}": portal.profile() for number in range(51)}

        with pytest.raises(ValueError, match="1 to 50"):
            batch.encode_all(commands)

    @pytest.mark.parametrize("key", ["0", "", "a b", "a[0]", "1st"])
    def test_keys_that_would_become_lists_or_break_references_are_refused(self, key):
        with pytest.raises(ValueError, match="key"):
            batch.encode_all({key: portal.profile()})


class TestDecode:
    def test_objects(self):
        parts = batch.decode(example("batch.payments")["response"]["body"]["result"])

        assert set(parts.results) == {"add", "items", "list"}
        assert set(parts.errors) == {"broken"}

    def test_empty_parts_come_as_lists(self):
        body = example("batch")["errors"][0]["body"]["result"]

        parts = batch.decode(body)

        assert parts.results == {}
        assert set(parts.errors) == {"get_user", "get_department"}

    def test_lists_are_numbered(self):
        parts = batch.decode({"result": [1, None], "result_error": [{"error": 0}]})

        assert parts.results == {"0": 1, "1": None}
        assert parts.errors == {"0": {"error": 0}}

    @pytest.mark.parametrize("empty", [[], {}, None])
    def test_every_form_of_empty(self, empty):
        part = {"result": {"a": 1}, "result_error": empty, "result_next": empty}

        assert batch.decode(part) == batch.Parts(results={"a": 1})

    def test_missing_parts_are_empty(self):
        assert batch.decode({"result": []}) == batch.Parts()

    @pytest.mark.parametrize("value", [None, True, [], {}, {"x": 1}, "text", {"result": 5}])
    def test_anything_else_is_unexpected(self, value):
        with pytest.raises(UnexpectedAnswerError):
            batch.decode(value)


def test_two_public_links_are_never_asked_in_one_batch():
    """The portal answers the second one with the first payment's link (quirk 67)."""
    commands = {"a": portal.public_link(1038), "b": portal.public_link(1039)}

    with pytest.raises(ValueError, match="once in a batch"):
        batch.encode_all(commands)
    assert batch.encode_all({"a": commands["a"]})
