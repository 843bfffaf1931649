"""Nothing is kept that only tests use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: What Keras, TensorBoard, setuptools and notebooks call by its name.
CALLED_BY_OTHERS = {
    *("on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_train_end"),
    *("is_active", "read_last_scalars", "data_plugin_names", "frontend_metadata"),
    *("ActivationsLoader", "fix_flags"),
    *("compute_output_shape", "load_own_variables"),
    # What notebooks call.
    *("_repr_html_", "_repr_png_"),
}


def defined(tree: ast.Module) -> Iterator[str]:
    """Names of a module's functions, classes, constants and methods."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            if isinstance(target, ast.Name):
                yield target.id
        if isinstance(node, ast.ClassDef):
            yield from (
                inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)
            )


def used(tree: ast.Module) -> Iterator[str]:
    """Names that a module reads, imports, or has as a text, as the lazy packages do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def unused(trees: list[ast.Module]) -> set[str]:
    """Names that are defined and that none of the modules uses."""
    names = {name for tree in trees for name in defined(tree)}
    names = {name for name in names if not name.startswith("__")}
    return names - {name for tree in trees for name in used(tree)}


def test_the_packages_use_all_that_they_define() -> None:
    trees = [
        ast.parse(path.read_text())
        for package in ("tb_actviz", "keras_models")
        for path in (ROOT / package).rglob("*.py")
    ]
    assert unused(trees) == CALLED_BY_OTHERS


def test_what_nobody_uses_is_noticed() -> None:
    source = "def f(): pass\nclass C:\n    def m(self): pass\nA = B = 1\nC().other(A)\n"
    assert unused([ast.parse(source)]) == {"f", "m", "B"}
