"""Static files: addresses that change with the content, and the script joined of its parts.

A page makes few requests, and a file of a script is to fit on a few screens: so the parts of
`static/app` are joined here, once for each process, into `/static/app.js`.
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
    "requests",
    "waiting",
    "rows",
    "swaps",
    "dialogs",
    "popovers",
    "toasts",
    "answers",
    "fields",
    "quantities",
    "pressing",
    "wheel",
    "arranging",
    "listing",
    "linked",
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
    """Return the script of the parts in `folder`, inside one function so that nothing is global."""
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
    """Tell whether this request names the version of the file that it is answered with.

    While a new version of the app replaces an old one, a page of the new one may ask a process of
    the old one: no cache may keep that answer under the new address.
    """
    name = (request.view_args or {}).get("filename", SCRIPT)
    # Resolved, since a path can be written in endless ways and versions are remembered.
    return request.args.get("v") == _version_of((_static() / name).resolve())


def init_app(app: Flask) -> None:
    """Give templates `asset(name)`."""
    app.jinja_env.globals["asset"] = address
