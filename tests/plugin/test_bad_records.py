"""Event files that hold anything but records, on both loaders.

All lie in one run, beside a good record, and all others go on.
"""

from __future__ import annotations

import copy
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from plugin.serving import SECONDS, Host, refusal, serving, serving_both
from plugin.writing_records import metadata, parts, strings, summary
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.types_pb2 import DT_FLOAT, DT_RESOURCE

from tb_actviz.records.header import MAX_HEADER_BYTES
from tb_actviz.writing.event_file import EventFile

pytestmark = pytest.mark.slow

HEADER, VALUES = parts()
EMPTY = "The record is empty."
ALONE = "The record is a header without values."
TOO_LONG = (
    "There is a record that claims to have more parts than a header and the values of "
    "256 inputs, which is the most that can be read."
)
SEVENTEEN = "The record has 17 parts, expected a header and the values of 1 inputs."
NO_STRINGS = "The record is not a list of strings"
#: How much more memory all of this may take, in bytes.
MEMORY = 100e6


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The header of the good record with something else in it."""
    fields = copy.deepcopy(json.loads(HEADER))
    change(fields)
    return json.dumps(fields).encode()


def with_packed(**fields: Any) -> bytes:
    return changed(lambda header: header["inputs"][0]["packed"].update(fields))


def with_input(**fields: Any) -> bytes:
    return changed(lambda header: header["inputs"][0].update(fields))


#: Fields of values of one channel as codes of one byte.
CODES: dict[str, Any] = {
    **{"precision": "uint8", "levels": 255},
    **{"low": [0.0], "high": [255.0]},
}
ZEROS = with_packed(**CODES, shape=[1 << 14, 1 << 14, 1])


MORE_KEYS = changed(
    lambda header: header.update(__proto__={"a": [1]}, more="\ud800", far=10**400)
)


def without(*path: Any) -> bytes:
    def remove(header: Any) -> None:
        for key in path[:-1]:
            header = header[key]
        del header[path[-1]]

    return changed(remove)


def twice(key: str) -> bytes:
    return HEADER.replace(f'"{key}":'.encode(), f'"{key}":1,"{key}":'.encode())


#: Name to a header, and why it cannot be read.
HEADERS: dict[str, tuple[bytes, str]] = {
    "empty": (
        b"",
        "The header is not JSON: Expecting value: line 1 column 1 (char 0).",
    ),
    "not UTF-8": (b'{"a":"\xff"}', "The header is not UTF-8."),
    "UTF-16": (HEADER.decode().encode("utf-16"), "The header is not UTF-8."),
    "not JSON": (
        HEADER[:-1],
        f"The header is not JSON: Expecting ',' delimiter: line 1 column "
        f"{len(HEADER)} (char {len(HEADER) - 1}).",
    ),
    "a list": (b"[]", "The header is a list, expected an object."),
    "a number": (b"3", "The header is the number 3, expected an object."),
    "null": (b"null", "The header is null, expected an object."),
    "deep lists": (b"[" * 100_000, "The header is nested too deeply."),
    "deep objects": (b'{"a":' * 100_000, "The header is nested too deeply."),
    "NaN": (b'{"a":NaN}', "The header is not JSON: it has the number NaN."),
    "Infinity": (
        b'{"a":-Infinity}',
        "The header is not JSON: it has the number -Infinity.",
    ),
    "1e999": (
        with_input(minimum=[0, 1]).replace(b'"minimum": [0', b'"minimum": [1e999'),
        "inputs[0].minimum[0] is the number inf, expected a list of numbers.",
    ),
    "newer": (
        changed(lambda header: header.update(schema=2)),
        "The record is of schema 2, newer than 1: update tb_actviz to read it.",
    ),
    "much newer": (
        b'{"schema":9223372036854775807}',
        "The record is of schema 9223372036854775807, newer than 1: update tb_actviz "
        "to read it.",
    ),
    "schema 0": (
        changed(lambda header: header.update(schema=0)),
        "schema is the number 0, expected an integer from 1.",
    ),
    "schema true": (
        changed(lambda header: header.update(schema=True)),
        "schema is true, expected an integer from 1.",
    ),
    "no schema": (without("schema"), "schema is missing."),
    "no layer": (without("layer"), "layer is missing."),
    "no path": (without("layer", "path"), "layer.path is missing."),
    "no inputs": (without("inputs"), "inputs is missing."),
    "no packed": (without("inputs", 0, "packed"), "inputs[0].packed is missing."),
    "zero inputs": (
        changed(lambda header: header.update(inputs=[])),
        "A record holds 1 to 256 inputs, not 0.",
    ),
    "other inputs": (
        changed(lambda header: header.update(inputs=header["inputs"] * 3)),
        "The record has 2 parts, expected a header and the values of 3 inputs.",
    ),
    "a key twice": (twice("step"), "The header has the key 'step' twice."),
    "an input's key twice": (twice("low"), "The header has the key 'low' twice."),
    "too long": (
        HEADER[:-1] + b" " * (MAX_HEADER_BYTES - len(HEADER) + 1) + b"}",
        "The header takes 4194305 bytes, at most 4194304 can be read.",
    ),
    "no such precision": (
        with_packed(precision=">f2"),
        "inputs[0]: There is no precision '>f2'.",
    ),
    "float64": (
        with_packed(precision="float64"),
        "inputs[0]: There is no precision 'float64'.",
    ),
    "a size of zero": (
        with_packed(shape=[3, 0, 2]),
        "inputs[0]: Values cannot have the shape (3, 0, 2).",
    ),
    "a negative size": (
        with_packed(shape=[3, -4, 2]),
        "inputs[0].packed.shape[1] is the number -4, expected a list of integers.",
    ),
    "a large size": (
        with_packed(shape=[10**9, 10**9, 2]),
        "inputs[0]: The shape (1000000000, 1000000000, 2) has more than 268435456 "
        "values.",
    ),
    "a huge size": (
        with_packed(shape=[10**19, 1, 1]),
        "inputs[0].packed.shape[0] is a huge integer, expected a list of integers.",
    ),
    "two sizes": (
        with_packed(shape=[3, 4]),
        "inputs[0].packed.shape has 2 entries, expected 3.",
    ),
    "statistics of other channels": (
        with_input(minimum=[1, 2, 3]),
        "inputs[0].minimum has 3 entries, expected 2 at most.",
    ),
    "no ranges": (
        with_packed(precision="uint8", levels=255),
        "inputs[0]: uint8 values need the range of each channel.",
    ),
}

#: Name to a header that can be read, values, and why these cannot be.
STREAMS: dict[str, tuple[bytes, bytes, tuple[int, str]]] = {
    "too many": (
        HEADER,
        zlib.compress(bytes(97)),
        (422, "The values inflate to more than the 96 bytes that their shape takes."),
    ),
    "too few": (
        HEADER,
        zlib.compress(bytes(95)),
        (422, "The values inflate to 95 bytes; their shape takes 96."),
    ),
    "another shape": (
        with_packed(shape=[3, 5, 2]),
        VALUES,
        (422, "The values inflate to 96 bytes; their shape takes 120."),
    ),
    "a large shape": (
        with_packed(shape=[1 << 13, 1 << 13, 1]),
        VALUES,
        (422, "The values inflate to 96 bytes; their shape takes 268435456."),
    ),
    "more than is sent": (
        with_packed(shape=[1 << 14, 1 << 14, 1]),
        zlib.compress(bytes(1 << 20)),
        (
            413,
            "The values take 1073741824 bytes inflated, at most 268435456 are sent. "
            "Log smaller inputs, or with a lower precision.",
        ),
    ),
    "cut off": (HEADER, VALUES[:-1], (422, "The values are cut off.")),
    "nothing": (HEADER, b"", (422, "The values are cut off.")),
    "followed": (HEADER, VALUES + b"x", (422, "1 bytes follow the values.")),
    "followed by much": (
        HEADER,
        VALUES + bytes(10**6),
        (422, "1000000 bytes follow the values."),
    ),
    "damaged": (
        HEADER,
        VALUES[:-4] + b"\0\0\0\0",
        (
            422,
            "The values cannot be inflated: Error -3 while decompressing data: "
            "incorrect data check.",
        ),
    ),
    "empty blocks": (
        HEADER,
        b"\x78\x9c" + b"\0\0\0\xff\xff" * (1 << 18),
        (422, "The values are cut off."),
    ),
}


def zeros(megabytes: int) -> bytes:
    """A stream of so many zeros, which are not held all at once."""
    compressor, block = zlib.compressobj(1), bytes(1 << 20)
    pieces = [compressor.compress(block) for _ in range(megabytes)]
    return b"".join(pieces) + compressor.flush()


#: Values of the largest size that is sent.
LARGEST = zeros(256)


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims a size."""
    size = struct.pack(">II", width, height)
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\x08\x06\0\0\0" + bytes(100)


