"""Where TensorBoard may be found by a browser, on both loaders."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from plugin.serving import PLUGIN, Host, ask, serving, serving_both
from plugin.writing_records import summary

from tb_actviz.writing.event_file import EventFile

pytestmark = pytest.mark.slow

TAG = "conv/activations"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    log_dir = tmp_path_factory.mktemp("places") / "runs"
    for run in ("a", "b/c", "."):
        with EventFile(log_dir / run) as file:
            file.add(summary("conv", 0), 0)
    return log_dir


@pytest.fixture(scope="module")
def hosts(logs: Path) -> Iterator[dict[str, Host]]:
    with serving_both(logs) as running:
        for one in running.values():
            for run in ("a", "b/c", "."):
                one.wait_for(run, TAG, 0)
        yield running


@contextmanager
def stripping_proxy(target: str, prefix: str) -> Iterator[str]:
    """A server that hands on what is below a prefix, without it."""
    address = target.removeprefix("http://").rstrip("/")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path.startswith(prefix)
            connection = http.client.HTTPConnection(address, timeout=20)
            connection.request("GET", self.path[len(prefix) - 1 :])
            reply = connection.getresponse()
            body = reply.read()
            self.send_response(reply.status)
            for name in ("Content-Type", "Content-Length", "Cache-Control"):
                self.send_header(name, reply.headers[name])
            self.end_headers()
            self.wfile.write(body)
            connection.close()

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        server.server_close()


def routes() -> list[str]:
    return [
        "runs",
        *(
            f"{route}?run={run}&tag={TAG}&step=0&input=0"
            for route in ("steps", "record", "values", "health", "curve")
            for run in ("a", "b%2Fc", ".")
        ),
    ]


def assert_same(root: str, host: Host) -> None:
    """All routes below a root answer as they do at the server's own."""
    for route in routes():
        here, there = ask(f"{root}{PLUGIN}/{route}"), host.raw(route)
        assert (here.status, here.body) == (200, there.body)
        assert here.headers["Content-Type"] == there.headers["Content-Type"]


def test_every_run_is_found_also_the_folder_itself(host: Host) -> None:
    assert set(host.tags()) == {("a", TAG), ("b/c", TAG), (".", TAG)}


def test_an_experiment_is_part_of_the_address(host: Host) -> None:
    assert_same(f"{host.url}experiment/any-id/", host)


def test_a_proxy_may_strip_its_prefix(host: Host) -> None:
    with stripping_proxy(host.url, "/user/me/proxy/6006/") as root:
        assert_same(root, host)


def test_a_prefix_may_be_tensorboards_own(loader: str, logs: Path, host: Host) -> None:
    with serving(logs, loader, "--path_prefix", "/a/b") as other:
        other.url = f"{other.url.removesuffix('/').removesuffix('/a/b')}/a/b/"
        other.wait_for("b/c", TAG, 0)
        assert_same(other.url, host)
        assert_same(f"{other.url}experiment/x/", host)
        assert ask(f"{other.url.removesuffix('a/b/')}{PLUGIN}/runs").status == 404
