"""WSGI entry."""

import sys

from dotenv import load_dotenv

from b24app import create_app
from b24app.config import Config, ConfigError

CANNOT_BOOT = 3
"""Of gunicorn's workers: it stops then, instead of starting others for ever."""

# Of the working directory: without a path the directory of this file would be searched.
load_dotenv(".env")
try:
    app = create_app(Config.from_env())
except ConfigError as error:
    # One sentence for whoever starts a server or a command: a traceback would bury it.
    if sys.argv[-1:] == ["doctor"]:
        sys.stdout.write(f"fail  configuration: {error}\n")
        sys.exit(1)
    sys.stderr.write(f"Deal Payments cannot start: {error}\n")
    sys.exit(CANNOT_BOOT)
