"""Who may import whom, read off the sources and off fresh processes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BACKENDS = {"tensorflow", "jax", "torch"}
#: Small rooms below all others: what is wrong in words, arrays, compression, geometry.
GROUND = {
    *("errors", "progress", "arrays", "deflate", "receptive_field"),
    *("name_patterns", "layer_paths", "notebook_output"),
}

# For each room: the other rooms and the outside packages it may import at all, beside
# those of the ground.
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "imaging": (set(), {"numpy", "PIL"}),
    "analysis": (set(), {"numpy"}),
    "capture": (set(), {"keras", "numpy", "PIL"}),
    # Pictures in files are resized as everywhere.
    "dataset": ({"capture", "imaging"}, {"keras", "numpy", "PIL"}),
    "records": (set(), {"numpy", "tensorboard"}),
    "writing": (
        {"records"},
        {"tensorboard", "google_crc32c", "numpy", "fsspec"},
    ),
    # From activations to what a run holds: what, when, where.
    "runs": (
        {"capture", "imaging", "analysis", "records", "writing", "trackers"},
        {"keras", "numpy", "PIL", "tensorboard"},
    ),
    # The packages of trackers are looked for in `sys.modules`, and never imported.
    "trackers": ({"writing"}, {"numpy", "PIL", "tensorboard"}),
    "checkpoints": (
        {
            *("capture", "imaging", "analysis", "records", "writing", "runs"),
            *("logger", "export"),
        },
        # Keras' own file format is HDF5; Keras needs h5py itself.
        {"keras", "numpy", "h5py"},
    ),
    "plugin": ({"records"}, {"tensorboard", "werkzeug"}),
    # Answers of the plugin, over event files instead of a server's data.
    "export": (
        {"plugin", "records", "writing", "imaging"},
        {"google", "numpy", "PIL", "tensorboard", "werkzeug"},
    ),
    "cli": (
        {
            "export",
            *("capture", "imaging", "analysis", "records", "writing", "runs"),
            *("checkpoints", "callback", "logger", "comparison", "reading"),
        },
        {"keras", "keras_models", "numpy", "rich"},
    ),
    # The public faces, which hand what writes pages to those that log.
    "callback": ({"capture", "runs", "export"}, {"keras"}),
    "array_logger": ({"writing", "runs", "export"}, set()),
    "logger": ({"capture", "writing", "runs", "export"}, {"keras"}),
    "comparison": ({"capture", "analysis"}, {"keras", "numpy"}),
    "notebook": (
        {
            *("export", "records", "writing", "reading", "runs"),
            *("logger", "array_logger"),
        },
        set(),
    ),
    "reading": ({"records", "writing"}, {"google", "numpy", "tensorboard"}),
    "errors": (set(), set()),
    "progress": (set(), {"rich"}),
    "arrays": (set(), {"numpy"}),
    "deflate": (set(), {"isal"}),
    "name_patterns": (set(), {"numpy"}),
    "layer_paths": (set(), set()),
    "notebook_output": (set(), set()),
    "receptive_field": (set(), set()),
    "__main__": ({"cli"}, set()),
}
ALLOWED["__init__"] = ({*ALLOWED} - {"__init__", "__main__"}, set())
# The modules that speak to the back ends themselves, inside functions.
BACKEND_MODULES = {
    *("capture/compiled.py", "capture/distributed.py"),
    *("capture/tensorflow_state.py", "capture/torch_state.py"),
}


def imports(path: Path) -> list[tuple[str, bool]]:
    """Modules a file imports, and whether that happens when it is imported itself."""
    tree = ast.parse(path.read_text())
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    typing_only = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    found = []
    for node in ast.walk(tree):
        at_import = id(node) not in inside and id(node) not in typing_only
        if isinstance(node, ast.Import):
            found += [(alias.name, at_import) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append((node.module or "", at_import))
    return found


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def below(part: str) -> set[str]:
    """What of the ground a room may stand on; of those, none on another but errors."""
    return {"errors"} if part in GROUND else GROUND


@pytest.mark.parametrize(
    "path", sources("tb_actviz"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_a_part_imports_only_what_the_table_allows(path: Path) -> None:
    relative = path.relative_to(ROOT / "tb_actviz")
    part = relative.parts[0].removesuffix(".py")
    assert part in ALLOWED, f"{part} is missing from the table"
    parts, packages = ALLOWED[part]
    wrong = []
    for module, _ in imports(path):
        top, *rest = module.split(".")
        if top in sys.stdlib_module_names:
            continue
        if top == "tb_actviz":
            if rest and rest[0] not in {part, *parts, *below(part)}:
                wrong.append(module)
        elif top in BACKENDS and str(relative) in BACKEND_MODULES:
            continue
        elif top not in packages:
            wrong.append(module)
    assert wrong == []


def test_what_tensorboard_always_imports_needs_nothing_but_tensorboard() -> None:
    path = ROOT / "tb_actviz/plugin/loader.py"
    early = {
        module
        for module, at_import in imports(path)
        if at_import and module.split(".")[0] not in sys.stdlib_module_names
    }
    assert early == {"tensorboard.plugins"}


def test_only_the_command_line_imports_keras_and_keras_models_late() -> None:
    early = [
        (str(path.relative_to(ROOT)), module)
        for path in sources("tb_actviz/cli")
        for module, at_import in imports(path)
        if at_import and module.split(".")[0] in {"keras", "keras_models", "numpy"}
    ]
    assert early == []


@pytest.mark.parametrize(
    "path", sources("keras_models"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_keras_models_stands_alone(path: Path) -> None:
    allowed = {"keras", "keras_models", "numpy", "google", "rich", "PIL"}
    outside = {
        module.split(".")[0]
        for module, at_import in imports(path)
        if at_import or "tensorflow" not in module  # in as_tf_dataset, for its users
        if module.split(".")[0] not in sys.stdlib_module_names
    }
    assert outside - allowed == set()


def test_the_table_notices_a_forbidden_import(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    import tensorflow.io\n\nfrom keras import ops\n")
    assert imports(bad) == [("keras", True), ("tensorflow.io", False)]


def loaded_after(code: str) -> set[str]:
    """Top-level modules in a fresh process after some code."""
    program = f"import sys\n{code}\nprint(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.split())


HEAVY = BACKENDS | {"keras", "numpy", "PIL", "tensorboard", "google", "rich"}


@pytest.mark.parametrize(
    "code",
    [
        "import tb_actviz",
        "import keras_models",
        "import tb_actviz.cli",
        "import tb_actviz.cli\ntry: tb_actviz.cli.main(['--help'])\n"
        "except SystemExit: pass",
    ],
)
def test_importing_and_help_load_nothing_heavy(code: str) -> None:
    assert loaded_after(code) & HEAVY == set()


def test_writing_event_files_needs_no_keras_and_no_back_end() -> None:
    code = (
        "import tempfile\n"
        "from tb_actviz.writing.event_file import EventFile\n"
        "from tb_actviz.writing.summaries import image_summary\n"
        "with tempfile.TemporaryDirectory() as d, EventFile(d) as f:\n"
        "    f.add(image_summary('t', b'', 1, 1), 0)\n"
    )
    assert loaded_after(code) & (BACKENDS | {"keras"}) == set()


def test_reading_records_needs_no_keras_and_no_back_end() -> None:
    code = (
        "import tempfile\n"
        "import numpy as np\n"
        "import tb_actviz\n"
        "from tb_actviz.records.codec import pack\n"
        "from tb_actviz.records import facts, schema\n"
        "from tb_actviz.writing.event_file import EventFile\n"
        "values = pack(np.ones((1, 1, 3)), 'uint8')\n"
        "face = facts.InputFacts('face', (3,), 'float32', values)\n"
        "layer = facts.LayerFacts('a', 'Dense', 'other')\n"
        "record = schema.record_summary(\n"
        "    schema.record_tag('a'), facts.Record(layer, 0, (face,))\n"
        ")\n"
        "with tempfile.TemporaryDirectory() as d:\n"
        "    with EventFile(d) as f:\n"
        "        f.add(record, 0)\n"
        "    (one,) = tb_actviz.read_records(d)\n"
        "    assert one.activations['face'].tolist() == [1, 1, 1]\n"
    )
    assert loaded_after(code) & (BACKENDS | {"keras", "PIL", "fsspec"}) == set()
