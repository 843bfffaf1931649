"""What a run can change in torch, beside the variables that Keras knows.

A run is watched operation by operation the first time, and again only where it was
seen to write to tensors that had been there before.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras

from tb_actviz.capture.layer_kinds import all_layers


def keepers(
    roots: Sequence[Any], reached: Sequence[Any]
) -> list[Callable[[], Callable[[], None]]]:
    """Find what keeps the states that a run could change, tensors aside.

    Args:
        roots: The model and what else is run.
        reached: What their code can get at.

    Returns:
        For each state a function that saves it and gives one that puts it back. Saving
        the modes of modules also puts models into evaluation mode.
    """
    import torch

    layers = [
        layer
        for root in roots
        if isinstance(root, keras.Layer)
        for layer in all_layers(root)
    ]
    modules = {id(module): module for layer in layers for module in layer.modules()}
    modules |= {
        id(value): value for value in reached if isinstance(value, torch.nn.Module)
    }
    # Keras fills these dicts itself.
    others = [
        module
        for module in modules.values()
        if not isinstance(module, keras.Layer | torch.nn.ParameterDict)
    ]
    models = [root for root in roots if isinstance(root, keras.Model)]
    found: list[Callable[[], Callable[[], None]]] = [
        partial(_keep_generators, _accelerators()),
        # What modules hold is put back before their modes.
        partial(_keep_modes, models, list(modules.values())),
        partial(_keep_attributes, others),
    ]
    for value in reached:
        if isinstance(value, torch.Generator):
            found.append(partial(_keep_generator, value))
    return found


class WrittenTensors:
    """Puts tensors back that a run writes to, and notices what it overwrites.

    What is computed in the run may be overwritten in it, by operations in place: then
    `overwrites` says so, and what is to be kept has to be copied as soon as it is
    there.
    """

    def __init__(self) -> None:
        #: Whether what a run gives may have been overwritten meanwhile, or may be later
        #: because it is not the run's own, such as a buffer.
        self.overwrites = False
        self._writes = False
        self._watch: Any = None

    @contextmanager
    def put_back(self, *, is_first: bool) -> Iterator[None]:
        """Put tensors back that are written to meanwhile.

        Args:
            is_first: Whether nothing is known of the run.

        Yields:
            Nothing.
        """
        if keras.backend.backend() != "torch" or not (is_first or self._writes):
            yield
            return
        self._watch = _watch_class()()
        try:
            with self._watch:
                yield
        finally:
            watch, self._watch = self._watch, None
            self._writes |= bool(watch.saved)
            watch.put_back()

    @property
    def is_watched(self) -> bool:
        """Whether a run is being watched."""
        return self._watch is not None

    def keep(self, given: Any) -> Any:
        """Keep what a layer gives, as soon as it is there.

        Args:
            given: A tensor, or a nest of them.

        Returns:
            A copy where the run is known to overwrite such; otherwise itself.
        """
        if self.overwrites:
            return keras.tree.map_structure(keras.ops.copy, given)
        if self._watch is not None:
            self._watch.note(given)
        return given

    def look_at(self, outputs: Sequence[Any], inputs: Sequence[Any]) -> None:
        """Notice outputs that were overwritten, or are what was there before.

        Args:
            outputs: What the run gives, before it ends.
            inputs: What it was given.
        """
        if self._watch is not None:
            self.overwrites |= not self._watch.are_as_computed(outputs, inputs)


@functools.cache
def _watch_class() -> type:
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):  # type: ignore[misc]
        """Sees every operation of this thread, before it is run."""

        def __init__(self) -> None:
            super().__init__()
            #: Storages from before the run, with what they held.
            self.saved: dict[int, tuple[Any, Any]] = {}
            #: How often each was written to: at all, and before a layer gave it.
            self._writes: Counter[int | None] = Counter()
            self._writes_before: dict[int | None, int] = {}
            # With the storages themselves: an address means something only as long.
            self._computed: dict[int, Any] = {}

        def __torch_dispatch__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            for tensor in _written(function, args, kwargs):
                self._save(tensor)
            outputs = function(*args, **kwargs)
            held = {key for t in _tensors((args, kwargs)) if (key := _key(t))}
            for tensor in _tensors(outputs):
                key = _key(tensor)
                if key and key not in held:
                    self._computed[key] = tensor.untyped_storage()
            return outputs

        def note(self, given: Any) -> None:
            for key in map(_key, _tensors(given)):
                self._writes_before.setdefault(key, self._writes[key])

        def are_as_computed(
            self, outputs: Sequence[Any], inputs: Sequence[Any]
        ) -> bool:
            before = dict.fromkeys((*map(_key, inputs), *self._computed, None), 0)
            before |= {
                key: writes
                for key, writes in self._writes_before.items()
                if key in self._computed
            }
            return all(
                key in before and self._writes[key] == before[key]
                for key in map(_key, outputs)
            )

        def put_back(self) -> None:
            for storage, value in self.saved.values():
                if storage.nbytes() == value.nbytes():
                    storage.copy_(value)

        def _save(self, tensor: Any) -> None:
            key = _key(tensor)
            if key is None:
                return
            self._writes[key] += 1
            if key not in self._computed and key not in self.saved:
                storage = tensor.untyped_storage()
                self.saved[key] = (storage, storage.clone())

    return Watch


def _written(function: Any, args: Sequence[Any], kwargs: Any) -> Iterator[Any]:
    """The tensors that an operation writes to, by its declaration."""
    for index, argument in enumerate(function._schema.arguments):
        writes = argument.alias_info is not None and argument.alias_info.is_write
        # The declaration of batch normalisation does not say so of these.
        if writes or argument.name in ("running_mean", "running_var"):
            value = args[index] if index < len(args) else kwargs.get(argument.name)
            yield from _tensors(value)


def _tensors(nest: Any) -> Iterator[Any]:
    import torch

    if isinstance(nest, torch.Tensor):
        yield nest
    elif isinstance(nest, list | tuple):
        for item in nest:
            yield from _tensors(item)
    elif isinstance(nest, dict):
        yield from _tensors(list(nest.values()))


def _key(tensor: Any) -> int | None:
    """What views of the same memory have in common; None where there is none."""
    if tensor.device.type == "meta":
        return None
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # sparse, or inside torch.vmap
        return None


def _accelerators() -> list[Any]:
    """The modules of torch for the kinds of device that there are, beside CPUs."""
    import torch

    named = [getattr(torch, name, None) for name in ("cuda", "xpu", "mps")]
    # `torch.mps` itself does not say.
    there = [torch.cuda, getattr(torch, "xpu", None), torch.backends.mps]
    return [
        module
        for module, asked in zip(named, there, strict=True)
        if module is not None and asked is not None and asked.is_available()
    ]


def _keep_generators(accelerators: Sequence[Any]) -> Callable[[], None]:
    import torch

    put_back = [partial(torch.set_rng_state, torch.get_rng_state())]
    for module in accelerators:
        if not hasattr(module, "get_rng_state_all"):  # there is one device only
            put_back.append(partial(module.set_rng_state, module.get_rng_state()))
        elif module.is_initialized():
            put_back.append(
                partial(module.set_rng_state_all, module.get_rng_state_all())
            )

    def put_all_back() -> None:
        for put in put_back:
            put()

    return put_all_back


def _keep_generator(generator: Any) -> Callable[[], None]:
    return partial(generator.set_state, generator.get_state())


def _keep_modes(models: Sequence[Any], modules: Sequence[Any]) -> Callable[[], None]:
    modes = [module.training for module in modules]
    if any(modes):
        for model in models:
            # As `predict` does.
            model.eval()

    def put_back() -> None:
        for module, mode in zip(modules, modes, strict=True):
            if module.training == mode:
                continue
            if isinstance(module, keras.Layer):
                # Past its own `__setattr__`, which looks for layers to keep track of.
                vars(module)["training"] = mode
            else:
                module.training = mode

    return put_back


def _keep_attributes(modules: Sequence[Any]) -> Callable[[], None]:
    """Keep what modules hold: buffers may be made, or replaced by others."""
    import torch

    saved = [
        (holder, dict(holder))
        for module in modules
        for holder in (vars(module), module._buffers, module._parameters)
        if isinstance(holder, dict)
    ]
    # Those of a script lie outside of Python.
    scripted = [
        (module, dict(module.named_buffers(recurse=False)))
        for module in modules
        if isinstance(module, torch.jit.ScriptModule)
    ]

    def put_back() -> None:
        for holder, before in saved:
            if holder.keys() != before.keys() or any(
                value is not holder[name] for name, value in before.items()
            ):
                holder.clear()
                holder.update(before)
        for module, buffers in scripted:
            for name, buffer in buffers.items():
                if getattr(module, name) is not buffer:
                    setattr(module, name, buffer)

    return put_back
