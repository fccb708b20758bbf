from __future__ import annotations

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
