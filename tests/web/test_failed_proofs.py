"""Failed proofs are limited, not traffic: a whole company shares one address (decisions 29)."""

from tests.stage import MANAGER

A_MINUTE = 300


def fail(stage, times):
    headers = {"Authorization": "Bearer forged.session.token"}
    return [stage.client.get("/payments", headers=headers).status_code for _ in range(times)]


class TestAnAddressThatFailedTooOften:
    def test_is_refused_from_the_next_proof_on(self, stage):
        assert fail(stage, A_MINUTE) == [401] * A_MINUTE

        stage.portal.install_app()
        assert fail(stage, 1) == [429]
        assert stage.frame("/install", stage.post_fields(MANAGER)).status_code == 429

    def test_keeps_no_colleague_from_working_who_was_proven_before(self, stage):
        stage.install()
        tab = stage.tab(MANAGER)
        fail(stage, A_MINUTE + 1)

        assert tab.show().status_code == 200

    def test_is_no_reason_to_call_us_unhealthy(self, stage):
        fail(stage, A_MINUTE + 1)

        answers = [stage.client.get(path).status_code for path in ("/healthz", "/readyz")]
        assert answers == [200, 200]

    def test_may_try_again_a_minute_later(self, stage):
        fail(stage, A_MINUTE + 1)
        stage.advance(61)

        assert fail(stage, 1) == [401]
