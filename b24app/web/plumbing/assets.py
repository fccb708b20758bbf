"""Serve static files: small, and at addresses that change with their content.

A page should make few requests, and a script file should fit on a few screens. So the parts of
`static/app` are joined here into `/static/app.js`. What is sent has no comments and is packed: half
of what a browser would load otherwise. All of it is made once per process.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from rcssmin import cssmin
from rjsmin import jsmin

from b24app.web.plumbing import packing

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
    "beside",
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
    "rereading",
    "filling",
    "shortcuts",
    "print",
    "clicks",
    "start",
)
ENDPOINT = "assets.file"
TYPES = {".css": "text/css", ".js": "text/javascript"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `version` is of what it holds, whether it is packed or not."""

    content: bytes
    packed: bytes
    mimetype: str
    version: str


def joined(folder: Path) -> str:
    """Return the script from the parts in `folder`, in one function so that nothing is global."""
    texts = ((folder / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)
    return '(function () {\n"use strict";\n\n' + "\n".join(texts) + "})();\n"


@cache
def prepared(folder: Path) -> Mapping[str, Asset]:
    """Return what is sent of the files in `folder`, by name."""
    files = (path for path in folder.iterdir() if path.suffix in TYPES)
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    texts[SCRIPT] = joined(folder / "app")
    return {name: _asset(name, text) for name, text in texts.items()}


def _asset(name: str, text: str) -> Asset:
    small = text
    if name.endswith(".css"):
        small = cssmin(text)
    elif not name.endswith(".min.js"):
        small = jsmin(text)
    content = small.encode()
    return Asset(
        content,
        # Without a time in it, every process sends the same bytes.
        gzip.compress(content, mtime=0),
        TYPES[Path(name).suffix],
        hashlib.sha256(content).hexdigest()[:12],
    )


@blueprint.get("/static/<name>")
def file(name: str) -> Response:
    """Serve a style sheet or a script, packed for whoever can unpack it."""
    asset = _assets().get(name)
    if asset is None:
        abort(404)
    is_packed = packing.is_welcome()
    response = Response(asset.packed if is_packed else asset.content, mimetype=asset.mimetype)
    packing.label(response, is_packed=is_packed)
    # Two forms of one file need two tags.
    response.set_etag(f"{asset.version}-gzip" if is_packed else asset.version)
    response.make_conditional(request)
    return response


def address(name: str) -> str:
    """Return the address of a static file; it changes with the content, so caches may keep it."""
    return url_for(ENDPOINT, name=name, v=_assets()[name].version)


def is_named_by_content() -> bool:
    """Return whether this request names the version of the file that it gets.

    While a new version of the app replaces an old one, a new page may ask an old process: no cache
    may keep that answer under the new address.
    """
    name = (request.view_args or {})["name"]
    return request.args.get("v") == _assets()[name].version


def _assets() -> Mapping[str, Asset]:
    assets: Mapping[str, Asset] = current_app.extensions["assets"]
    return assets


def init_app(app: Flask, folder: Path) -> None:
    """Serve the files in `folder`; give templates `asset(name)`."""
    app.extensions["assets"] = prepared(folder)
    app.jinja_env.globals["asset"] = address
