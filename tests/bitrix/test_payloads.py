from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.payloads import EventCall, PlacementCall
from b24app.errors import MalformedRequestError
from tests.bitrix.conftest import example

EVENTS = (
    "ONAPPINSTALL",
    "ONAPPUPDATE",
    "ONAPPUNINSTALL",
    "ONAPPPAYMENT",
    "ONPAYMENTENTITYSAVED",
    "ONPAYMENTDELETED",
)
UNNEEDED_OF_A_FORM = (
    "AUTH_EXPIRES",
    "SERVER_ENDPOINT",
    "APPLICATION_TOKEN",
    "APPLICATION_SCOPE",
    "status",
    "PLACEMENT",
    "PLACEMENT_OPTIONS",
)
UNNEEDED_OF_AN_EVENT = (
    "ts",
    "event_handler_id",
    "data",
    "data[VERSION]",
    "data[CLEAN][x]",
    "auth[application_token]",
    "auth[access_token]",
    "auth[refresh_token]",
    "auth[expires_in]",
    "auth[expires]",
    "auth[domain]",
    "auth[client_endpoint]",
    "auth[server_endpoint]",
    "auth[scope]",
    "auth[status]",
    "auth[user_id]",
    "auth[user_id][x]",
)
ODD = st.one_of(
    st.sampled_from(
        ["", " ", "crm placement", "-1", "9" * 5000, "²", "a\nb", "\x00", "токен", "[]"]
    ),
    st.text(max_size=40),
)
"""What a portal, a proxy or a person may put into a field that is not looked at."""


def posted(name: str) -> tuple[dict[str, str], dict[str, str]]:
    request = example(name)["request"]
    return request["query"], dict(parse_qsl(request["body_encoded"], keep_blank_values=True))


