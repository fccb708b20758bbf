"""The app as gunicorn serves it, with trust in the one certificate that BENCH_CERTIFICATE names.

It reads no such setting itself: it trusts the authorities that come with requests.
"""

from __future__ import annotations

import os

from requests import adapters

adapters.DEFAULT_CA_BUNDLE_PATH = os.environ["BENCH_CERTIFICATE"]

from app import app  # noqa: E402 - what it builds would otherwise trust the others

__all__ = ["app"]
