"""`python -m tools.attack [--nginx] [name ...]`: attacks on the app as it is served in production.

Each one starts the app and the simulated portal anew on this machine, with `--nginx` behind the
proxy of deploy/nginx.conf. Ends with status 1 where a promise was not kept. Everything is kept in
instance/attack.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

from tools.attack import floods, half_sent, large_answers, slow_portals
from tools.attack.proxy import free_port, nginx
from tools.attack.report import Row, head, line
from tools.stage import ROOT, Stage, StageError, free_ports, stage

ATTACKS: Mapping[str, Callable[[Stage], Iterator[Row]]] = {
    "calm": slow_portals.calm,
    "silent-portal": slow_portals.silent_portal,
    "silent-portals": slow_portals.silent_portals,
    "busy-portal": slow_portals.busy_portal,
    "trickling-portal": slow_portals.trickling_portal,
    "huge-answers": slow_portals.huge_answers,
    "forged-frames": floods.forged_frames,
    "forged-openings": floods.forged_openings,
    "forged-installs": floods.forged_installs,
    "forged-moves": floods.forged_moves,
    "forged-events": floods.forged_events,
    "events-without-token": floods.events_without_token,
    "half-sent-heads": half_sent.half_sent_heads,
    "half-sent-bodies": half_sent.half_sent_bodies,
    "half-sent-in-hundreds": half_sent.half_sent_in_hundreds,
    **large_answers.ATTACKS,
}
FOLDER = ROOT / "instance" / "attack"
PRODUCTION = {"APP_ENV": "production", "TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING"}


def main(names: list[str]) -> int:
    """Carry out the named attacks, or all. Returns the exit status."""
    is_behind_proxy = "--nginx" in names
    names = [name for name in names if name != "--nginx"]
    if unknown := set(names) - ATTACKS.keys():
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(ATTACKS)}.")
        return 2
    broken = 0
    for name in names or ATTACKS:
        broken += _carry_out(name, is_behind_proxy=is_behind_proxy)
    return 1 if broken else 0


def _carry_out(name: str, *, is_behind_proxy: bool) -> int:
    """Print an attack's table; answer how many promises were not kept."""
    attack = ATTACKS[name]
    broken = 0
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
                broken += not row.is_kept
        except StageError as error:
            print(error, file=sys.stderr)
            return 1
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
