"""What each tracker has kept of a run, read from its own files.

tracker_stores.py TRACKER FOLDER prints it, in a process of its own: some trackers still
write when that of the run ends.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import struct
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def offline(folder: Path) -> dict[str, str]:
    """Environment in which all trackers stay on this machine, and in one folder."""
    settings = folder / "clearml.conf"
    # ClearML would fork while another of its threads starts processes, and may hang
    # for minutes, with or without us.
    settings.write_text("sdk.development.report_use_subprocess: false\n")
    return {
        "HOME": str(folder),
        "WANDB_MODE": "offline",
        "WANDB_DIR": str(folder),
        "WANDB_SILENT": "true",
        "CLEARML_OFFLINE_MODE": "1",
        "CLEARML_CACHE_DIR": str(folder / "clearml"),
        "CLEARML_CONFIG_FILE": str(settings),
        "COMET_DISABLE_AUTO_LOGGING": "1",
        "COMET_START_ONLINE": "0",
        "COMET_OFFLINE_DIRECTORY": str(folder),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "TRACKIO_DIR": str(folder / "trackio"),
        "SWANLAB_MODE": "offline",
    }


@dataclass
class Kept:
    """What a tracker has, by (tag, step)."""

    scalars: list[tuple[str, int, float]] = field(default_factory=list)
    #: Digests of pixels and of files.
    pictures: list[tuple[str, int, str, str]] = field(default_factory=list)
    histograms: list[tuple[str, int, list[float]]] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    #: What the user logged: name to values in their order.
    of_user: dict[str, list[float]] = field(default_factory=dict)
    #: Steps of the user's rows, where the tracker has such.
    steps_of_user: list[int] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def scalar(self, tag: str, step: int, value: float) -> None:
        if tag.startswith("user/"):
            self.of_user.setdefault(tag, []).append(value)
            self.steps_of_user.append(step)
        else:
            self.scalars.append((tag, step, value))

    def picture(self, tag: str, step: int, file: bytes) -> None:
        self.pictures.append((tag, step, *digests(file)))


def digests(file: bytes) -> tuple[str, str]:
    """Digests of a picture's pixels, and of its file."""
    pixels = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    return sha256(pixels.tobytes()).hexdigest(), sha256(file).hexdigest()


def log_records(file: Path) -> Iterator[bytes]:
    """The records of a file in LevelDB's log format, behind a header of 7 bytes."""
    data, at, record = file.read_bytes(), 7, b""
    while at + 7 <= len(data):
        room = 2**15 - at % 2**15
        if room < 7:
            at += room
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        record += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in {1, 4}:  # whole, or the last part
            yield record
            record = b""


def only(paths: Iterator[Path]) -> Path:
    (path,) = paths
    return path


def wandb(folder: Path) -> Kept:
    from wandb.proto import wandb_internal_pb2 as proto

    kept = Kept()
    run = only(folder.glob("wandb/offline-run-*"))
    for data in log_records(only(run.glob("*.wandb"))):
        record = proto.Record()
        record.ParseFromString(data)
        for update in [*record.config.update, *record.run.config.update]:
            if (update.key or update.nested_key[0]) == "tb_actviz":
                kept.parameters = json.loads(update.value_json)
        row: dict[str, Any] = {}
        for item in record.history.item:
            key, *inner = item.nested_key or [item.key]
            if inner:
                row.setdefault(key, {})[inner[0]] = json.loads(item.value_json)
            else:
                row[key] = json.loads(item.value_json)
        number = row.get("_step")
        step = row.get("tb_actviz/step")
        for tag, value in row.items():
            if tag.startswith("user/"):
                kept.scalar(tag, number, value)
            elif isinstance(value, dict) and "sha256" in value:
                files = [value["path"]] if "path" in value else []
                for path in files:
                    content = (run / "files" / path).read_bytes()
                    if value["_type"] == "html-file":
                        kept.pages.append(content.decode())
                    else:
                        kept.picture(tag, step, content)
            elif isinstance(value, dict) and value.get("_type") == "histogram":
                kept.histograms.append((tag, step, value["values"]))
            elif not tag.startswith("_") and tag != "tb_actviz/step":
                kept.scalar(tag, step, float(value))
    return kept


def mlflow(folder: Path) -> Kept:
    import mlflow

    kept = Kept()
    client = mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")
    experiment = client.get_experiment_by_name("tried")
    (run,) = client.search_runs([experiment.experiment_id])
    for tag in run.data.metrics:
        for metric in client.get_metric_history(run.info.run_id, tag):
            kept.scalar(tag, metric.step, metric.value)
    for artifact in client.list_artifacts(run.info.run_id, "images"):
        name = Path(artifact.path).name
        if name.endswith(".png"):
            tag, _, step, *_ = re.split(r"[+%]", name)
            path = client.download_artifacts(run.info.run_id, artifact.path)
            tag = tag.replace("~", "/").replace(" ", "/")
            kept.picture(tag, int(step), Path(path).read_bytes())
    for artifact in client.list_artifacts(run.info.run_id, "tb_actviz"):
        path = client.download_artifacts(run.info.run_id, artifact.path)
        kept.pages.append(Path(path).read_text())
    kept.parameters = {
        name.removeprefix("tb_actviz/"): value
        for name, value in run.data.tags.items()
        if name.startswith("tb_actviz/")
    }
    return kept


