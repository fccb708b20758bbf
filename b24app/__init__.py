"""Deal Payments: a Payments tab for Bitrix24 CRM cards. The only composition root."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import click
from flask import Flask, has_request_context
from flask.cli import AppGroup
from requests.adapters import BaseAdapter
from werkzeug.middleware.proxy_fix import ProxyFix

from b24app.bitrix.log.rest_log import RestLog
from b24app.bitrix.oauth.server import AuthorizationServer
from b24app.bitrix.wire.client import BitrixClient
from b24app.bitrix.wire.shares import THREADS
from b24app.bitrix.wire.transport import make_session
from b24app.bitrix.wire.visits import visit
from b24app.cipher import Cipher
from b24app.config import Config, ConfigError
from b24app.services.deps import Deps
from b24app.services.lifecycle import event_jobs
from b24app.services.lifecycle.worker import Background, Later, Start, start_thread, start_timer
from b24app.services.manifest import Manifest
from b24app.storage.server_clock import machine_clock
from b24app.storage.session import Database, remember_revisions, upgrade
from b24app.web import cli, pages
from b24app.web.admin import activity, app_page, diagnostics, oauth, settings
from b24app.web.admin.login_states import LoginStates
from b24app.web.plumbing import (
    assets,
    entry,
    error_pages,
    error_tracker,
    i18n,
    log_lines,
    metering,
    packing,
    security,
    template_words,
)
from b24app.web.plumbing.launch import SessionTokens
from b24app.web.plumbing.templating import Environment, KeptFiles
from b24app.web.plumbing.wiring import EXTENSION, Contacts, Wiring
from b24app.web.portal import events, install, session
from b24app.web.tab import (
    card_actions,
    exports,
    many,
    payment_deliveries,
    payment_details,
    payment_items,
    payments,
    placement,
    reminders,
    send_menu,
    statement,
    sums,
)

ROOT = Path(__file__).resolve().parent.parent
MAX_BODY = 256 * 1024
log = logging.getLogger(__name__)

BLUEPRINTS = (
    assets.blueprint,
    pages.blueprint,
    install.blueprint,
    placement.blueprint,
    session.blueprint,
    payments.blueprint,
    payment_items.blueprint,
    payment_deliveries.blueprint,
    reminders.blueprint,
    payment_details.blueprint,
    send_menu.blueprint,
    card_actions.blueprint,
    many.blueprint,
    statement.blueprint,
    exports.blueprint,
    sums.blueprint,
    app_page.blueprint,
    settings.blueprint,
    activity.blueprint,
    diagnostics.blueprint,
    oauth.blueprint,
    events.blueprint,
)


def create_app(
    config: Config,
    http_adapter: BaseAdapter | None = None,
    clock: Callable[[], datetime] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    start_background: Start = start_thread,
    start_later: Later = start_timer,
    machine: Callable[[], datetime] = machine_clock,
) -> Flask:
    """Build the WSGI application. Touches neither the network nor the database.

    `http_adapter` replaces the transport; `clock`, `monotonic`, `sleep` replace time (else the
    database's corrects the `machine`'s); the others replace the thread of events and its timer.
    """
    app = _bare_app(config)
    db = _database(config.database_url, clock or machine)
    deps = _deps(config, db, http_adapter, clock or db.clock, monotonic, sleep)
    _tell_doubts(config)
    app.extensions[EXTENSION] = Wiring(
        deps,
        SessionTokens(config.secret_key, deps.clock),
        LoginStates(deps.cipher, deps.clock),
        Background(
            event_jobs.lanes(deps),
            start_background,
            next_in=partial(event_jobs.next_in, deps),
            later=start_later,
        ),
        config.metrics_token,
        Contacts(config.security_contact, config.licensor, config.support_email),
    )
    _wrap(app, config.trusted_proxies)
    for part in (packing, metering, i18n, template_words, security, error_pages):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(entry.frame_context)
    _add_commands(app, deps, config)
    return app


def _tell_doubts(config: Config) -> None:
    for doubt in () if config.is_development else config.doubts():
        log.warning("%s", doubt)


def _add_commands(app: Flask, deps: Deps, config: Config) -> None:
    app.cli.add_command(_database_commands(deps.db))
    app.cli.add_command(cli.housekeeping_command(deps))
    app.cli.add_command(cli.doctor_command(deps, config))
    for command in cli.backup_commands(deps):
        app.cli.add_command(command)


class _Flask(Flask):
    jinja_environment = Environment


def _bare_app(config: Config) -> Flask:
    app = _Flask(__name__, template_folder=ROOT / "templates", static_folder=None)
    app.jinja_loader = KeptFiles(ROOT / "templates")
    # A redirect to the address with one slash would name the host that the visitor named.
    app.url_map.merge_slashes = False
    app.config.update(SECRET_KEY=config.secret_key, MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_PARTS=200)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.logger.setLevel(config.log_level)
    logging.getLogger("b24app").setLevel(config.log_level)
    log_lines.init_app(app)
    assets.init_app(app, ROOT / "static")
    if config.error_tracker_dsn:
        error_tracker.init(config.error_tracker_dsn, _release())
    return app


def _release() -> str:
    return Manifest.read(ROOT / "install.json").release


def _wrap(app: Flask, proxies: int) -> None:
    """Put around the application what every request passes first. `proxies` are trusted."""
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way.
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.wsgi_app = _as_visits(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _deps(
    config: Config,
    db: Database,
    http_adapter: BaseAdapter | None,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> Deps:
    session = make_session(http_adapter)
    rest_log = RestLog(config.rest_log_dir, config.rest_log_days, clock, _request_id)
    deps = Deps(
        db=db,
        cipher=Cipher(config.token_keys),
        client=BitrixClient(session, rest_log=rest_log, monotonic=monotonic, sleep=sleep),
        authorization=AuthorizationServer(
            session,
            oauth_url=config.oauth_url,
            oauth_hosts=config.oauth_hosts,
            client_id=config.client_id,
            client_secret=config.client_secret,
            trust_local=config.trust_local_portals,
            rest_log=rest_log,
            clock=clock,
            monotonic=monotonic,
        ),
        rest_log=rest_log,
        manifest=Manifest.read(ROOT / "install.json"),
        app_url=config.app_url,
        client_id=config.client_id,
        clock=clock,
        monotonic=monotonic,
        sleep=sleep,
        trust_local_portals=config.trust_local_portals,
    )
    deps.carry(THREADS)
    return deps


def _database(url: str, machine: Callable[[], datetime]) -> Database:
    remember_revisions()
    try:
        return Database(url, machine)
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"DATABASE_URL does not fit: {reason}. See .env.example.") from None


def _as_visits(wsgi_app: WSGIApplication) -> WSGIApplication:
    """Let a request that was given a place for its portal keep it until it is answered."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # `GET http://host` has no path, which means the root and not a redirect to that host.
        environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        with visit():
            return wsgi_app(environ, start_response)

    return answer


def _request_id() -> str:
    return security.request_id() if has_request_context() else ""


def _database_commands(database: Database) -> AppGroup:
    group = AppGroup("db", help="The database schema.")

    @group.command("upgrade")
    @cli.in_one_sentence
    def upgrade_command() -> None:
        """Bring the schema to this version. Safe to run twice and from two machines."""
        upgrade(database)
        click.echo("The schema is current.")

    return group