#: What is no stream of zlib at all.
FOREIGN = {
    "a PNG": png(1, 1),
    "a large PNG": png(20_000, 20_000),
    "a huge PNG": png(2**31 - 1, 2**31 - 1),
    "an empty PNG": png(0, 0),
    "a GIF": b"GIF89a\x01\0\x01\0\x80\0\0" + bytes(50),
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "HTML": b"<!DOCTYPE html><script>alert(1)</script>",
    "JavaScript": b"alert(1)//",
    "raw deflate": zlib.compress(bytes(96))[2:-4],
}


@dataclass(frozen=True)
class Oddity:
    """A tensor that is not a list of strings, and what comes of it on each loader.

    Args:
        summary: What is written.
        listed: What `runs` says; "" where nothing is wrong by then, None where the
            tag is not listed.
        refused: What `record` says; None where it can be read.
    """

    summary: Summary
    listed: tuple[str | None, str | None]
    refused: tuple[tuple[int, str] | None, tuple[int, str] | None]


def oddity(
    found: Summary, rust: tuple[str | None, str], python: tuple[str | None, str]
) -> Oddity:
    """An oddity: what `runs` says, and what `record` says, of each loader."""
    (listed, text), (listed_too, text_too) = rust, python
    return Oddity(
        found,
        (listed, listed_too),
        ((404 if listed is None else 422, text), (422, text_too)),
    )


