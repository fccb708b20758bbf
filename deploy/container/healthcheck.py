"""Ask the process of this container whether it lives: for HEALTHCHECK, which has no curl."""

import http.client
import os
import sys

PORT = int(os.environ.get("HEALTHCHECK_PORT", "8000"))

connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
try:
    connection.request("GET", "/healthz")
    sys.exit(0 if connection.getresponse().status == 200 else 1)
except OSError:
    sys.exit(1)
