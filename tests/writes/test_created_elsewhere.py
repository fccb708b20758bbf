"""A creation that is repeated from another opening of the card is shown whole there."""

from __future__ import annotations

import re

from tests.support.acts import CREATE, new_payments
from tests.support.stage import MANAGER


def test_what_another_session_created_is_shown_with_its_lines(writing_stage):
    stage = writing_stage
    first, second = stage.tab(MANAGER), stage.tab(MANAGER)
    CREATE.send(first, "k" * 20)
    (made,) = new_payments(stage)

    answer = CREATE.send(second, "k" * 20)

    assert answer.status_code == 200
    assert re.search(rf'id="meta-{made}".*?pay__count">1 item<', answer.text, re.DOTALL)
    assert second.get("/payments/details", ids=str(made), rows=11).status_code == 200
    assert len(new_payments(stage)) == 1
