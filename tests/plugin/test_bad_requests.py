"""Requests that no page of ours sends, on both loaders."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from plugin.serving import PLUGIN, Host, refusal
from plugin.writing_records import summary

from tb_actviz.writing.event_file import EventFile

TAG = "conv/activations"
RUN = "requests/train"
PLACE = f"run={RUN}&tag={TAG}"
NO_RUN = "Expected the argument 'run', which is missing or empty."
NO_TAG = "Expected the argument 'tag', which is missing or empty."
NO_STEP = "Expected the argument 'step', which is missing or empty."
NO_INPUT = "Expected the argument 'input', which is missing or empty."


@pytest.fixture(scope="module")
def hosts(shared_log_dir: Path, shared_hosts: dict[str, Host]) -> dict[str, Host]:
    with EventFile(shared_log_dir / RUN) as file:
        for step in (0, 5):
            file.add(summary("conv", step, step, 2), step)
    for one in shared_hosts.values():
        one.wait_for(RUN, TAG, 5)
    return shared_hosts


def refused(host: Host, route: str) -> tuple[int, str]:
    return refusal(host.raw(route))


@pytest.mark.parametrize(
    "name",
    [
        *("../plugin.py", "%2e%2e/plugin.py", "..%2fplugin.py", "....//plugin.py"),
        *(
            "/etc/passwd",
            "/../../../etc/passwd",
            "index.mjs",
            "INDEX.JS",
            "",
            "x%00.css",
        ),
    ],
)
def test_no_file_is_served_but_those_of_the_tab(host: Host, name: str) -> None:
    assert refused(host, f"static/{name}") == (404, "Not found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    "route", ["runs", "steps", "record", "values", "health", "curve", "scalar"]
)
def test_nothing_can_be_changed(host: Host, route: str, method: str) -> None:
    answer = host.raw(f"{route}?{PLACE}&step=0&input=0", method)
    assert refusal(answer) == (405, f"Received {method}; expected GET or HEAD.")
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        ("steps", NO_RUN),
        ("steps?tag=a", NO_RUN),
        ("steps?run=&tag=a", NO_RUN),
        ("steps?run=a", NO_TAG),
        ("steps?run=a&tag=", NO_TAG),
        ("record", NO_RUN),
        (f"record?{PLACE}", NO_STEP),
        (f"record?{PLACE}&step=", NO_STEP),
        (f"record?run={RUN}&step=0", NO_TAG),
        (f"values?{PLACE}&step=0", NO_INPUT),
        (f"values?{PLACE}&step=0&input=", NO_INPUT),
        (f"values?{PLACE}&input=0", NO_STEP),
        (f"values?{PLACE}&step=&step=0&input=0", NO_STEP),
        ("health", NO_RUN),
        (f"health?run=&run={RUN}", NO_RUN),
        ("scalar", NO_RUN),
        (
            f"scalar?run={RUN}&name=",
            "Expected the argument 'name', which is missing or empty.",
        ),
        ("curve", NO_RUN),
        (f"curve?run={RUN}&input=0", NO_TAG),
        (f"curve?{PLACE}", NO_INPUT),
        (f"curve?{PLACE}&input=", NO_INPUT),
    ],
)
def test_an_argument_that_lacks_is_named(host: Host, route: str, reason: str) -> None:
    assert refused(host, route) == (400, reason)


def test_of_an_argument_that_comes_twice_the_first_one_counts(host: Host) -> None:
    step = host.raw(f"record?{PLACE}&step=5&step=0&run=other&tag=other").json()
    assert step["step"] == 5
    assert host.raw(f"health?run={RUN}&run=other").json()["run"] == RUN
    curve = host.raw(f"curve?{PLACE}&input=1&input=0&statistic=mean&statistic=x")
    assert (curve.json()["input"], [*curve.json()["statistics"]]) == (1, ["mean"])


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1e3",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1_0",
        "NaN",
        "0x1",
        "1.0",
        "\uff11",
        "\u0663",
    ],
)
@pytest.mark.parametrize(("argument", "highest"), [("step", 2**63 - 1), ("input", 255)])
def test_a_number_is_an_integer_in_ascii_digits(
    host: Host, argument: str, highest: int, text: str
) -> None:
    other = "input=0" if argument == "step" else "step=0"
    expected = (
        400,
        f"Received {argument}={text!r}; expected an integer from 0 to {highest}.",
    )
    assert refused(host, f"values?{PLACE}&{other}&{argument}={quote(text)}") == expected
    if argument == "input":
        assert refused(host, f"curve?{PLACE}&input={quote(text)}") == expected


@pytest.mark.parametrize("step", [2**63, 10**18 * 10, 10**4000])
def test_a_step_fits_into_64_bits(host: Host, step: int) -> None:
    status, text = refused(host, f"record?{PLACE}&step={step}")
    assert status == 400
    assert text.endswith("; expected an integer from 0 to 9223372036854775807.")


@pytest.mark.parametrize("step", [1, 4, 6, 2**53 + 1, 2**63 - 1])
def test_a_step_that_was_not_logged_is_missing(host: Host, step: int) -> None:
    for route in (f"record?{PLACE}&step={step}", f"values?{PLACE}&step={step}&input=0"):
        assert refused(host, route) == (
            404,
            f"Step {step} of tag '{TAG}' in run '{RUN}' has no record, or it is no "
            "longer available.",
        )


@pytest.mark.parametrize("text", ["-1", "[0]", "x", "256", "99999999999999999999"])
def test_an_input_that_no_record_has_is_malformed(host: Host, text: str) -> None:
    assert refused(host, f"values?{PLACE}&step=0&input={quote(text)}") == (
        400,
        f"Received input={text!r}; expected an integer from 0 to 255.",
    )


@pytest.mark.parametrize("number", [2, 99, 255])
def test_an_input_that_this_record_does_not_have_is_malformed(
    host: Host, number: int
) -> None:
    assert refused(host, f"values?{PLACE}&step=0&input={number}") == (
        400,
        f"Received input={number}; expected 0 to 1, which the record has.",
    )


@pytest.mark.parametrize(
    "text", ["", "Mean", "mean,maximum", "mean ", "nan_count", "x" * 5000, "\r\n"]
)
def test_a_statistic_is_one_of_those_that_there_are(host: Host, text: str) -> None:
    assert refused(host, f"curve?{PLACE}&input=0&statistic={quote(text)}") == (
        400,
        f"Received statistic={text!r:.80}; expected one of minimum, maximum, mean, "
        "zero_share.",
    )


@pytest.mark.parametrize(
    "text", ["", "nan", "inf", "-inf", "1e999", "now", "1_0", "\uff11", "1" * 5000]
)
def test_a_wall_time_is_a_finite_number(host: Host, text: str) -> None:
    status, found = refused(host, f"record?{PLACE}&step=0&wall_time={quote(text)}")
    assert (status, found.partition("; ")[2]) == (400, "expected a number.")


@pytest.mark.parametrize("text", ["0", "1.5e9", "1e300", "-5", "-0.0"])
def test_a_wall_time_of_another_record_is_missing(host: Host, text: str) -> None:
    assert refused(host, f"record?{PLACE}&step=0&wall_time={text}") == (
        404,
        f"Step 0 of tag '{TAG}' in run '{RUN}' has no record of that wall time, or it "
        "is no longer available.",
    )


HOSTILE = {
    "unknown": "other",
    "parent": "../../etc",
    "absolute": "/etc/passwd",
    "NUL": "\x00",
    "new line": "a\r\nSet-Cookie: a=b",
    "right to left": "\u202eabc\u200f",
    "markup": "<img src=x onerror=alert(1)>",
    "long": "x" * 20_000,
    "emoji": "😀" * 100,
    "format": "{0} %s %n",
    "quote": "'\"",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("route", ["steps", "record", "values", "curve"])
def test_a_hostile_name_is_told_escaped_and_shortened(
    host: Host, route: str, name: str
) -> None:
    numbers = "&step=0&input=0"
    for query in (f"run={quote(name)}&tag=a", f"run={RUN}&tag={quote(name)}"):
        status, text = refused(host, f"{route}?{query}{numbers}")
        shown = f"{name!r:.80}"
        assert status == 404
        assert text in (
            f"There is no tag 'a' in a run {shown}.",
            f"There is no tag {shown} in a run '{RUN}'.",
        )


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_of_a_run_has_no_layers(host: Host, name: str) -> None:
    expected = 404, f"There is no run {name!r:.80} with activations."
    assert refused(host, f"health?run={quote(name)}") == expected
    assert refused(host, f"scalar?run={quote(name)}") == expected


@pytest.mark.parametrize("escaped", ["%ED%A0%80", "%FF", "%C0%AF", "%", "%zz"])
def test_what_is_no_text_is_no_name(host: Host, escaped: str) -> None:
    status, text = refused(host, f"steps?run={escaped}&tag=a")
    assert status == 404
    assert text.startswith("There is no tag 'a' in a run ")
    status, text = refused(host, f"health?run={escaped}")
    assert status == 404
    assert text.startswith("There is no run ")


@pytest.mark.parametrize("route", ["steps", "record", "values", "curve"])
def test_bytes_that_are_not_percent_encoded_are_no_name(host: Host, route: str) -> None:
    address = urlsplit(host.url)
    request = f"GET /{PLUGIN}/{route}?run=caf\xe9&tag=a&step=0&input=0 HTTP/1.0\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), 20) as client:
        client.sendall(request.encode("latin-1"))
        reply = b"".join(iter(lambda: client.recv(1 << 16), b""))
    head, _, body = reply.decode().partition("\r\n\r\n")
    assert head.split("\r\n")[0].split()[1:] == ["404", "NOT", "FOUND"]
    assert body.startswith("There is no tag 'a' in a run 'caf")


def test_a_key_of_the_storage_is_of_no_use(host: Host) -> None:
    query = "blob_key=WyIiLCJzY2FsYXJzIiwidHJhaW4iLCJsb3NzIiwwLDBd"
    assert refused(host, f"values?{query}") == (400, NO_RUN)
    assert refused(host, f"record?{query}") == (400, NO_RUN)


def test_an_address_of_any_length_is_answered(host: Host) -> None:
    assert host.raw(f"steps?run={'x' * 100_000}&tag=a").status in (404, 414)
    assert host.get("runs").status == 200


def test_arguments_that_mean_nothing_are_ignored(host: Host) -> None:
    many = "&".join(f"a{number}=1" for number in range(2000))
    assert host.raw(f"record?{PLACE}&step=0&{many}").json()["step"] == 0