class TestPlacementCall:
    def test_of_a_card_tab(self):
        call = PlacementCall.from_request(*posted("post.placement"))

        assert (call.domain, call.protocol, call.language) == ("xxx.bitrix24.com", "1", "en")
        assert call.app_sid == "5552d735db7b7b4d5c16dd9c272bfe7d"
        assert call.auth_id == "9d4c7166007e9c94001e30ba00000001f0f107e28b5a4310c7f6d9b3025ea814"
        assert call.auth_expires == 3600
        assert call.refresh_id.startswith("8c3b9966")
        assert call.server_endpoint == "https://oauth.bitrix.info/rest/"
        assert call.application_token == "ec1b2074a9d3f5c81b6e40d27a95cf38"
        assert call.member_id == "d897063e1ce7c5eb9f04b9751eef5915"
        assert call.placement == "CRM_DEAL_DETAIL_TAB"
        assert (call.options or {})["ID"] == "8061"
        assert (call.options or {})["URI"] == (
            "/crm/deal/details/8061/?any=details%2F8061%2F&IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER"
        )

    @pytest.mark.parametrize("name", ["post.default", "post.install"])
    def test_of_the_main_page_and_the_installer_has_no_card(self, name):
        call = PlacementCall.from_request(*posted(name))

        assert (call.placement, call.options) == ("DEFAULT", {})

    def test_of_an_old_portal_lacks_two_fields(self):
        call = PlacementCall.from_request(*posted("post.install.old-portal"))

        assert (call.server_endpoint, call.application_token) == ("", "")

    @pytest.mark.parametrize("field", ["AUTH_ID", "REFRESH_ID", "member_id"])
    def test_without_a_field_names_it(self, field):
        query, form = posted("post.placement")
        del form[field]

        with pytest.raises(MalformedRequestError, match=f"{field} is missing"):
            PlacementCall.from_request(query, form)

    def test_without_a_domain_names_it(self):
        _, form = posted("post.placement")

        with pytest.raises(MalformedRequestError, match="DOMAIN is missing"):
            PlacementCall.from_request({}, form)

    def test_without_what_has_a_default_is_good(self):
        query, form = posted("post.placement")
        del form["AUTH_EXPIRES"], form["PLACEMENT"]

        call = PlacementCall.from_request({"DOMAIN": query["DOMAIN"]}, form)

        assert (call.auth_expires, call.placement) == (3600, "DEFAULT")
        assert (call.protocol, call.language, call.app_sid) == ("1", "en", "")

    @given(
        st.fixed_dictionaries(dict.fromkeys(UNNEEDED_OF_A_FORM, ODD)),
        st.fixed_dictionaries(dict.fromkeys(("PROTOCOL", "LANG", "APP_SID"), ODD)),
    )
    def test_what_nobody_needs_is_never_a_reason_to_refuse(self, fields, addressed):
        query, form = posted("post.placement")

        call = PlacementCall.from_request({**query, **addressed}, {**form, **fields})

        assert (call.auth_id, call.member_id) == (form["AUTH_ID"], form["member_id"])
        assert call.auth_expires > 0
        assert all(
            one.isascii() and one.isprintable()
            for one in (call.server_endpoint, call.application_token, call.app_sid)
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("AUTH_ID", "two\nlines"),
            ("AUTH_ID", "x" * 2049),
            ("AUTH_ID", "пароль"),
            ("REFRESH_ID", "a b"),
            ("member_id", "a/b"),
            ("member_id", "x" * 65),
            ("member_id", "a\n"),
        ],
    )
    def test_of_odd_shape_names_the_field_but_not_its_value(self, field, value):
        query, form = posted("post.placement")

        with pytest.raises(MalformedRequestError) as raised:
            PlacementCall.from_request(query, {**form, field: value})

        assert str(raised.value) == f"{field} is malformed"
        assert raised.value.__suppress_context__ or raised.value.__context__ is None

    @pytest.mark.parametrize(
        "text",
        ["{", "5", "[1]", "[" * 100_000, '"{\\"ID\\":\\"8061\\"}"', "%7B%22ID%22%3A8061%7D"],
        ids=["broken", "number", "list", "deep", "JSON twice", "percent twice"],
    )
    def test_options_that_nobody_can_read_are_not_taken_for_none(self, text):
        query, form = posted("post.placement")

        call = PlacementCall.from_request(query, {**form, "PLACEMENT_OPTIONS": text})

        assert call.options is None

    @pytest.mark.parametrize(
        "domain", ["evil.example/path", "a b", "user@host", "host:99999999", "\ud800.example", ".."]
    )
    def test_with_a_domain_that_is_no_host_is_malformed(self, domain):
        query, form = posted("post.placement")

        with pytest.raises(MalformedRequestError, match="DOMAIN"):
            PlacementCall.from_request({**query, "DOMAIN": domain}, form)

    @pytest.mark.parametrize("text", ["", " ", "[]", "{}", "null", '""'])
    def test_options_are_empty_in_many_forms(self, text):
        query, form = posted("post.placement")

        call = PlacementCall.from_request(query, {**form, "PLACEMENT_OPTIONS": text})

        assert call.options == {}

    @pytest.mark.parametrize(
        ("given_language", "language"), [("DE", "de"), ("br", "br"), ("", "en"), ("<x>", "en")]
    )
    def test_language_falls_back_to_english(self, given_language, language):
        query, form = posted("post.placement")

        call = PlacementCall.from_request({**query, "LANG": given_language}, form)

        assert call.language == language

    @given(
        st.dictionaries(st.sampled_from(["AUTH_ID", "member_id", "PLACEMENT_OPTIONS"]), st.text())
    )
    def test_no_post_breaks_the_parser(self, fields):
        query, form = posted("post.placement")

        try:
            call = PlacementCall.from_request(query, {**form, **fields})
        except MalformedRequestError:
            return

        assert call.member_id


def test_printing_a_call_shows_no_token():
    placement = repr(PlacementCall.from_request(*posted("post.placement")))
    event = repr(EventCall.from_form(posted("event.ONAPPINSTALL")[1]))

    for secret in ("9d4c7166007e", "8c3b9966007e", "ec1b2074a9d3"):
        assert secret not in placement
    for secret in ("s6p6eclrvim6", "4s386p3q0tr8", "51856fefc120"):
        assert secret not in event


