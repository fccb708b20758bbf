from __future__ import annotations

import tracemalloc

from b24app.bitrix.log import redaction


def test_no_more_of_an_answer_is_masked_than_a_line_can_hold(monkeypatch):
    looked_at = []
    original = redaction._scalar

    def counted(*arguments):
        looked_at.append(1)
        return original(*arguments)

    monkeypatch.setattr(redaction, "_scalar", counted)
    rows = {f"key{number}": {"id": number} for number in range(50_000)}

    shown = redaction.redact({"result": rows})

    assert len(looked_at) < 10_000
    assert len(str(shown)) < 500_000


def test_of_an_object_of_many_names_no_more_are_looked_at(monkeypatch):
    """Two megabytes hold 170,000 of them: all requests of the process would wait."""
    looked_at = []
    original = redaction._way

    def counted(name):
        looked_at.append(name)
        return original(name)

    monkeypatch.setattr(redaction, "_way", counted)

    shown = redaction.redact({f"key{number}": 1 for number in range(50_000)})

    assert len(looked_at) < 10_000
    assert isinstance(shown, dict)
    assert redaction.MASK in shown
    assert set(shown.values()) == {redaction.MASK}


def test_names_of_a_megabyte_are_not_remembered():
    """Two thousand names are: a portal that sends others each time would fill the memory."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(20):
            shown = redaction.redact({"result": {f"{number:06}" + "k" * 1_000_000: 1}})
            assert shown == {"result": {redaction.MASK: redaction.MASK}}
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before < 2_000_000


def test_a_name_that_is_shown_is_as_long_as_ever():
    assert redaction.redact({"k" * 64: 1}) == {"k" * 64: redaction.MASK}
    assert redaction.redact({"k" * 65: 1}) == {redaction.MASK: redaction.MASK}


def test_addresses_are_looked_for_where_words_begin():
    """From each letter of 400 without a blank, 5,000 sentences of one answer took 17 seconds."""
    assert redaction.ADDRESS.match("word@example", 1) is None
    assert redaction.ADDRESS.match("word@example")

    said = "see mailto:ivan@example.com, or\thttps://a.example/x?y and ~home; 5 @ 7"
    assert redaction.scrub(said) == "see *** or\t*** and *** 5 @ 7"
