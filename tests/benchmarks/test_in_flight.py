"""What is in flight is counted by time, from the first answer to the last."""

import http.client
import http.server
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from benchmarks.delayed import delayed
from benchmarks.in_flight import InFlight


def test_the_median_is_over_time_and_not_over_changes() -> None:
    """Two requests for three seconds outweigh one for a second."""
    requests = InFlight()
    requests.asked(0.0)
    requests.asked(0.0)
    requests.asked(0.0)
    requests.answered(10.0)  # the first answer; what came before does not count
    requests.answered(13.0)
    requests.answered(14.0)
    assert requests.median() == 2


def test_what_comes_after_the_last_answer_does_not_count() -> None:
    """A run that judges its last answers for long is not one that kept nothing in flight."""
    requests = InFlight()
    requests.asked(0.0)
    requests.asked(0.0)
    requests.answered(1.0)
    requests.answered(2.0)
    requests.asked(102.0)
    requests.lost(103.0)
    assert requests.median() == 1


def test_nothing_is_in_flight_without_answers() -> None:
    """Before the first answer there is nothing to count."""
    requests = InFlight()
    requests.asked(0.0)
    requests.lost(5.0)
    assert requests.median() == 0


class _Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def origin() -> Iterator[str]:
    """A server that answers every GET at once."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_delaying_proxy_counts_and_begins_anew(origin: str) -> None:
    """One client that asks again as soon as it is answered keeps one request in flight."""
    with delayed(origin, 40) as proxy:
        connection = http.client.HTTPConnection(urlsplit(proxy.origin).netloc, timeout=30)
        for _ in range(6):
            connection.request("GET", "/")
            connection.getresponse().read()
        connection.close()
        assert proxy.in_flight() == 1
        assert proxy.in_flight() == 0