def missing(tag: str) -> tuple[None, str]:
    return None, f"There is no tag {tag!r} in a run 'bad'."


ODDITIES: dict[str, Oddity] = {
    "none": oddity(strings("none", []), (EMPTY, EMPTY), (EMPTY, EMPTY)),
    "one": oddity(strings("one", [HEADER]), (ALONE, ALONE), (ALONE, ALONE)),
    "seventeen": oddity(
        strings("seventeen", [HEADER] + [VALUES] * 16),
        *[("", SEVENTEEN)] * 2,
    ),
    "258": oddity(
        strings("258", [HEADER] + [VALUES] * 257), *[(TOO_LONG, TOO_LONG)] * 2
    ),
    "a billion": Oddity(
        strings("a billion", [HEADER, VALUES], [10**9]),
        ("", TOO_LONG),
        (None, (422, TOO_LONG)),
    ),
    "three": Oddity(
        strings("three", [HEADER, VALUES], [3]),
        ("", ""),
        (
            None,
            (422, f"{NO_STRINGS}: cannot reshape array of size 2 into shape (3,)."),
        ),
    ),
    "negative": Oddity(
        strings("negative", [HEADER, VALUES], [-1]), ("", EMPTY), (None, (422, EMPTY))
    ),
    "negative twice": oddity(
        strings("negative twice", [HEADER, VALUES], [-(10**9), -(10**9)]),
        missing("negative twice"),
        (TOO_LONG, TOO_LONG),
    ),
    "digits": oddity(
        strings("digits", [HEADER, VALUES], [2**62] * 600),
        missing("digits"),
        (TOO_LONG, TOO_LONG),
    ),
    "no axis": oddity(
        strings("no axis", [HEADER], []), missing("no axis"), (ALONE, ALONE)
    ),
    "a row": oddity(
        strings("a row", [HEADER, VALUES], [1, 2]),
        missing("a row"),
        ("", f"{NO_STRINGS}, but of ndarray."),
    ),
    "floats": oddity(
        strings("floats", [], [2], dtype=DT_FLOAT, float_val=[1.0, 2.0]),
        missing("floats"),
        ("", f"{NO_STRINGS}, but of float32."),
    ),
    "a type unknown": oddity(
        strings("a type unknown", [HEADER, VALUES], dtype=99),
        missing("a type unknown"),
        ("", f"{NO_STRINGS}: Cannot convert value 99 to a TensorFlow DType."),
    ),
    "a resource": oddity(
        strings("a resource", [], [2], dtype=DT_RESOURCE),
        missing("a resource"),
        ("", f"{NO_STRINGS}."),
    ),
    "content": oddity(
        strings("content", [], [2], tensor_content=bytes(16)),
        (EMPTY, EMPTY),
        ("", f"{NO_STRINGS}: cannot create an OBJECT array from memory buffer."),
    ),
}


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Host]]:
    log_dir = tmp_path_factory.mktemp("records") / "runs"
    with EventFile(log_dir / "good") as file:
        file.add(summary("conv", 0), 0)
    with EventFile(log_dir / "bad") as file:
        for name, (header, _) in HEADERS.items():
            file.add(strings(f"header: {name}", [header, VALUES]), 0)
        for name, (header, data, _) in STREAMS.items():
            file.add(strings(f"values: {name}", [header, data]), 0)
        for name, data in FOREIGN.items():
            file.add(strings(f"foreign: {name}", [HEADER, data]), 0)
        for odd in ODDITIES.values():
            file.add(odd.summary, 0)
        file.add(strings("mixed", parts(step=0)), 0)
        file.add(strings("mixed", [b"{", VALUES]), 1)
        file.add(strings("mixed", []), 2)
        file.add(strings("mixed", parts(step=3)), 3)
        for name, header in {"zeros": ZEROS, "bomb": HEADER}.items():
            file.add(strings(name, [header, LARGEST]), 0)
        shape = [1, len(FOREIGN["HTML"]), 1]
        page = with_packed(**CODES, shape=shape), zlib.compress(FOREIGN["HTML"])
        file.add(strings("page", page), 0)
        file.add(strings("keys", [MORE_KEYS, VALUES]), 0)
        file.add(summary("conv", 0), 0)
    with serving_both(log_dir) as running:
        for one in running.values():
            one.wait_for("bad", "conv/activations", 0)
            one.forget_peak()
        before = {loader: one.peak() for loader, one in running.items()}
        yield running
        for loader, one in running.items():
            assert one.get("runs").status == 200
            print(f"{loader}: {(one.peak() - before[loader]) / 1e6:.0f} MB more")
            assert one.peak() - before[loader] < MEMORY


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_cannot_be_read_says_why(host: Host, name: str) -> None:
    place: dict[str, Any] = {"run": "bad", "tag": f"header: {name}", "step": 0}
    expected = 422, HEADERS[name][1]
    header, values, curve = host.at_once(
        *(("record", place), ("values", {**place, "input": 0})),
        ("curve", {**place, "input": 0}),
    )
    assert refusal(header) == refusal(values) == expected
    assert curve.json()["unreadable"] == [HEADERS[name][1]]
    assert curve.seconds < SECONDS