def clearml(folder: Path) -> Kept:
    kept = Kept()
    session = only(path for path in folder.glob("**/offline/*") if path.is_dir())
    for line in (session / "metrics.jsonl").read_text().splitlines():
        for event in json.loads(line):
            if event["metric"].startswith(":"):  # of the machine
                continue
            tag, step = f"{event['metric']}/{event['variant']}", event["iter"]
            if event["type"] == "training_stats_scalar":
                kept.scalar(tag, step, event["value"])
            elif event["type"] == "plot":
                (bars,) = json.loads(event["plot_str"])["data"]
                kept.histograms.append((tag, step, bars["y"]))
            elif event["type"] == "training_debug_image":
                _, _, path = event["url"].partition(f"{session.name}/")
                files = list(session.glob(f"data/**/{Path(path).name}"))
                content = only(iter(files)).read_bytes()
                if path.endswith(".html"):
                    kept.pages.append(content.decode())
                else:
                    kept.picture(tag, step, content)
    task = json.loads((session / "task.json").read_text())
    kept.parameters = {
        name: of_name["value"]
        for name, of_name in task["hyperparams"].get("tb_actviz", {}).items()
    }
    return kept


def comet(folder: Path) -> Kept:
    kept = Kept()
    with zipfile.ZipFile(only(folder.glob("*.zip"))) as archive:
        for line in archive.read("messages.json").decode().splitlines():
            message = json.loads(line)
            payload = message["payload"]
            if message["type"] == "metric_msg":
                metric = payload["metric"]
                if not metric["metricName"].startswith(("sys.", "process ")):
                    value = float(metric["metricValue"])
                    kept.scalar(metric["metricName"], metric["step"], value)
            elif message["type"] == "parameter_msg":
                name, value = payload["param"]["paramName"], payload["param"]
                if name.startswith("tb_actviz_"):
                    kept.parameters[name[10:]] = value["paramValue"]
            elif message["type"] == "file_upload":
                asked = payload["additional_params"]
                content = archive.read(payload["file_path"])
                if payload["upload_type"] == "visualization":
                    kept.picture(asked["figName"], asked["step"], content)
                elif payload["upload_type"] == "histogram3d":
                    counts = [n for _, n in json.loads(content)["index_values"]]
                    tag = asked["fileName"].removesuffix(".json")
                    kept.histograms.append((tag, asked["step"], counts))
                elif payload["upload_type"] == "asset":
                    kept.pages.append(content.decode())
    return kept


def trackio(folder: Path) -> Kept:
    kept = Kept()
    base = sqlite3.connect(folder / "trackio" / "tried.db")
    for step, text in base.execute("select step, metrics from metrics order by id"):
        for tag, value in json.loads(text).items():
            if not isinstance(value, dict):
                kept.scalar(tag, step, value)
            elif value["_type"] == "trackio.image":
                file = folder / "trackio" / "media" / value["file_path"]
                kept.picture(tag, step, file.read_bytes())
            elif value["_type"] == "trackio.histogram":
                kept.histograms.append((tag, step, value["values"]))
            elif value["_type"] == "trackio.html":
                file = folder / "trackio" / "media" / value["file_path"]
                kept.pages.append(file.read_text())
    for (text,) in base.execute("select config from configs"):
        kept.parameters = json.loads(text).get("tb_actviz", {})
    return kept


Content = tuple[str, int, float | str]


def json_record(data: bytes) -> Iterator[Content]:
    """Numbers and names of files in a record of SwanLab before 0.8."""
    record = json.loads(data)
    content = record["data"]
    if record["model_type"] == "Scalar" and not content["key"].startswith("__"):
        yield content["key"], content["step"], float(content["metric"]["data"])
    if record["model_type"] == "Media":
        for name in content["metric"]["data"]:
            yield content["key"], content["step"], name


def proto_record(data: bytes) -> Iterator[Content]:
    """Numbers and names of files in a record of SwanLab."""
    from swanlab.proto.swanlab.record.v1 import record_pb2 as proto

    record = proto.Record()
    record.ParseFromString(data)
    scalar, media = record.scalar, record.media
    if record.HasField("scalar") and not scalar.key.startswith("__"):  # of the machine
        yield scalar.key, scalar.step, scalar.value.number
    for item in media.value.items:
        yield media.key, media.step, item.filename


def swanlab(folder: Path) -> Kept:
    import yaml

    kept = Kept()
    run = only(folder.glob("swanlog/run-*"))
    for data in log_records(only(run.glob("*.swanlab"))):
        of_record = json_record if data.startswith(b"{") else proto_record
        for tag, step, content in of_record(data):
            if not isinstance(content, str):
                kept.scalar(tag, step, content)
                continue
            file = only(run.glob(f"media/**/{content}"))
            if file.suffix == ".html":
                kept.pages.append(file.read_text())
            else:
                kept.picture(tag, step, file.read_bytes())
    config = yaml.safe_load((run / "files" / "config.yaml").read_text())
    kept.parameters = config["tb_actviz"]["value"]
    return kept


READERS = {
    "wandb": wandb,
    "mlflow": mlflow,
    "clearml": clearml,
    "comet": comet,
    "trackio": trackio,
    "swanlab": swanlab,
}

if __name__ == "__main__":
    print(json.dumps(asdict(READERS[sys.argv[1]](Path(sys.argv[2])))))
