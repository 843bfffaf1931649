"""The plugin's way into TensorBoard, which must always start."""

from __future__ import annotations

import argparse
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path

import pytest
from plugin.serving import Host, ask, serving
from plugin.writing_records import summary
from tensorboard.plugins import base_plugin

import tb_actviz
from tb_actviz.plugin.loader import ActivationsLoader
from tb_actviz.records.schema import PLUGIN_NAME
from tb_actviz.writing.event_file import EventFile
from tb_actviz.writing.summaries import scalar_summary

PACKAGE = Path(tb_actviz.__file__).parent
TAG = "conv/activations"


def test_tensorboard_finds_the_loader_by_its_entry_point() -> None:
    (found,) = metadata.entry_points(group="tensorboard_plugins", name=PLUGIN_NAME)
    assert found.load() is ActivationsLoader


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {PLUGIN_NAME: 1000}),
        ({"images": 3}, {PLUGIN_NAME: 1000, "images": 3}),
        ({PLUGIN_NAME: 20}, {PLUGIN_NAME: 20}),
        ({PLUGIN_NAME: 0, "images": 3}, {PLUGIN_NAME: 0, "images": 3}),
        (None, {PLUGIN_NAME: 1000}),
        ("", {PLUGIN_NAME: 1000}),
        ("images=3", "images=3"),
    ],
)
def test_more_steps_are_kept_unless_the_user_named_a_number(
    given: dict[str, int] | str | None, expected: dict[str, int] | str
) -> None:
    flags = argparse.Namespace(samples_per_plugin=given)
    before = dict(given) if isinstance(given, dict) else given
    ActivationsLoader().fix_flags(flags)
    assert flags.samples_per_plugin == expected
    assert given == before


def test_flags_of_another_command_are_no_problem() -> None:
    flags = argparse.Namespace()
    ActivationsLoader().fix_flags(flags)
    assert flags.samples_per_plugin == {PLUGIN_NAME: 1000}


def test_a_tensorboard_without_data_has_no_tab(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="tb_actviz"):
        assert ActivationsLoader().load(base_plugin.TBContext()) is None
    assert caplog.messages == [
        "There is no Activations tab: ValueError: TensorBoard was started without a "
        "data provider."
    ]


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout


LOADED = "print(*sorted({module.split('.')[0] for module in sys.modules}))\n"
LOAD = (
    "import sys\n"
    "from tensorboard.plugins import base_plugin\n"
    "from tb_actviz.plugin.loader import ActivationsLoader\n"
    "context = base_plugin.TBContext(data_provider=object())\n"
    "plugin = ActivationsLoader().load(context)\n"
    "assert set(plugin.get_plugin_apps()) >= {'/runs', '/values'}\n"
)
BACKENDS = {"keras", "tensorflow", "jax", "torch"}


def test_the_entry_point_imports_nothing_heavy() -> None:
    loaded = run_python(f"import sys, tb_actviz.plugin.loader\n{LOADED}").split()
    assert set(loaded) & {*BACKENDS, "numpy", "PIL", "werkzeug", "google"} == set()


@pytest.mark.slow
def test_the_plugin_imports_no_keras_and_no_back_end() -> None:
    loaded = run_python(LOAD + LOADED).split()
    assert set(loaded) & BACKENDS == set()
    parts = run_python(
        LOAD
        + "print(*{m.split('.')[1] for m in sys.modules if m[:10] == 'tb_actviz.'})"
    )
    ground = {"errors", "arrays", "deflate", "receptive_field"}
    assert set(parts.split()) == {"plugin", "records", *ground}


@pytest.mark.slow
def test_it_takes_little_time_to_load_beside_tensorboard() -> None:
    program = (
        "import sys, time\n"
        "from tensorboard import program, default\n"
        "from tensorboard.backend import application\n"
        "default.get_static_plugins()\n"
        "before = set(sys.modules)\n"
        "begin = time.process_time()\n"
        f"{LOAD}print(time.process_time() - begin, *set(sys.modules) - before)\n"
    )
    seconds, *modules = run_python(program).split()
    print(f"{float(seconds) * 1000:.0f} ms")
    assert float(seconds) < 1  # of the processor; the aim is 0.05
    # TensorBoard has whatever else it needs.
    packages = {one.split(".")[0] for one in modules} - sys.stdlib_module_names
    assert packages <= {"tb_actviz", "numpy"}
    assert len(modules) < 50


