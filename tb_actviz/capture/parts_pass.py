"""Inputs through the parts of a model that is not run itself, each part its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import keras
import numpy as np

from tb_actviz.capture.description import Capture
from tb_actviz.capture.execution import PreparedInputs
from tb_actviz.capture.forward_pass import (
    BATCH_SIZE,
    Choose,
    ForwardPass,
)
from tb_actviz.capture.inputs import SAMPLES, Inputs
from tb_actviz.capture.layer_calls import LayerCall
from tb_actviz.capture.model_signature import model_signature
from tb_actviz.capture.named_input import NamedInput
from tb_actviz.capture.parts import calls_in_part, find_parts, in_part, runs_itself
from tb_actviz.capture.preprocessing import Preprocess, PreprocessInput
from tb_actviz.capture.receptive import SeenPicture
from tb_actviz.capture.selection import refuse_other_than_models
from tb_actviz.capture.stream_elements import is_dataset
from tb_actviz.errors import InputError, format_shape
from tb_actviz.progress import Report

#: What takes inputs through a model, whole or part by part.
AnyPass: TypeAlias = "ForwardPass | PartsPass"


class NoPartFitsError(InputError):
    """A model without a `call` has no part that these inputs fit."""


def pass_through(
    model: keras.Model,
    choose: Choose,
    *,
    preprocess: Preprocess = "auto",
    compiled: bool | None = None,
    may_build: bool = True,
) -> AnyPass:
    """Make what takes inputs through a model.

    Args:
        model: Any Keras model.
        choose: Picks the layers.
        preprocess: As for `FeatureExtractor`; for a model that is run part by part, a
            dict may name parts.
        compiled: As for `FeatureExtractor`.
        may_build: As for `ForwardPass`.

    Returns:
        A `ForwardPass`, or a `PartsPass` for a model without a `call`.

    Raises:
        InputError: As they do.
    """
    refuse_other_than_models(model)
    kind = ForwardPass if runs_itself(model) else PartsPass
    return kind(
        model, choose, preprocess=preprocess, compiled=compiled, may_build=may_build
    )


class PartsPass:
    """A `ForwardPass` for each part of a model that is not run itself.

    Args:
        model: A Keras model without a `call`.
        choose: Picks the layers.
        preprocess: As for `pass_through`.
        compiled: As for `FeatureExtractor`.
        may_build: As for `ForwardPass`.

    Raises:
        InputError: If it has no parts that can be run, or `choose` cannot be used.
    """

    def __init__(
        self,
        model: keras.Model,
        choose: Choose,
        *,
        preprocess: Preprocess = "auto",
        compiled: bool | None = None,
        may_build: bool = True,
    ) -> None:
        self._name = f"{model.name!r} ({type(model).__name__})"
        self._choose = choose
        #: Paths of the chosen layers; empty before the first inputs.
        self.layers: tuple[str, ...] = ()
        parts = find_parts(model)
        if not parts:
            raise NoPartFitsError(
                f"The model {self._name} has no call(), and holds no models that could "
                "be run instead. Keep the networks that its training step runs as "
                "attributes, or log one of them with an ActivationLogger."
            )
        self._passes = {
            name: ForwardPass(
                part,
                _everything,
                preprocess=_of_part(preprocess, name, parts),
                compiled=compiled,
                may_build=may_build,
                trained=model,
            )
            for name, part in parts.items()
        }
        self._in_use: tuple[str, ...] = ()
        #: The parts that the chosen layers lie in, as far as that is known.
        self._reached = tuple(parts)
        known = self._calls(self._passes)
        try:
            self._reached = _parts_of(self._choose(known))
        except InputError:
            # It may mean a part that was not called yet.
            if all(one.calls for one in self._passes.values()):
                raise

    def read(self, inputs: Inputs, *, samples: int = SAMPLES) -> list[NamedInput]:
        """Read inputs for the parts, and check that they fit.

        Args:
            inputs: As for `read_inputs`, for each part that they fit; or a dict of part
                to its own.
            samples: How many samples to take of a dataset or generator.

        Returns:
            The inputs, with the part that each is for.

        Raises:
            InputError: If they fit no part, or not the one that they are meant for.
        """
        if isinstance(inputs, Mapping) and inputs and set(inputs) <= set(self._passes):
            by_part = {
                part: self._passes[part].read(value, samples=samples)
                for part, value in inputs.items()
            }
        elif len(self._reached) == 1:
            (part,) = self._reached
            by_part = {part: self._passes[part].read(inputs, samples=samples)}
        else:
            by_part = self._read_where_they_fit(inputs)
        self._use(tuple(by_part))
        several = len(by_part) > 1
        return [
            replace(
                named,
                part=part,
                name=in_part(part, named.name) if several else named.name,
            )
            for part, of_part in by_part.items()
            for named in of_part
        ]

    def check(self, named: NamedInput, count: int = 1) -> None:
        """Refuse an input that its part cannot take; as `ForwardPass.check`."""
        self._passes[named.part].check(named, count)

    def take_caution(self) -> str:
        """Take what a user should know; as `ForwardPass.take_caution`."""
        cautions = [self._passes[part].take_caution() for part in self._in_use]
        return " ".join(caution for caution in cautions if caution)

    def stated_preprocessing(self, part: str = "") -> str:
        """State what inputs go through before a part; as for a `ForwardPass`.

        Args:
            part: Name of the part; empty for all that inputs were given for.

        Returns:
            In words.
        """
        if part:
            return self._passes[part].stated_preprocessing()
        each = {name: self.stated_preprocessing(name) for name in self._in_use}
        if len(set(each.values())) == 1:
            return next(iter(each.values()))
        return "; ".join(f"{name}: {stated}" for name, stated in each.items())

    def seen_picture(self, named: NamedInput) -> SeenPicture:
        """Find what layers see of an input; as `ForwardPass.seen_picture`."""
        seen = self._passes[named.part].seen_picture(named)
        layers = {in_part(named.part, path): maps for path, maps in seen.layers.items()}
        return replace(seen, layers=layers)

    def run(
        self,
        inputs: Sequence[NamedInput],
        *,
        batch_size: int = BATCH_SIZE,
        progress: Report | None = None,
    ) -> dict[str, np.ndarray]:
        """Run the parts over inputs, those of each part of one size.

        Args:
            inputs: From `read`.
            batch_size: As for `ForwardPass.run`.
            progress: As for `ForwardPass.run`, called for each part.

        Returns:
            Layer path to activations, one row for each input of its part.

        Raises:
            InputError: As `ForwardPass.run`.
        """
        captured: dict[str, np.ndarray] = {}
        for part, indices in _by_part(inputs).items():
            rows = self._passes[part].run(
                [inputs[index] for index in indices],
                batch_size=batch_size,
                progress=progress,
            )
            captured |= {in_part(part, path): values for path, values in rows.items()}
        return {path: captured[path] for path in self.layers if path in captured}

    def run_each(self, inputs: Sequence[NamedInput]) -> Iterator[dict[str, np.ndarray]]:
        """Run inputs one after another, part by part; as `ForwardPass.run_each`."""
        for part, indices in _by_part(inputs).items():
            of_part = [inputs[index] for index in indices]
            for captured in self._passes[part].run_each(of_part):
                yield {in_part(part, path): rows for path, rows in captured.items()}

    def describe_batches(self, batch_size: int = BATCH_SIZE) -> str | None:
        """Say how inputs were batched; as `ForwardPass.describe_batches`."""
        notes = (self._passes[p].describe_batches(batch_size) for p in self._in_use)
        return " ".join(note for note in notes if note) or None

    def prepare(self, inputs: Sequence[NamedInput]) -> PreparedInputs:
        """Make batches of inputs, to be run any number of times.

        Args:
            inputs: From `read`, at least one.

        Returns:
            The inputs, ready to run.

        Raises:
            InputError: As `ForwardPass.prepare`.
        """
        batches = []
        for part, indices in _by_part(inputs).items():
            prepared = self._passes[part].prepare([inputs[index] for index in indices])
            batches += [
                replace(
                    batch,
                    indices=tuple(indices[index] for index in batch.indices),
                    layers=tuple(in_part(part, path) for path in batch.layers),
                )
                for batch in prepared.batches
            ]
        return PreparedInputs(tuple(inputs), tuple(batches))

    def recompile(self) -> None:
        """Forget what was compiled."""
        for part in self._in_use:
            self._passes[part].recompile()

    def describe(self) -> Capture:
        """Describe how the activations are captured; as `ForwardPass.describe`."""
        if not self._in_use:
            raise InputError(
                f"How the parts of the model {self._name} are captured is not known "
                "before its first inputs. Run some through it."
            )
        each = {part: self._passes[part].describe() for part in self._in_use}
        first, *_ = each.values()
        return replace(
            first,
            method=" and ".join(sorted({one.method for one in each.values()})),
            reason="; ".join(
                [
                    "the model has no call(), its parts are run",
                    *(one.reason for one in each.values() if one.reason),
                ]
            ),
            compiled=all(one.compiled for one in each.values()),
            preprocess=self.stated_preprocessing(),
            inputs={
                in_part(part, name): shape
                for part, one in each.items()
                for name, shape in one.inputs.items()
            },
            layers=self.layers,
            left_out={
                in_part(part, path): why
                for part, one in each.items()
                for path, why in one.left_out.items()
            },
        )

    def _calls(self, parts: Sequence[str] | Mapping[str, Any]) -> list[LayerCall]:
        return [
            call
            for part in parts
            for call in calls_in_part(part, self._passes[part].calls)
        ]

    def _use(self, parts: tuple[str, ...]) -> None:
        """Choose among the layers of the parts that inputs were given for."""
        if parts == self._in_use:
            return
        chosen = self._choose(self._calls(parts))
        for part in parts:
            paths = {call.path for call in chosen if call.part == part}
            if not paths:
                raise InputError(
                    f"Inputs were given for {part!r}, but no layer in it was asked "
                    f"for. Ask for {part + '/*'!r}, or leave them out."
                )
            self._passes[part].narrow({path[len(part) + 1 :] for path in paths})
        self.layers = tuple(call.path for call in chosen)
        self._in_use = parts

    def _read_where_they_fit(self, inputs: Inputs) -> dict[str, list[NamedInput]]:
        if is_dataset(inputs):
            raise NoPartFitsError(
                f"The model {self._name} has no call(), and the layers lie in several "
                f"of its parts. Say which one the {type(inputs).__name__} is for: "
                f"{{{self._reached[0]!r}: …}}. The parts take: {self._taken()}."
            )
        by_part = {}
        for part in self._reached:
            try:
                by_part[part] = self._passes[part].read(inputs)
            except InputError:
                continue
        if by_part:
            return by_part
        raise NoPartFitsError(
            f"The model {self._name} has no call(), and the inputs fit none of its "
            f"parts. Give each part its own: {{{self._reached[0]!r}: …}}. The parts "
            f"take: {self._taken()}."
        )

    def _taken(self) -> str:
        """What each part takes, in words."""
        return "; ".join(
            f"{part} {' and '.join(map(format_shape, one.signature.shapes))}"
            if one.signature
            else f"{part}, which was not called yet"
            for part, one in self._passes.items()
        )


def _parts_of(calls: Sequence[LayerCall]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(call.part for call in calls))


def _everything(calls: Sequence[LayerCall]) -> list[LayerCall]:
    return [call for call in calls if call.problem is None]


def _of_part(preprocess: Preprocess, part: str, parts: Mapping[str, Any]) -> Preprocess:
    """What a part's inputs go through."""
    if isinstance(preprocess, Mapping):
        if not set(preprocess) <= set(parts):
            raise InputError(
                f"preprocess names {', '.join(map(repr, preprocess))}; expected parts "
                f"of the model: {', '.join(parts)}."
            )
        return preprocess.get(part)
    if callable(preprocess):
        return _takes_pictures(preprocess, parts[part])
    return preprocess


def _takes_pictures(function: Any, part: keras.Model) -> PreprocessInput:
    """The function for a part that takes pictures, nothing for any other."""
    signature = model_signature(part)
    is_picture = signature is None or 3 in map(len, signature.shapes)
    return function if is_picture else None


def _by_part(inputs: Sequence[NamedInput]) -> dict[str, list[int]]:
    indices: dict[str, list[int]] = {}
    for index, named in enumerate(inputs):
        indices.setdefault(named.part, []).append(index)
    return indices
