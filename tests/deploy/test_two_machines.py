"""deploy/nginx.conf before two machines of the app, of which one is gone or broken."""

from __future__ import annotations

import re

import pytest

from tests.support.upstreams import Upstream, answer
from tools.attack import proxy
from tools.stage import StageError


@pytest.mark.parametrize("is_gone", [True, False])
def test_another_machine_gets_what_one_did_not_and_no_write_is_sent_twice(
    tmp_path, monkeypatch, is_gone
):
    well, broken = Upstream(200), Upstream(0)
    bad = proxy.free_port() if is_gone else broken.port
    shipped = proxy._site

    def of_two(folder, port, app_port):
        both = " ".join(f"server 127.0.0.1:{one} max_fails=0;" for one in (bad, well.port))
        return re.sub(r"server 127\.0\.0\.1:.*;", both, shipped(folder, port, app_port))

    monkeypatch.setattr(proxy, "_site", of_two)
    port = proxy.free_port()
    try:
        with proxy.nginx(tmp_path / "nginx", port, 1):
            status = {
                (method, number): answer(port, method, number).status_code
                for method in ("GET", "POST", "DELETE")
                for number in range(6)
            }
    except StageError as error:
        pytest.skip(str(error))
    finally:
        well.stop()
        broken.stop()

    assert all((one in well.came) == (found == 200) for one, found in status.items())
    served = {method for method, _ in status if all(status[method, one] == 200 for one in range(6))}
    assert served == ({"GET", "POST"} if is_gone else {"GET"})
    came = well.came + broken.came
    assert all(came.count(one) == 1 for one in came if one[0] != "GET")


def test_one_answer_that_takes_too_long_does_not_take_the_last_machine_out(tmp_path, monkeypatch):
    well, gone = Upstream(200, slow=99), proxy.free_port()
    shipped = proxy._site

    def of_two(folder, port, app_port):
        text = shipped(folder, port, app_port)
        text = text.replace("proxy_read_timeout 30s", "proxy_read_timeout 1s")
        (line,) = re.findall(r"server 127\.0\.0\.1:.*;", text)
        both = " ".join(line.replace(f":{app_port}", f":{one}") for one in (gone, well.port))
        return text.replace(line, both)

    monkeypatch.setattr(proxy, "_site", of_two)
    port = proxy.free_port()
    try:
        with proxy.nginx(tmp_path / "nginx", port, 1):
            before = [answer(port, "GET", number).status_code for number in range(8)]
            late = answer(port, "POST", 99).status_code
            after = [answer(port, "GET", number).status_code for number in range(8, 16)]
    except StageError as error:
        pytest.skip(str(error))
    finally:
        well.stop()

    assert before == [200] * 8
    assert late == 504
    assert after == [200] * 8
