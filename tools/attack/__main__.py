"""`python -m tools.attack [--nginx] [name ...]`: attacks on the app as it is served in production.

Each one starts the app and the simulated portal anew on this machine, with `--nginx` behind the
proxy of deploy/nginx.conf. Ends with a summary, and with status 1 where a promise was not kept.
Everything is kept in instance/attack, or in the folder that ATTACK_FOLDER names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from tools.attack import (
    at_once,
    fired_people,
    floods,
    half_sent,
    injections,
    large_answers,
    led_elsewhere,
    neighbours,
    newer_routes,
    odd_requests,
    slow_portals,
)
from tools.attack.proxy import free_port, nginx
from tools.attack.report import Row, head, line, summary
from tools.stage import ROOT, Stage, StageError, free_ports, stage

ATTACKS: Mapping[str, Callable[[Stage], Iterator[Row]]] = {
    "calm": slow_portals.calm,
    "silent-portal": slow_portals.silent_portal,
    "silent-portals": slow_portals.silent_portals,
    "busy-portal": slow_portals.busy_portal,
    "trickling-portal": slow_portals.trickling_portal,
    "dripping-portal": slow_portals.dripping_portal,
    "huge-answers": slow_portals.huge_answers,
    "forged-frames": floods.forged_frames,
    "forged-openings": floods.forged_openings,
    "forged-installs": floods.forged_installs,
    "forged-moves": floods.forged_moves,
    "forged-events": floods.forged_events,
    "events-without-token": floods.events_without_token,
    "uninstalls-of-silent-portals": floods.uninstalls_of_silent_portals,
    "half-sent-heads": half_sent.half_sent_heads,
    "half-sent-bodies": half_sent.half_sent_bodies,
    "half-sent-in-hundreds": half_sent.half_sent_in_hundreds,
    **large_answers.ATTACKS,
    "neighbours-ids": neighbours.neighbours_ids,
    "confused-posts": neighbours.confused_posts,
    "replayed-sessions": neighbours.replayed_sessions,
    "fired-people": fired_people.fired_people,
    "odd-requests": odd_requests.odd_requests,
    "led-elsewhere": led_elsewhere.led_elsewhere,
    "injected-texts": injections.injected_texts,
    "at-once": at_once.at_once,
    "newer-routes": newer_routes.newer_routes,
    "floods-of-many": newer_routes.floods_of_many,
}
FOLDER = Path(os.environ.get("ATTACK_FOLDER") or ROOT / "instance" / "attack")
PRODUCTION = {"APP_ENV": "production", "TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING"}


def main(names: list[str]) -> int:
    """Carry out the named attacks, or all. Returns the exit status."""
    is_behind_proxy = "--nginx" in names
    names = [name for name in names if name != "--nginx"]
    if unknown := set(names) - ATTACKS.keys():
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(ATTACKS)}.")
        return 2
    rows: list[Row] = []
    failed = [
        name
        for name in names or ATTACKS
        if not _carry_out(name, rows, is_behind_proxy=is_behind_proxy)
    ]
    print(summary(rows, failed))
    return 0 if not failed and all(row.is_kept for row in rows) else 1


def _carry_out(name: str, rows: list[Row], *, is_behind_proxy: bool) -> bool:
    """Print an attack's table and add its rows; answer False where it could not begin."""
    attack = ATTACKS[name]
    print(head(name, (attack.__doc__ or "").strip()), flush=True)
    app_port, portal_port = free_ports()
    listen_port = free_port() if is_behind_proxy else app_port
    with ExitStack() as stack:
        try:
            if is_behind_proxy:
                stack.enter_context(nginx(FOLDER / "nginx", app_port, listen_port))
            running = stack.enter_context(
                stage(FOLDER / "app", app_port, portal_port, PRODUCTION, listen_port)
            )
            for row in attack(running):
                print(line(row), flush=True)
                rows.append(row)
        except StageError as error:
            print(error, file=sys.stderr)
            return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