def copy_of_package(folder: Path) -> Path:
    """A package that can be damaged; it comes before the one that is installed."""
    # What is compiled comes with it, which is not used where the source is damaged.
    ignored = shutil.ignore_patterns("static")
    shutil.copytree(PACKAGE, folder / "tb_actviz", ignore=ignored)
    return folder / "tb_actviz"


def write(path: str, text: str) -> Callable[[Path], None]:
    return lambda package: (package / path).write_text(text) and None


#: What is wrong with the package, and what is told of it.
BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no plugin": (
        lambda package: (package / "plugin/routes.py").unlink(),
        "ModuleNotFoundError: No module named 'tb_actviz.plugin.routes'",
    ),
    "no schema": (
        lambda package: (package / "records/schema.py").unlink(),
        "ModuleNotFoundError: No module named 'tb_actviz.records.schema'",
    ),
    "a syntax error": (
        write("plugin/record_data.py", "def broken(:\n"),
        "SyntaxError: invalid syntax (record_data.py, line 1)",
    ),
    "a failing import": (
        write("records/codec.py", "raise OSError('a library\\nis\\nmissing')\n"),
        "OSError: a library is missing",
    ),
    "half an update": (
        write("plugin/provider.py", "\n"),
        "ImportError: cannot import name 'Provider' from 'tb_actviz.plugin.provider'",
    ),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Host]]:
    """A TensorBoard for each damage, two of which start at a time."""
    with ExitStack() as stack:

        def start(damage: str) -> Host:
            folder = tmp_path_factory.mktemp("broken")
            package = copy_of_package(folder / "path")
            harm, _ = BROKEN[damage]
            harm(package)
            (folder / "runs").mkdir()
            return stack.enter_context(
                serving(folder / "runs", "python", path=package.parent)
            )

        with ThreadPoolExecutor(2) as pool:
            hosts = dict(zip(BROKEN, pool.map(start, BROKEN), strict=True))
        yield hosts


@pytest.mark.slow
@pytest.mark.parametrize("damage", BROKEN)
def test_tensorboard_starts_without_what_is_broken(
    broken: dict[str, Host], damage: str
) -> None:
    host, (_, reason) = broken[damage], BROKEN[damage]
    listing = ask(f"{host.url}data/plugins_listing").json()
    assert PLUGIN_NAME not in listing
    assert "scalars" in listing
    told = [line for line in host.output().splitlines() if "Activations" in line]
    assert len(told) == 1
    assert f"There is no Activations tab: {reason}" in told[0]


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["missing", "broken"])
def test_without_files_there_is_no_tab_but_all_the_rest(
    loader: str, tmp_path: Path, folder: str
) -> None:
    package = copy_of_package(tmp_path / "path")
    if folder == "broken":
        (package / "plugin/static").write_text("no folder")
    with EventFile(tmp_path / "runs/a") as file:
        file.add(scalar_summary({"loss": 1.0}), 0)
        file.add(summary("conv", 0), 0)
    with serving(tmp_path / "runs", loader, path=package.parent) as host:
        host.wait_for("a", TAG, 0)
        listing = ask(f"{host.url}data/plugins_listing").json()
        assert listing[PLUGIN_NAME] == {
            "disable_reload": False,
            "enabled": False,
            "remove_dom": False,
            "tab_name": "Activations",
            "loading_mechanism": {"type": "NONE"},
        }
        assert listing["scalars"]["enabled"] is True
        assert host.get("record", run="a", tag=TAG, step=0).status == 200


@pytest.mark.slow
def test_it_is_served_beside_tensorflow_as_well(tmp_path: Path, loader: str) -> None:
    pytest.importorskip("tensorflow")
    with EventFile(tmp_path / "runs/a") as file:
        for step in range(25):
            file.add(summary("conv", step), step)
    with serving(tmp_path / "runs", loader, hidden=()) as host:
        libraries = Path(f"/proc/{host.process.pid}/maps").read_text()
        assert "libtensorflow" in libraries, "it did not find it"
        host.wait_for("a", TAG, 24)
        assert host.get("steps", run="a", tag=TAG).json()["logged"] == 25
