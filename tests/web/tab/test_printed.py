"""Who prints a list and when: for the head of the paper, without asking the portal."""

from __future__ import annotations

import re

from tests.support.stage import MANAGER


def words(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_paper_says_who_printed_and_when_in_the_time_of_the_person(stage):
    tab = stage.tab(MANAGER)
    assert "Payments of deal 8061" in words(tab.answer.text)
    stage.forget_calls()

    said = tab.get("/payments/printed").text

    assert re.fullmatch(r"Printed Jul 1, 2026, \d+:00\s[AP]M by Marta Lindqvist ?\.", words(said))
    assert re.search(r'datetime="2026-07-01T\d\d:00:00\+0[12]:00"', said)
    assert stage.http_calls == []