class TestEventCall:
    @pytest.mark.parametrize(
        "name",
        EVENTS,
    )
    def test_reads_every_documented_event(self, name):
        call = EventCall.from_form(posted(f"event.{name}")[1])
        wanted = example(f"event.{name}")["request"]["body"]

        assert call.event == name
        assert call.ts == int(wanted["ts"])
        assert call.auth.member_id == wanted["auth"]["member_id"]
        assert call.auth.application_token == wanted["auth"].get("application_token", "")
        assert call.auth.server_endpoint == wanted["auth"].get("server_endpoint", "")

    def test_of_an_installation_brings_tokens(self):
        call = EventCall.from_form(posted("event.ONAPPINSTALL")[1])

        assert call.texts["VERSION"] == "1.0.0"
        assert call.auth.access_token == "s6p6eclrvim6da22ft9ch94ekreb52lv"
        assert call.auth.refresh_token == "4s386p3q0tr8dy89xvmt96234v3dljg8"

    def test_of_an_uninstall_brings_none(self):
        call = EventCall.from_form(posted("event.ONAPPUNINSTALL")[1])

        assert call.texts == {"LANGUAGE_ID": "de", "CLEAN": "1"}
        assert (call.auth.access_token, call.auth.refresh_token) == ("", "")

    def test_nests_as_the_brackets_say(self):
        call = EventCall.from_form(posted("event.ONPAYMENTENTITYSAVED")[1])

        assert call.data == {"FIELDS": {"ID": "300"}}
        assert call.texts == {}

    def test_upper_cases_the_event_and_needs_little(self):
        call = EventCall.from_form({"event": "onAppUpdate", "auth[member_id]": "abc"})

        assert (call.event, call.data, call.ts) == ("ONAPPUPDATE", {}, 0)

    @pytest.mark.parametrize(
        ("form", "text"),
        [
            ({}, "event is missing"),
            ({"event": "X"}, "member_id is missing"),
            ({"event": "X", "auth": "abc"}, "member_id is missing"),
            ({"event": "X Y", "auth[member_id]": "a"}, "event is malformed"),
            ({"event": "X", "auth[member_id]": "a b"}, "member_id is malformed"),
        ],
    )
    def test_of_odd_shape_names_the_field(self, form, text):
        with pytest.raises(MalformedRequestError, match=text):
            EventCall.from_form(form)

    @pytest.mark.parametrize("name", EVENTS)
    @given(fields=st.fixed_dictionaries(dict.fromkeys(UNNEEDED_OF_AN_EVENT, ODD)))
    def test_what_nobody_needs_is_never_a_reason_to_refuse(self, name, fields):
        _, form = posted(f"event.{name}")

        call = EventCall.from_form({**form, **fields})

        assert (call.event, call.auth.member_id) == (name, form["auth[member_id]"])
        assert call.ts >= 0
        assert all(
            one.isascii() and one.isprintable()
            for one in (call.auth.application_token, call.auth.refresh_token)
        )

    def test_of_fields_that_contradict_each_other_the_first_counts(self):
        form = {"event": "X", "auth[member_id]": "a"}

        text_first = EventCall.from_form({**form, "data[A]": "1", "data[A][B]": "2"})
        group_first = EventCall.from_form({**form, "data[A][B]": "2", "data[A]": "1"})

        assert (text_first.data, group_first.data) == ({"A": "1"}, {"A": {"B": "2"}})

    def test_ignores_names_that_are_none_of_ours(self):
        form = {"event": "X", "auth[member_id]": "a", "data[" + "[a]" * 50: "1", "x[y": "2"}

        assert EventCall.from_form(form).data == {}

    @given(
        st.dictionaries(
            st.from_regex(r"(data|auth)(\[[A-Za-z_]{0,5}\]){0,6}", fullmatch=True), st.text()
        )
    )
    def test_no_form_breaks_the_parser(self, form):
        try:
            call = EventCall.from_form({"event": "X", **form, "auth[member_id]": "a"})
        except MalformedRequestError:
            return

        assert call.auth.member_id == "a"
