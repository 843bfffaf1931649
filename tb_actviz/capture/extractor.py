"""The activations of many layers from one forward pass."""

from __future__ import annotations

import warnings

import keras
import numpy as np

from tb_actviz.capture.description import Capture
from tb_actviz.capture.forward_pass import BATCH_SIZE
from tb_actviz.capture.inputs import SAMPLES, Inputs
from tb_actviz.capture.layer_activations import LayerActivations
from tb_actviz.capture.parts_pass import pass_through
from tb_actviz.capture.preprocessing import Preprocess
from tb_actviz.capture.selection import LayerSelection, select_calls
from tb_actviz.errors import InputError
from tb_actviz.progress import Progress, reporting


class FeatureExtractor:
    """Activations of chosen layers, built and traced once, one pass for all layers.

    The pass runs in inference mode and always with the model's current weights; the
    model itself is left as it is. Layers inside other models and layers, repeated
    calls and values before an activation inside a layer have paths of their own, as
    `describe_layers` lists them.

    Args:
        model: Any Keras model. One that was never called is built by the first inputs,
            as by calling it.
        layers: A path, a glob (`"fire6-*"`, `"*"` for all; values before activations
            inside layers only where it ends in `:pre`), a layer class, a predicate on
            the layer, or a list of these; None takes the layers worth seeing,
            convolutions, activation layers and attention.
        preprocess: What turns pictures (RGB, 0…255, float32, shape (N, H, W, C)) into
            what the model was trained on. `"auto"` takes the model's own
            `preprocess_input` where it carries one, and that of `keras.applications`
            for one of its networks; None feeds the inputs unchanged.
        compiled: Whether to compile the pass. None compiles it unless the model was
            compiled with `run_eagerly`, and runs it eagerly where it cannot be
            compiled.

    Raises:
        InputError: If a layer does not exist, or cannot be captured.

    Example:
        >>> extract = av.FeatureExtractor(model, ["conv1", "fire6-*"])
        >>> extract.layers
        ('conv1', 'fire6-squeeze1x1', 'fire6-relu_squeeze1x1')
        >>> acts = extract(["face.png", "face-eye-closed.png"])
        >>> acts["conv1"].shape
        (2, 64, 64, 8)
    """

    def __init__(
        self,
        model: keras.Model,
        layers: LayerSelection | None = None,
        *,
        preprocess: Preprocess = "auto",
        compiled: bool | None = None,
    ) -> None:
        self._pass = pass_through(
            model,
            lambda calls: select_calls(calls, layers),
            preprocess=preprocess,
            compiled=compiled,
        )
        self._has_warned = False

    @property
    def layers(self) -> tuple[str, ...]:
        """Paths of the layers; empty before the first inputs of an unbuilt model."""
        return self._pass.layers

    def __call__(
        self,
        inputs: Inputs,
        *,
        samples: int = SAMPLES,
        batch_size: int = BATCH_SIZE,
        progress: Progress = True,
    ) -> dict[str, np.ndarray]:
        """Run the model over inputs of one size.

        Args:
            inputs: As for `activations`: arrays (H, W, C) or (N, H, W, C), RGB 0…255
                unless `preprocess` is None; paths; datasets; a list or dict of these.
            samples: How many samples to take of a dataset or generator.
            batch_size: How many inputs go through the model at once, at least 1.
            progress: Whether to show a progress bar on a terminal; or what to call with
                (inputs done, all inputs) after each of several batches.

        Returns:
            Layer path to activations, float32, shape (N, H, W, C) for maps, (N, T, C)
            for sequences and (N, C) for vectors, channels last, in the
            order of the model. The arrays are read-only: they may share memory with
            the back end. In a notebook it shows itself as a table.

        Raises:
            InputError: If the inputs differ in size, do not fit the model, or look
                preprocessed already.
        """
        if not isinstance(batch_size, int) or batch_size < 1:
            raise InputError(
                f"Received batch_size={batch_size!r}; expected an integer of at least "
                "1."
            )
        named = self._pass.read(inputs, samples=samples)
        if caution := self._pass.take_caution():
            warnings.warn(caution, stacklevel=2)
        with reporting(progress, "capturing") as report:
            captured = self._pass.run(named, batch_size=batch_size, progress=report)
        note = self._pass.describe_batches(batch_size)
        if note is not None and not self._has_warned:
            self._has_warned = True
            warnings.warn(note, stacklevel=2)
        return LayerActivations(captured)

    def describe(self) -> Capture:
        """Describe how the activations are captured; printed, it is text for people.

        Returns:
            Whether a sub-model or a probe serves, why, and what it is fed with.

        Raises:
            InputError: If that is not known before the first inputs.
        """
        return self._pass.describe()


def activations(
    model: keras.Model,
    inputs: Inputs,
    layers: LayerSelection | None = None,
    *,
    preprocess: Preprocess = "auto",
    samples: int = SAMPLES,
    batch_size: int = BATCH_SIZE,
    progress: Progress = True,
) -> dict[str, np.ndarray]:
    """Get the activations of chosen layers in one forward pass.

    For more than one call keep a `FeatureExtractor`, which is traced once. After
    `activations` of MATLAB's Deep Learning Toolbox.

    Args:
        model: Any Keras model.
        inputs: Pictures as paths, or arrays of shape (H, W, C) or (N, H, W, C), RGB
            0…255 unless `preprocess` is None; datasets; a list or dict of these. For
            models with several inputs a tuple or dict of arrays.
        layers: A path, a glob, a layer class, a predicate, or a list of these; None
            takes convolutions, activation layers and attention, `"*"` all layers.
        preprocess: `"auto"`, None, or a callable, as for `FeatureExtractor`.
        samples: How many samples to take of a dataset or generator.
        batch_size: How many inputs go through the model at once, at least 1. Layers
            that see the whole batch give other values for other batches; the logger and
            the callback go by 32.
        progress: As for a call of `FeatureExtractor`.

    Returns:
        Layer path to activations, float32, shape (N, H, W, C) for maps, (N, T, C) for
        sequences and (N, C) for vectors, in the order of the model however `layers` is
        ordered; read-only.

    Raises:
        InputError: If the model, a layer or an input cannot be used.

    Example:
        >>> acts = av.activations(model, "face.png", layers=["conv1", "fire6-*"])
        >>> {path: values.shape for path, values in acts.items()}
        {'conv1': (1, 64, 64, 8), 'fire6-squeeze1x1': (1, 32, 32, 6),
         'fire6-relu_squeeze1x1': (1, 32, 32, 6)}
    """
    extractor = FeatureExtractor(model, layers, preprocess=preprocess)
    return extractor(inputs, samples=samples, batch_size=batch_size, progress=progress)
