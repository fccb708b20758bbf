"""`make demo`: the app and a simulated portal on this machine, with the app installed.

Everything lives in instance/demo and is made again at every start; Ctrl+C ends it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType

from tools.stage import DEMO_CARD, ROOT, StageError, stage

HOUR_SECONDS = 3600


def main() -> int:
    """Run until Ctrl+C. Returns the exit status."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app_port = port("APP_PORT", 8000)
        portal_port = port("PORTAL_PORT", 8024)
        run(app_port, portal_port)
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def run(app_port: int, portal_port: int) -> None:
    """Set the stage, print the link and do the housekeeping until interrupted."""
    print("Starting the app and a portal for it…", flush=True)
    with stage(ROOT / "instance" / "demo", app_port, portal_port) as demo:
        print(f"\n    {demo.portal_url}{DEMO_CARD}\n", flush=True)
        print("Open it in a browser. Ctrl+C ends the demo.", flush=True)
        while True:
            demo.flask("housekeeping")
            time.sleep(HOUR_SECONDS)


def port(name: str, default: int) -> int:
    """Return a port number from the environment. Raises StageError."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65535:
        raise StageError(f"{name} is {text!r}: give a port number, for example {name}={default}.")
    return int(text)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