def test_an_unreadable_header_is_found_when_it_is_read_and_not_before(
    host: Host,
) -> None:
    tags = host.tags()
    assert {tags["bad", f"header: {name}"]["unreadable"] for name in HEADERS} == {None}


@pytest.mark.parametrize("name", STREAMS)
def test_values_that_are_not_what_the_header_says_are_refused(
    host: Host, name: str
) -> None:
    place: dict[str, Any] = {"run": "bad", "tag": f"values: {name}", "step": 0}
    header, _, expected = STREAMS[name]
    assert host.get("record", **place).json() == json.loads(header)
    assert host.refused("values", **place, input=0) == expected


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_stream_is_never_served(host: Host, name: str) -> None:
    place: dict[str, Any] = {"run": "bad", "tag": f"foreign: {name}", "step": 0}
    status, text = host.refused("values", **place, input=0)
    assert status == 422
    assert text.startswith(
        "The values cannot be inflated: Error -3 while decompressing"
    )


@pytest.mark.parametrize("name", ODDITIES)
def test_a_tensor_that_is_no_list_of_strings_is_refused(host: Host, name: str) -> None:
    index = 0 if host.loader == "rust" else 1
    listed, expected = ODDITIES[name].listed[index], ODDITIES[name].refused[index]
    found = host.tags().get(("bad", name))
    assert (None if found is None else found["unreadable"] or "") == listed
    place: dict[str, Any] = {"run": "bad", "tag": name, "step": 0}
    if expected is None:
        assert host.get("record", **place).json() == json.loads(HEADER)
        assert host.get("values", **place, input=0).body == VALUES
        assert unreadable(host, name) == [None]
    else:
        assert host.refused("record", **place) == expected
        assert host.refused("values", **place, input=0) == expected
        # What is wrong with one record is said of its step, what is with all, of all.
        if expected[0] == 404 or expected[1] == TOO_LONG:
            query = {"run": "bad", "tag": name, "input": 0}
            assert host.refused("curve", **query) == expected
        else:
            assert unreadable(host, name) == [expected[1]]


