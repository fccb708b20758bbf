"""Serve static files: addresses that change with the content, and the script from its parts.

A page should make few requests, and a script file should fit on a few screens. So the parts of
`static/app` are joined here, once per process, into `/static/app.js`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, url_for

blueprint = Blueprint("assets", __name__)

SCRIPT = "app.js"
PARTS = (
    "base",
    "band",
    "long",
    "requests",
    "waiting",
    "rows",
    "unread",
    "swaps",
    "dialogs",
    "popovers",
    "sending",
    "toasts",
    "answers",
    "fields",
    "quantities",
    "pressing",
    "wheel",
    "arranging",
    "listing",
    "linked",
    "many",
    "statement",
    "files",
    "sums",
    "advance",
    "filling",
    "shortcuts",
    "print",
    "clicks",
    "start",
)
ENDPOINTS = frozenset({"static", "assets.script"})


@cache
def joined(folder: Path) -> bytes:
    """Return the script from the parts in `folder`, in one function so that nothing is global."""
    texts = ((folder / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)
    return ('(function () {\n"use strict";\n\n' + "\n".join(texts) + "})();\n").encode()


@blueprint.get(f"/static/{SCRIPT}")
def script() -> Response:
    """Serve the script of the tab and of the application's own page."""
    content = joined(_static() / "app")
    response = Response(content, mimetype="text/javascript")
    response.set_etag(_digest(content))
    response.make_conditional(request)
    return response


@cache
def _version_of(path: Path) -> str:
    is_joined = path.name == SCRIPT
    return _digest(joined(path.parent / "app") if is_joined else path.read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _static() -> Path:
    return Path(current_app.static_folder or "")


def address(name: str) -> str:
    """Return the address of a static file; it changes with the content, so caches may keep it."""
    version = _version_of((_static() / name).resolve())
    if name == SCRIPT:
        return url_for("assets.script", v=version)
    return url_for("static", filename=name, v=version)


def is_named_by_content() -> bool:
    """Return whether this request names the version of the file that it gets.

    While a new version of the app replaces an old one, a new page may ask an old process: no cache
    may keep that answer under the new address.
    """
    name = (request.view_args or {}).get("filename", SCRIPT)
    # Resolve first: a path can be written in endless ways, and versions are remembered.
    return request.args.get("v") == _version_of((_static() / name).resolve())


def init_app(app: Flask) -> None:
    """Give templates `asset(name)`."""
    app.jinja_env.globals["asset"] = address
