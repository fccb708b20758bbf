"""A portal that takes as long for each command as in the documentation's own examples."""

from __future__ import annotations

import requests

REQUEST_MS, READ_MS = 250, 80
WRITE_MS = {"pay": 931, "unpay": 787, "delete": 377, "add": 645, "product.add": 642}
"""`processing` of crm.item.payment.*, as docs/bitrix24/examples has it; reads take 50 to 160."""


def make_slow(stage, monkeypatch, write_ms):
    """Let commands take time on the stage's clock, and the network give up when nobody waits."""
    portal = stage.portal
    portal.switches.request_ms = REQUEST_MS
    portal.switches.command_ms = READ_MS
    portal.switches.write_ms = write_ms - READ_MS
    send = stage.adapter.send

    def sleep(seconds):
        stage.ticks += seconds

    def send_and_wait(request, **options):
        began, limit = stage.ticks, options["timeout"][1]
        answer = send(request, **options)
        if stage.ticks - began > limit:
            # The portal has gone on with it, but that was not heard any more.
            stage.ticks = began + limit
            raise requests.exceptions.ReadTimeout("silent")
        return answer

    monkeypatch.setattr(portal, "sleep", sleep)
    monkeypatch.setattr(stage.adapter, "send", send_and_wait)
