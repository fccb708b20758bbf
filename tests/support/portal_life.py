"""A portal's life as a machine of rules: installing, updating, uninstalling, silence, forgeries.

Whatever comes in whatever order: a living installation is never erased, data that was to be deleted
is, data that was to be kept is found again, and another portal never notices.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select

from b24app.domain import EntityRef
from b24app.services.lifecycle import rebinding
from b24app.storage import activity, cached_lists, installations, jobs, portals
from b24app.storage import settings as stored
from b24app.storage.models import Base
from tests.storage.setting import OTHER_MEMBER, install
from tests.support.events import event_form
from tests.support.stage import DEAL, MANAGER, PORTAL

CARD = EntityRef(2, 1)
MINUTE, HOUR = 60, 3600
FALSE = "c917d38f6bdb84e9d9e0bfe9d585be73"
FALSE_EVENTS = ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPPAYMENT", "ONAPPUNINSTALL", "ONAPPTEST")


class Life(RuleBasedStateMachine):
    """One portal's life. `count` numbers its installations; lines and settings carry the number.

    What came before `clean_up_to` was to be deleted, before `nameless_up_to` to lose its names.
    `insiders`: installations of which somebody claimed that they were uninstalled with their data,
    which means that of those before them, too. `updated`, `strangers`: installations that had an
    update, and of which a stranger reported the end.
    `claims`: what is marked if no other installation comes. `unproven`: whether the reports that
    nothing proved, since the last installation, asked for the data to go.
    """

    def __init__(self):
        super().__init__()
        self.stage = self.start()
        self.client = self.stage.adapter.clients[PORTAL]
        self.queue = []
        self.count = 0
        self.clean_up_to = 0
        self.nameless_up_to = 0
        self.insiders = set()
        self.updated = set()
        self.strangers = set()
        self.claims = []
        self.unproven = set()
        self._start_other()
        self._install()

    def _start_other(self):
        deps = self.stage.deps
        install(deps.db, deps.cipher, deps.clock(), OTHER_MEMBER)
        with deps.db.of_all().transaction() as session:
            portals.activate(session, OTHER_MEMBER, deps.clock())
            # Its tabs were bound with the titles of today.
            kind = rebinding.TITLES + deps.manifest.titles_mark
            cached_lists.save(session, OTHER_MEMBER, kind, {}, deps.clock())
            stored.save(session, OTHER_MEMBER, {"of": "other"}, updated_by=1, now=deps.clock())
            record = activity.Record(OTHER_MEMBER, deps.clock(), 7, "Ada", CARD, "pay", "done")
            activity.append(session, record)
        self.other = self._rows_of_other()

    def _rows_of_other(self):
        with self.stage.database.reading() as session:
            return [
                tuple(row)
                for table in Base.metadata.sorted_tables
                for row in session.execute(select(table))
                if any(OTHER_MEMBER in str(value) for value in row)
            ]

    @property
    def deps(self):
        return self.stage.deps

    @property
    def member_id(self):
        return self.stage.portal.member_id

    @property
    def is_installed(self):
        return self.stage.portal.installation is not None

    @property
    def is_silent(self):
        return PORTAL not in self.stage.adapter.clients

    def _install(self):
        self.count += 1
        self.claims.clear()
        self.unproven.clear()
        self.stage.install()
        self.stage.portal.events.pending.clear()
        self._live_on()

    def _live_on(self):
        """Leave a line in the activity log, and settings, as of the present installation."""
        now = self.deps.clock()
        with self.deps.db.of_all().transaction() as session:
            action = f"of {self.count}"
            record = activity.Record(self.member_id, now, 7, "Ada", CARD, action, "done")
            activity.append(session, record)
            stored.save(session, self.member_id, {"of": self.count}, updated_by=1, now=now)

    def start(self):
        """A stage with nothing installed."""
        raise NotImplementedError

    # What happens

    @precondition(lambda self: not self.is_installed and not self.is_silent)
    @rule()
    def install_again(self):
        self._install()

    @precondition(lambda self: self.is_installed and not self.is_silent)
    @rule()
    def run_the_installer_again(self):
        self.stage.portal.installation.is_finished = False
        self.stage.install()
        self.stage.portal.events.pending.clear()

    @precondition(lambda self: self.is_installed)
    @rule(clean=st.booleans())
    def uninstall(self, clean):
        form = event_form(self.stage, "ONAPPUNINSTALL", {"CLEAN": str(int(clean))})
        self.stage.portal.uninstall(clean)
        self.stage.portal.events.pending.clear()
        self.queue.append((form, self.count, clean))

    @precondition(lambda self: self.queue)
    @rule()
    def deliver(self):
        """The event comes, now or after another installation, but before a third."""
        form, generation, clean = self.queue.pop(0)
        is_proven = self._is_proven(form["auth[application_token]"])
        answer = self.stage.client.post("/events", data=form)
        if answer.status_code != 200:
            # Erased already, or reported too late.
            assert answer.status_code == 403
            return
        if generation < self.count - 1:
            return
        mark = "clean_up_to" if clean else "nameless_up_to"
        if is_proven:
            setattr(self, mark, max(getattr(self, mark), generation))
            return
        # An update's new token that nobody has confirmed yet: it counts unless another
        # installation comes before it was looked into, or has come already.
        self.unproven.add(clean)
        if generation == self.count:
            self.claims.append((mark, generation))
        if clean:
            self.insiders.add(generation)

    def _is_proven(self, token):
        deps = self.deps
        with deps.db.of_all().reading() as session:
            known = (
                portals.application_token(session, deps.cipher, self.member_id),
                installations.former_token(session, deps.cipher, self.member_id, deps.clock()),
            )
        return token in known

    @precondition(lambda self: self.queue)
    @rule()
    def lose_an_event(self):
        self.queue.pop(0)

    @precondition(lambda self: self.is_installed and not self.is_silent)
    @rule()
    def update(self):
        self.stage.portal.update_app()
        self.stage.deliver()
        self.updated.add(self.count)

    @rule(
        event=st.sampled_from(FALSE_EVENTS),
        token=st.sampled_from([FALSE, ""]),
        user_id=st.sampled_from([None, MANAGER]),
    )
    def forge_an_event(self, event, token, user_id):
        auth = {"application_token": token}
        if user_id is not None:
            auth["refresh_token"] = self.stage.portal.issue_tokens(user_id).refresh_token
        form = event_form(self.stage, event, {"CLEAN": "1"}, **auth)
        self.stage.client.post("/events", data=form)

    @rule()
    def a_stranger_reports_the_end(self):
        """With a token that is awaited, since an update of theirs is not looked into yet."""
        auth = {"application_token": FALSE, "refresh_token": FALSE}
        for event in ("ONAPPUPDATE", "ONAPPUNINSTALL"):
            form = event_form(self.stage, event, {"CLEAN": "1"}, **auth)
            self.stage.client.post("/events", data=form)
        self.strangers.add(self.count)

    @precondition(lambda self: self.is_installed and not self.queue)
    @rule(clean=st.booleans())
    def an_insider_reports_the_end(self, clean):
        """With the right token, while the app is there."""
        form = event_form(self.stage, "ONAPPUNINSTALL", {"CLEAN": str(int(clean))})
        is_proven = self._is_proven(form["auth[application_token]"])
        if not is_proven:
            self.unproven.add(clean)
        assert self.stage.client.post("/events", data=form).status_code in {200, 403}
        if clean:
            # Should the app be uninstalled before this is contradicted, it counts as well.
            self.insiders.add(self.count)
        if is_proven and self._expects_a_late_report():
            # It counts as the one about the installation before, which nobody can tell apart.
            mark = "clean_up_to" if clean else "nameless_up_to"
            setattr(self, mark, max(getattr(self, mark), self.count - 1))

    def _expects_a_late_report(self):
        with self.deps.db.of_all().reading() as session:
            portal = portals.find(session, self.member_id)
        return portal is not None and portal.former_until is not None

    @rule()
    def fall_silent_or_answer_again(self):
        if self.is_silent:
            self.stage.adapter.clients[PORTAL] = self.client
        else:
            del self.stage.adapter.clients[PORTAL]

    @rule(seconds=st.sampled_from([1, MINUTE, 15 * MINUTE, HOUR, 24 * HOUR]))
    def pass_the_time(self, seconds):
        """Not for so long that silence alone erases: that is another test's."""
        if self.is_silent:
            seconds = min(seconds, 15 * MINUTE)
        self.stage.advance(seconds)

    @rule()
    def work(self):
        self.stage.work_off()
        self.stage.ring()

    @precondition(lambda self: self.is_installed and not self.is_silent)
    @rule()
    def open_a_tab(self):
        """Whatever was reported, whoever opens the app of a living portal gets in."""
        fields = self.stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
        if self._portal() is None:
            return
        assert self.stage.frame("/placement", fields).status_code == 200
        assert self._portal().state in {"active", "installing"}

    def _portal(self):
        with self.deps.db.of_all().reading() as session:
            return portals.find(session, self.member_id)

    # What is always true

    @invariant()
    def a_living_installation_is_never_erased(self):
        if self.is_installed:
            assert self._portal() is not None
            assert f"of {self.count}" in [line.action for line in self._lines()]

    @invariant()
    def another_portal_is_untouched(self):
        assert self._rows_of_other() == self.other

    def _lines(self):
        with self.deps.db.of_all().reading() as session:
            return activity.page(session, self.member_id)

    def teardown(self):
        """Let everything come to rest, and see what is left."""
        try:
            self.stage.adapter.clients[PORTAL] = self.client
            while self.queue:
                self.deliver()
            for seconds in (1, 10, MINUTE, 10 * MINUTE, HOUR, 24 * HOUR, 48 * HOUR):
                self.stage.advance(seconds)
                self.stage.run_housekeeping()
            for mark, generation in self.claims:
                # Of reports that say different things, nothing tells which one is a stranger's.
                counts = "nameless_up_to" if False in self.unproven else mark
                setattr(self, counts, max(getattr(self, counts), generation))
            self._check_what_is_left()
        finally:
            self.stage.close()

    def _check_what_is_left(self):
        self.a_living_installation_is_never_erased()
        self.another_portal_is_untouched()
        # The report of the end may be of an update's token that nobody has confirmed, and then it
        # is no better proven than a stranger's, whose word may be the only one that is left.
        doubtful = self.insiders | (self.strangers & self.updated)
        lines = {line.action: line.user_name for line in self._lines()}
        for number in range(1, self.count + 1):
            if number <= self.clean_up_to:
                assert f"of {number}" not in lines
            elif number <= self.nameless_up_to and number > max(doubtful, default=0):
                assert lines.get(f"of {number}") == ""
        with self.deps.db.of_all().reading() as session:
            kept = stored.load(session, self.member_id)
            if self.clean_up_to >= self.count:
                assert kept == {}
            elif self.is_installed:
                assert kept == {"of": self.count}
                assert portals.find(session, self.member_id).state == "active"
                assert not jobs.is_waiting(session, "uninstall_probe", self.member_id)
            elif self.nameless_up_to >= self.count:
                assert kept == {"of": self.count} or self.count in self.insiders
                assert portals.find(session, self.member_id) is None
