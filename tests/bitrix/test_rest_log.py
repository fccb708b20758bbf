from __future__ import annotations

import errno
import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.log.redaction import redact, redact_command, scrub
from b24app.bitrix.log.rest_log import MAX_LINE_BYTES, Exchanged, RestLog, portal_mark
from b24app.bitrix.methods import payments, placements, portal
from b24app.bitrix.wire import batch
from b24app.domain import EntityRef
from tests.bitrix.conftest import ENDPOINT, EXAMPLES, TOKEN, example, failed, ok, result_of

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def rest_log(tmp_path):
    return RestLog(tmp_path / "log", 7, lambda: NOW, lambda: "req-1")


def exchanged(method="profile", params=None, answer=None, **changes):
    wanted = {
        "endpoint": ENDPOINT,
        "method": method,
        "params": params or {},
        "status": 200,
        "answer": answer,
        "trouble": "",
        "seconds": 0.1234,
        "secrets": (TOKEN,),
    }
    return Exchanged(**{**wanted, **changes})


def lines(tmp_path):
    return [
        json.loads(line)
        for path in sorted((tmp_path / "log").iterdir())
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_a_line_says_what_support_needs(rest_log, tmp_path):
    command = payments.list_payments(EntityRef(2, 13123), payment_ids=[1036])
    answer = {"result": result_of("crm.item.payment.list"), "total": 2}

    rest_log.write(exchanged(command.method, command.params, answer))

    [line] = lines(tmp_path)
    assert line["at"] == "2026-06-01T12:00:00.000+00:00"
    assert line["request_id"] == "req-1"
    assert line["portal"] == portal_mark(ENDPOINT)
    assert "portal.bitrix24.com" not in json.dumps(line)
    assert (line["method"], line["status"], line["seconds"]) == (
        "crm.item.payment.list",
        200,
        0.123,
    )
    assert line["request"] == {"entityId": 13123, "entityTypeId": 2, "filter": {"@id": [1036]}}
    first = line["answer"]["result"][0]
    assert (first["id"], first["paid"], first["currency"]) == (1036, "Y", "USD")
    assert first["datePaid"] == "2024-05-20T12:32:02+03:00"
    assert first["paySystemName"] == "***"


def test_amounts_are_written_as_text_not_as_floats(rest_log, tmp_path):
    rest_log.write(exchanged(answer={"result": [{"sum": Decimal("0.10")}]}))

    assert lines(tmp_path)[0]["answer"] == {"result": [{"sum": "0.10"}]}


def test_a_batch_shows_its_commands(rest_log, tmp_path):
    commands = {
        "pay": payments.pay(1038),
        "list": payments.list_payments(EntityRef(2, 13123), payment_ids=[1038]),
        "me": portal.profile(),
    }
    params = {"halt": 0, "cmd": batch.encode_all(commands)}

    rest_log.write(exchanged("batch", params))

    assert lines(tmp_path)[0]["request"] == {
        "pay": {"crm.item.payment.pay": {"id": "1038"}},
        "list": {
            "crm.item.payment.list": {
                "entityId": "13123",
                "entityTypeId": "2",
                "filter[@id][0]": "1038",
            }
        },
        "me": {"profile": {}},
    }


def test_placement_codes_are_readable_and_handlers_are_not(rest_log, tmp_path):
    command = placements.bind_placement("CRM_SMART_INVOICE_DETAIL_TAB", "https://a.example/", "T")

    rest_log.write(exchanged(command.method, command.params))

    assert lines(tmp_path)[0]["request"] == {
        "PLACEMENT": "CRM_SMART_INVOICE_DETAIL_TAB",
        "HANDLER": "***",
        "TITLE": "***",
    }


def test_the_portals_sentence_is_kept_without_addresses_and_tokens(rest_log, tmp_path):
    words = f"Wrong URL https://a.example/x?y=1 for {TOKEN} or {'a1' * 20}"

    rest_log.write(exchanged(answer={"error": "0", "error_description": words}))

    assert lines(tmp_path)[0]["answer"] == {
        "error": "0",
        "error_description": "Wrong URL *** for *** or ***",
    }


def test_long_lists_and_deep_answers_are_cut(rest_log, tmp_path):
    deep: object = "x"
    for _ in range(50):
        deep = [deep]

    rest_log.write(exchanged(answer={"result": [{"id": n} for n in range(500)], "deep": deep}))

    [line] = lines(tmp_path)
    assert len(line["answer"]["result"]) == 51
    assert line["answer"]["result"][-1] == "+450"


def test_a_line_stays_below_the_limit(rest_log, tmp_path):
    answer = {f"key{number}": {f"key{n}": "x" for n in range(50)} for number in range(500)}

    rest_log.write(exchanged(answer=answer))
    rest_log.write(exchanged(params=answer, answer=answer))

    sizes = [len(json.dumps(line)) for line in lines(tmp_path)]
    assert max(sizes) <= MAX_LINE_BYTES
    assert lines(tmp_path)[1]["request"] == "long"


class TestRedaction:
    secret_words = st.text("ЖЩЮЯЫЪжщюяQXZqxz", min_size=6, max_size=30)
    tokens = st.text("0123456789abcdef", min_size=24, max_size=70)

    @given(name=secret_words, title=secret_words, token=tokens, other=tokens, code=secret_words)
    def test_no_token_link_name_or_title_reaches_the_log(
        self, tmp_path_factory, name, title, token, other, code
    ):
        folder = tmp_path_factory.mktemp("redaction")
        rest_log = RestLog(folder / "log", 7, lambda: NOW)
        short = f"https://p.example/~{code}"
        params = {
            "fields": {"COMMENT": name, "TITLE": title},
            "name": name,
            "cmd": {"c": f"x.y?title={title}&id={token}&handler={short}"},
        }
        answer = {
            "result": {
                "item": {"id": 5, "title": title, "name": name, "phone": "+6111111111"},
                "rows": [{"ID": other, "NAME": name, "accountNumber": token}],
                "payment": {"url": f"https://p.example/?access={other}", "shortUrl": short},
                f"{name} {title}": 1,
                f"x{token}": 1,
                "access_token": token,
                "id": short,
            },
            "error_description": f"{token} {short} {other}",
            "error": token,
        }

        for sent in (params, {key: params[key] for key in ("fields", "name")}):
            rest_log.write(exchanged(params=sent, answer=answer, secrets=(token,)))

        [path] = (folder / "log").iterdir()
        text = path.read_text(encoding="utf-8")
        for hidden in (name, title, token, other, short, code, "+6111111111"):
            assert hidden not in text

    @pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
    def test_no_documented_answer_shows_a_person_a_link_or_a_token(self, path):
        answer = example(path.stem)["response"]

        text = json.dumps(redact((answer or {}).get("body")))

        personal = (
            "Vadim",
            "Valeev",
            "John",
            "Smith",
            "admin@",
            "+6111",
            "iphone",
            "Uber",
            "Admin",
        )
        secrets = ("://", "~tR9sB", "f83b5926bd8cb4f0", "ydtj8pho532", "New deal", "Cash", "Lead #")
        assert not any(word in text for word in (*personal, *secrets))

    @pytest.mark.parametrize(
        ("key", "value", "shown"),
        [
            ("id", 5, 5),
            ("ID", "5", "5"),
            (">=id", 5, 5),
            ("=ownerType", "D", "D"),
            ("entity_type_id", 2, 2),
            ("paid", "Y", "Y"),
            ("scope", "crm,placement", "crm,placement"),
            ("id", "x" * 24, "***"),
            ("id", "text with $ signs", "***"),
            ("id", "//host", "***"),
            ("phone", 6111111111, "***"),
            ("title", "Deal", "***"),
            ("title", None, None),
            ("title", True, True),
            ("secretId", TOKEN, "***"),
        ],
    )
    def test_keeps_harmless_fields_only(self, key, value, shown):
        assert redact({key: value}, (TOKEN,)) == {key: shown}

    def test_masks_known_secrets_in_harmless_places(self):
        assert redact({"id": "abc", "abc": 1, "scope": "xabcx"}, ("abc",)) == {
            "id": "***",
            "***": "***",
            "scope": "***",
        }

    def test_reads_a_command_by_its_innermost_names(self):
        assert redact_command("x.y?filter[%40id][0]=1&fields[title]=Deal&empty=") == {
            "x.y": {"filter[@id][0]": "1", "fields[title]": "***", "empty": "***"}
        }

    def test_scrubs_within_bounds(self):
        assert len(scrub("word " * 1000)) == 200


class TestFiles:
    def test_there_is_one_a_day(self, tmp_path):
        day = [NOW]
        rest_log = RestLog(tmp_path / "log", 7, lambda: day[0])

        rest_log.write(exchanged())
        day[0] += timedelta(days=1)
        rest_log.write(exchanged())

        names = sorted(path.name for path in (tmp_path / "log").iterdir())
        assert names == ["rest-2026-06-01.jsonl", "rest-2026-06-02.jsonl"]

    def test_that_are_old_are_deleted_and_no_other(self, tmp_path):
        day = [NOW]
        rest_log = RestLog(tmp_path / "log", 3, lambda: day[0])
        for _ in range(6):
            rest_log.write(exchanged())
            day[0] += timedelta(days=1)
        (tmp_path / "log" / "notes.txt").write_text("keep")
        day[0] -= timedelta(days=1)

        assert rest_log.delete_old() == 2

        names = sorted(path.name for path in (tmp_path / "log").iterdir())
        assert names == ["notes.txt", *(f"rest-2026-06-0{n}.jsonl" for n in (3, 4, 5, 6))]

    def test_nothing_to_delete_is_no_error(self, rest_log):
        assert rest_log.delete_old() == 0

    def test_are_not_for_everybody_to_read(self, rest_log, tmp_path):
        rest_log.write(exchanged())

        [path] = (tmp_path / "log").iterdir()
        assert path.stat().st_mode & 0o007 == 0

    def test_that_cannot_be_written_harm_no_request(self, tmp_path, caplog):
        (tmp_path / "log").write_text("a file, not a directory")
        rest_log = RestLog(tmp_path / "log", 7, lambda: NOW)

        with caplog.at_level(logging.WARNING):
            rest_log.write(exchanged())

        assert "REST log could not be written" in caplog.text

    @pytest.mark.parametrize("taken", [0, 1, 100])
    def test_a_disk_that_fills_up_leaves_no_cut_line(
        self, rest_log, tmp_path, monkeypatch, caplog, taken
    ):
        rest_log.write(exchanged(method="user.get"))
        whole, writes = os.write, iter([taken])

        def fill(opened, data):
            room = next(writes, None)
            if not room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return whole(opened, data[:room])

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", fill)
            rest_log.write(exchanged(method="profile"))
        assert [line["method"] for line in lines(tmp_path)] == ["user.get"]
        assert "No space left on device" in caplog.text

        rest_log.write(exchanged(method="scope"))

        assert [line["method"] for line in lines(tmp_path)] == ["user.get", "scope"]

    def test_a_disk_that_takes_a_line_in_pieces_has_all_of_it(
        self, rest_log, tmp_path, monkeypatch
    ):
        whole = os.write
        monkeypatch.setattr(os, "write", lambda opened, data: whole(opened, data[:7]))

        rest_log.write(exchanged(method="profile"))

        assert [line["method"] for line in lines(tmp_path)] == ["profile"]

    @pytest.mark.parametrize("rest", [b'{"at":"2026', b"x" * 10])
    @pytest.mark.parametrize("before", [[], ["profile"]])
    def test_what_a_dying_process_left_is_cut_off_by_the_next_line(
        self, rest_log, tmp_path, rest, before
    ):
        for method in before:
            rest_log.write(exchanged(method=method))
        path = tmp_path / "log" / "rest-2026-06-01.jsonl"
        path.parent.mkdir(exist_ok=True)
        with path.open("ab") as file:
            file.write(rest)

        rest_log.write(exchanged(method="scope"))

        assert [line["method"] for line in lines(tmp_path)] == [*before, "scope"]

    def test_half_a_character_is_no_error(self, rest_log, tmp_path):
        rest_log.write(exchanged(answer={"error": "A", "error_description": "Lamp \ud83d"}))

        [line] = lines(tmp_path)
        assert line["answer"]["error"] == "A"

    def test_are_shared_by_processes_line_by_line(self, tmp_path):
        command = [sys.executable, "-c", WRITE_MANY, str(tmp_path / "log")]
        # Our own interpreter with a program written below.
        writers = [subprocess.Popen(command) for _ in range(2)]
        for writer in writers:
            assert writer.wait() == 0

        assert len(lines(tmp_path)) == 2 * 50


WRITE_MANY = """
import sys
from datetime import UTC, datetime
from b24app.bitrix.log.rest_log import Exchanged, RestLog

log = RestLog(sys.argv[1], 7, lambda: datetime(2026, 6, 1, tzinfo=UTC))
answer = {"result": [{"id": 5}] * 45}
for _ in range(50):
    log.write(Exchanged("https://p.example/rest/", "m", {}, 200, answer, "", 0.1))
"""


def test_the_client_logs_every_attempt_without_the_token(server, clock, tokens, deadline, tmp_path):
    from b24app.bitrix.wire.client import BitrixClient
    from b24app.bitrix.wire.transport import make_session

    client = BitrixClient(
        make_session(server),
        rest_log=RestLog(tmp_path / "log", 7, lambda: NOW),
        monotonic=clock.monotonic,
        sleep=clock.sleep,
    )
    server.answers(failed("expired_token", 401), OSError(TOKEN), ok([]))

    client.call(tokens, payments.list_payments(EntityRef(2, 1)), deadline)

    assert [(line["status"], line["trouble"]) for line in lines(tmp_path)] == [
        (401, ""),
        (0, "no_answer"),
        (200, ""),
    ]
    text = json.dumps(lines(tmp_path))
    assert TOKEN not in text
    assert "renewed-1" not in text
