"""A log directory on S3: written by us, read by TensorBoard, on a server of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import boto3
import numpy as np
import pytest
import s3fs
from moto.server import ThreadedMotoServer
from plugin.serving import Host, serving
from waiting import soon

from tb_actviz import InputError, read_records
from tb_actviz.imaging.page import encode_png
from tb_actviz.records.codec import pack
from tb_actviz.records.facts import InputFacts, LayerFacts, Record
from tb_actviz.records.schema import record_summary, record_tag
from tb_actviz.writing.history import bytes_of, last_step, steps_of
from tb_actviz.writing.names import step_in
from tb_actviz.writing.remote import RemoteEventFile, open_event_file
from tb_actviz.writing.summaries import image_summary, scalar_summary

pytestmark = pytest.mark.slow

MAPS = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)


def start() -> tuple[ThreadedMotoServer, str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return server, "http://{}:{}".format(*server.get_host_and_port())


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """An S3 server with one empty bucket, `logs`, that everything here finds."""
    server, endpoint = start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", "id")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()
        client = boto3.client("s3")
        client.create_bucket(Bucket="logs")
        yield client
        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def picture(step: int) -> bytes:
    return encode_png(np.full((4, 6, 3), 10 * step, np.uint8))


def log(url: str, *steps: int) -> None:
    with open_event_file(url) as file:
        assert isinstance(file, RemoteEventFile)
        for step in steps:
            facts = InputFacts(
                "face", MAPS.shape, "float32", pack(MAPS * step, "uint8")
            )
            layer = LayerFacts("conv1", "Conv2D", "activation")
            record = Record(layer, step, (facts,))
            file.add(image_summary("conv1/channels", picture(step), 6, 4), step)
            file.add(record_summary(record_tag("conv1"), record), step)
            file.add(scalar_summary({"conv1/mean": step / 2}), step)
            file.flush()


def points(host: Host, count: int) -> list[tuple[int, float]]:
    """Step and value of the scalars, once there are so many."""

    def found() -> list[Any]:
        answer = host.of_another("scalars/scalars", run="a/b", tag="conv1/mean")
        return [] if answer.status == 404 else list(answer.json())

    soon(lambda: len(found()) >= count)
    return [(step, value) for _, step, value in found()]


@pytest.mark.parametrize("reader", ["s3fs", "boto3"])
def test_tensorboard_shows_it_also_while_it_grows(
    s3: Any, tmp_path: Path, reader: str
) -> None:
    run = f"s3://logs/{reader}/a/b"
    log(run, 0, 1, 2)
    with serving(
        f"s3://logs/{reader}",
        "python",
        folder=tmp_path,
        # It prefers boto3, and knows s3:// by neither with TensorFlow.
        hidden={"tensorflow", "boto3", "s3fs"} - {reader},
        # A folder is listed only once by s3fs unless it is told otherwise.
        environment={"FSSPEC_S3": '{"use_listings_cache": false}'},
    ) as host:
        assert points(host, 3) == [(0, 0), (1, 0.5), (2, 1)]
        log(run, 3)
        assert points(host, 4) == [(0, 0), (1, 0.5), (2, 1), (3, 1.5)]
        place: dict[str, Any] = {"run": "a/b", "tag": "conv1/channels", "sample": 0}
        shown = host.of_another("images/images", **place).json()
        assert [one["step"] for one in shown] == [0, 1, 2, 3]
        for step, one in enumerate(shown):
            query = dict(parse_qsl(one["query"]))
            png = host.of_another("images/individualImage", **query).body
            assert png == picture(step)


def test_each_step_is_an_object_of_its_own(s3: Any) -> None:
    log("s3://logs/objects/", 0, 7)
    log("s3://logs/objects", 8)
    listed = s3.list_objects_v2(Bucket="logs", Prefix="objects/")["Contents"]
    assert [step_in(one["Key"]) for one in listed] == [0, 7, 8]
    assert steps_of("s3://logs/objects") == {0, 7, 8}
    assert last_step("s3://logs/objects/") == 8
    assert bytes_of("s3://logs/objects") == sum(one["Size"] for one in listed)


def test_records_are_read_back(s3: Any) -> None:
    log("s3://logs/records/x", 1, 2)
    log("s3://logs/records", 3)
    found = list(read_records("s3://logs/records"))
    assert [(one.run, one.step) for one in found] == [(".", 3), ("x", 1), ("x", 2)]
    for one in found:
        values = one.activations["face"]
        np.testing.assert_allclose(values, MAPS * one.step, atol=0.1)


def test_a_bucket_that_does_not_exist_is_a_clear_error(s3: Any) -> None:
    with pytest.raises(InputError, match=r"there is no bucket 'none'\. Make it"):
        open_event_file("s3://none/run")
    with pytest.raises(InputError, match="there is no bucket"):
        open_event_file("s3://")
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["logs"]


def test_a_server_that_goes_away_ends_the_writing(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, endpoint = start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        boto3.client("s3").create_bucket(Bucket="logs")
        file = open_event_file("s3://logs/run")
        file.add(scalar_summary({"a": 1}), 0)
        server.stop()
        with pytest.raises(OSError, match=r"s3://logs/run cannot be reached: .*onnect"):
            file.flush()
        with pytest.raises(ValueError, match="is closed"):
            file.add(scalar_summary({"a": 1}), 1)
        file.close()
        with pytest.raises(InputError, match=r"cannot be read: .*onnect"):
            open_event_file("s3://logs/run")
    finally:
        s3fs.S3FileSystem.clear_instance_cache()


def test_without_credentials_the_error_says_so(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        with pytest.raises(InputError, match="Check the address and the credentials"):
            open_event_file("s3://logs/run")
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
