"""What the code of a model can get at: objects that it holds, and names that it uses.

Random generators and other things that keep a state are found without running
anything, and so without taking for the model's what other threads do meanwhile.
"""

from __future__ import annotations

import contextlib
import dis
import functools
import sys
from collections.abc import Iterable, Iterator, Mapping
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
#: A model has thousands; what it names may hold any number.
_MOST = 50_000


def reachable(roots: Iterable[Any]) -> Iterator[Any]:
    """Find what the code of some objects can get at.

    Args:
        roots: Models, layers, functions.

    Yields:
        Each object once: what they hold, however deep, and what their functions name.
        Libraries that Keras runs on are not looked into, nor more than 50,000 objects.
    """
    # With the objects themselves: an id means something only while its object lives.
    seen: dict[int, Any] = {}
    waiting = list(roots)
    while waiting and len(seen) < _MOST:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        try:
            is_atom = isinstance(value, _ATOMS)
            following = () if is_atom else _next(value)
        except Exception:  # noqa: S112  # as a proxy raises that stands for nothing now
            continue
        if not is_atom:
            yield value
            waiting += following


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


def _is_known(value: Any) -> bool:
    top = str(getattr(value, "__module__", None)).split(".")[0]
    return top in _KNOWN or top in sys.stdlib_module_names


def _held(value: Any) -> list[Any]:
    kind = type(value)
    if _is_known(kind) and not any(base.__name__ in _HOLDERS for base in kind.__mro__):
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
    cells = dict(
        zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    )
    names = {**vars(sys.modules["builtins"]), **function.__globals__}
    cells.pop("__class__", None)  # of `super()`
    for name, cell in cells.items():
        with contextlib.suppress(ValueError):  # nothing is in it yet
            names[name] = cell.cell_contents
    return [
        *(function.__defaults__ or ()),
        *(function.__kwdefaults__ or {}).values(),
        getattr(function, "__wrapped__", None),
        *_named_in_code(function.__code__, names),
    ]


def _named_in_code(code: CodeType, values: Mapping[str, Any]) -> Iterator[Any]:
    """The values of names, followed through modules: of `np.random.normal` that."""
    codes = [code]
    for one in codes:
        codes += [inner for inner in one.co_consts if isinstance(inner, CodeType)]
    # Of globals and attributes alike: which is which differs with Python's versions.
    names = {name for one in codes for name in (*one.co_names, *one.co_freevars)}
    waiting = [values[name] for name in names if name in values]
    waiting += [
        sys.modules[instruction.argval]
        for one in codes
        for instruction in dis.get_instructions(one)
        if instruction.opname == "IMPORT_NAME" and instruction.argval in sys.modules
    ]
    followed: set[int] = set()
    while waiting:
        value = waiting.pop()
        following = []
        if isinstance(value, ModuleType) and id(value) not in followed:
            followed.add(id(value))
            for name in names:
                with contextlib.suppress(Exception):  # modules can do as they like
                    following.append(getattr(value, name))
        if following:
            waiting += following
        else:
            yield value