def unreadable(host: Host, tag: str) -> list[str | None]:
    """What `curve` says of each step."""
    answer = host.get("curve", run="bad", tag=tag, input=0)
    assert answer.seconds < SECONDS
    return list(answer.json()["unreadable"])


def test_a_run_of_nothing_but_oddities_has_its_layers(host: Host) -> None:
    # Only one of its tags has a name that we give.
    found = host.get("health", run="bad").json()["layers"]
    assert found == [{"layer": "conv", "scalars": {}}]


def test_of_a_tag_only_those_steps_are_unreadable_that_are(host: Host) -> None:
    listed = host.get("steps", run="bad", tag="mixed").json()
    assert listed["logged"] == 4
    assert [
        (one["step"], one["inputs"], one["unreadable"]) for one in listed["steps"]
    ] == [(0, 1, None), (1, 1, None), (2, 0, EMPTY), (3, 1, None)]
    for step, status in enumerate([200, 422, 422, 200]):
        answer = host.get("record", run="bad", tag="mixed", step=step)
        assert answer.status == status
    no_json = "The header is not JSON: Expecting property name enclosed in double "
    first, second, third, fourth = unreadable(host, "mixed")
    assert (first, third, fourth) == (None, EMPTY, None)
    assert second is not None
    assert second.startswith(no_json)


def test_values_of_the_largest_size_are_sent(host: Host) -> None:
    answer = host.get("values", run="bad", tag="zeros", step=0, input=0)
    # As they are what was logged, they inflate to what that takes.
    assert (answer.status, answer.body) == (200, LARGEST)
    print(f"{host.loader}: {answer.seconds:.2f} s")
    assert answer.seconds < SECONDS


def test_a_bomb_is_given_up_as_soon_as_it_is_more_than_there_must_be(
    host: Host,
) -> None:
    assert host.refused("values", run="bad", tag="bomb", step=0, input=0) == (
        422,
        "The values inflate to more than the 96 bytes that their shape takes.",
    )


def test_a_page_that_is_packed_as_values_is_never_taken_for_a_page(host: Host) -> None:
    answer = host.get("values", run="bad", tag="page", step=0, input=0)
    assert zlib.decompress(answer.body) == FOREIGN["HTML"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_keys_that_are_not_known_are_passed_on(host: Host) -> None:
    answer = host.get("record", run="bad", tag="keys", step=0)
    assert (answer.status, answer.body) == (200, MORE_KEYS)


def test_a_tag_without_a_value_hides_no_other_run(
    loader: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log_dir = tmp_path_factory.mktemp("no_value") / "runs"
    nothing = Summary(value=[Summary.Value(tag="nothing", metadata=metadata())])
    with EventFile(log_dir / "bad") as file:
        file.add(nothing, 0)
        file.add(summary("conv", 0), 0)
    with EventFile(log_dir / "good") as file:
        file.add(summary("conv", 0), 0)
    with serving(log_dir, loader) as host:
        for run in ("good", "bad"):
            host.wait_for(run, "conv/activations", 0)
        bad, good = host.get("runs").json()["runs"]
        assert (good["run"], good["unreadable"], len(good["tags"])) == ("good", None, 1)
        if loader == "rust":
            assert (bad["unreadable"], len(bad["tags"])) == (None, 1)
        else:
            # The loader cannot list the run at all, but its tags can be asked for.
            assert bad == {
                "run": "bad",
                "tags": [],
                "unreadable": "TensorBoard cannot list it: a tag has no data "
                "('nothing').",
            }
        place: dict[str, Any] = {"run": "bad", "step": 0}
        assert host.get("record", **place, tag="conv/activations").status == 200
        assert host.refused("record", **place, tag="nothing")[0] == 404
