"""What the code of a model can get at: objects that it holds, and names that it uses.

Random generators and other things that keep a state are found without running
anything, and so without taking for the model's what other threads do meanwhile.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import functools
import sys
from collections import ChainMap, deque
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from types import BuiltinMethodType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

#: Packages that keep their state where it is looked after by itself.
_KNOWN = {"keras", "tensorflow", "torch", "jax", "jaxlib", "numpy", "tb_actviz"}
#: Of a class of theirs, what these hold is looked at nevertheless.
_HOLDERS = {"Layer", "Operation", "Module"}
_ATOMS = (str, bytes, int, float, complex, type(None))
#: What runs while a model is made or trained, never while it is only called.
_NOT_CALLED = {
    *("__init__", "build", "compile", "fit", "evaluate", "predict", "compute_loss"),
    *("compute_metrics", "train_step", "test_step", "predict_step"),
    *("get_config", "from_config"),
}
_OF_TRAINING = {
    *("optimizer", "loss", "_compile_loss", "_compile_metrics", "_loss_tracker"),
    *("train_function", "test_function", "predict_function", "history"),
}
_LOADING = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST", "LOAD_FROM_DICT")
_NAMING = (*_LOADING, "STORE_", "IMPORT_")
_END = ("", None)
_BETWEEN = {"CACHE", "PUSH_NULL", "NOP", "RESUME"}
_ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD"}
_MISSING = object()
#: A model has thousands; what it names may hold any number.
_MOST = 50_000
#: What packages of others lead to has no end either: theirs lead to further ones.
_MOST_FAR = 1_000
_INSTALLED = {"site-packages", "dist-packages"}


def reachable(roots: Iterable[Any]) -> Iterator[Any]:
    """Find what the code of some objects can get at.

    Args:
        roots: Models, layers, functions.

    Yields:
        Each object once: what they hold, however deep, and what their functions name,
        the nearest first. Libraries that Keras runs on are not looked into. It ends
        after 50,000 objects, and after 1,000 to which only code of other installed
        packages leads than those of the layers and functions.
    """
    # With the objects themselves: an id means something only while its object lives.
    seen: dict[int, Any] = {}
    near = deque(roots)
    far: deque[Any] = deque()
    ours = {_package(root) for root in near}
    left = _MOST_FAR
    while (near or far) and len(seen) < _MOST and left > 0:
        is_far = not near
        left -= is_far
        value = (near or far).popleft()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        try:
            is_atom = isinstance(value, _ATOMS)
            following = () if is_atom else _next(value)
            if _is_holder(type(value)):
                ours.add(_package(value))
        except Exception:  # noqa: S112  # as a proxy raises that stands for nothing now
            continue
        if is_atom:
            continue
        yield value
        for other in following:
            to_far = is_far or _is_code_of_others(other, ours)
            (far if to_far else near).append(other)


def _is_code_of_others(value: Any, ours: Container[str]) -> bool:
    """Whether it is code of an installed package that is not that of the model."""
    if not isinstance(value, FunctionType | type) or _package(value) in ours:
        return False
    module = sys.modules.get(str(value.__module__))
    path = getattr(module, "__file__", None) or ""
    return not _INSTALLED.isdisjoint(Path(path).parts)


def _package(value: Any) -> str:
    """The top of the package that a function, a class or an object's class is in."""
    code = value if isinstance(value, FunctionType | type) else type(value)
    return str(code.__module__).split(".")[0]


def _next(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, MethodType | BuiltinMethodType):
        return [value.__self__, getattr(value, "__func__", None)]
    if isinstance(value, FunctionType):
        return [] if _is_known(value) else _named_in(value)
    if isinstance(value, ModuleType):
        return []
    if isinstance(value, type):
        return _functions(value)
    return [*_held(value), *_functions(type(value)), *_wrapped(value)]


def _is_known(code: FunctionType | type) -> bool:
    package = _package(code)
    return package in _KNOWN or package in sys.stdlib_module_names


def _is_holder(kind: type) -> bool:
    return any(base.__name__ in _HOLDERS for base in kind.__mro__)


def _held(value: Any) -> list[Any]:
    kind = type(value)
    if _is_known(kind) and not _is_holder(kind):
        return []
    attributes = getattr(value, "__dict__", {})
    held = [held for name, held in attributes.items() if name not in _OF_TRAINING]
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            held.append(getattr(value, name, None))
    return held


def _functions(kind: type) -> list[Any]:
    """The functions of a class that may run when an object of it is called."""
    found: list[Any] = []
    for base in kind.__mro__:
        if _is_known(base):
            continue
        for name, value in vars(base).items():
            if name in _NOT_CALLED:
                continue
            if isinstance(value, staticmethod | classmethod):
                found.append(value.__func__)
            elif isinstance(value, property):
                found += [value.fget, value.fset]
            else:
                found.append(value)
    return found


def _wrapped(value: Any) -> list[Any]:
    """What a function became that was compiled (tf.function, jax.jit) or decorated."""
    if not callable(value):
        return []
    return [
        getattr(value, name, None)
        for name in ("__wrapped__", "python_function", "_python_function")
    ]


def _named_in(function: FunctionType) -> list[Any]:
    cells: dict[str, Any] = {}
    for name, cell in zip(
        function.__code__.co_freevars, function.__closure__ or (), strict=True
    ):
        with contextlib.suppress(ValueError):  # nothing is in it yet
            cells[name] = cell.cell_contents
    cells.pop("__class__", None)  # of `super()`
    names = ChainMap(cells, function.__globals__, vars(builtins))
    return [
        *(function.__defaults__ or ()),
        *(function.__kwdefaults__ or {}).values(),
        getattr(function, "__wrapped__", None),
        *_named_in_code(function.__code__, names),
    ]


def _named_in_code(code: CodeType, names: ChainMap[str, Any]) -> Iterator[Any]:
    """The values of names, followed through modules: of `np.random.normal` that."""
    # What is imported, or has another name, inside the function.
    names = names.new_child()
    current: Any = _MISSING
    for operation, name in _naming(code):
        if operation in _ATTRIBUTES and isinstance(current, ModuleType):
            with contextlib.suppress(Exception):  # modules can do as they like
                current = getattr(current, name)
            continue
        if current is not _MISSING:
            yield current
        if operation.startswith("STORE_"):
            # From Python 3.13 on one instruction may store and load.
            stored, *loaded = name if isinstance(name, tuple) else (name,)
            names[str(stored)] = current
            current = names.get(loaded[0], _MISSING) if loaded else _MISSING
        elif operation == "IMPORT_NAME":
            imported = sys.modules.get(name, _MISSING)
            current = imported
        elif operation == "IMPORT_FROM":
            current = getattr(imported, name, _MISSING)
        elif operation.startswith(_LOADING):
            last = name[-1] if isinstance(name, tuple) else name
            current = names.get(last, _MISSING) if isinstance(last, str) else _MISSING
        else:
            current = _MISSING
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named_in_code(constant, names)


@functools.lru_cache(maxsize=4096)
def _naming(code: CodeType) -> list[tuple[str, Any]]:
    """The instructions of a function that name something, and what ends a name."""
    found: list[tuple[str, Any]] = []
    for instruction in dis.get_instructions(code):
        operation = instruction.opname
        if operation in _BETWEEN:
            continue
        if operation in _ATTRIBUTES or operation.startswith(_NAMING):
            found.append((operation, instruction.argval))
        elif found and found[-1] != _END:
            found.append(_END)
    return found
