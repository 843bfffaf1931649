"""Runs the tests marked `every_backend` again on each Keras back end."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest
from conftest import SHARED_DATA

#: Tests that must have passed and not been skipped.
ALWAYS = {
    "test_a_frozen_backbone_inside_a_fine_tuning_model",
    "test_a_logged_training_is_the_same_to_the_bit",
    "test_activations_equal_those_computed_by_hand",
    "test_every_layer_of_a_known_network",
    "test_training_with_capture_is_bit_identical",
    "test_training_with_the_callback_is_bit_identical",
    "test_what_is_logged_is_what_the_layers_do_at_that_moment",
    "test_every_layer_equals_its_own_call",
    "test_every_picture_is_the_one_its_function_draws",
    "test_it_names_unseen_faces",
}
WITH_DATA = {
    "test_channel_13_is_the_strongest_and_its_eye_goes_dark",
    "test_with_the_real_weights_channel_13_comes_first_on_the_closed_eye",
    "test_all_layers_agree_with_the_reference",
}
ROOT = Path(__file__).resolve().parents[1]


def spared(folder: Path) -> dict[str, str]:
    """What spares the back ends work that shows nothing."""
    return {
        # Threads that wait for the next small product of PyTorch spin.
        "OMP_NUM_THREADS": "1",
        # JAX keeps in a folder what it compiles: many tests train the same model.
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_marked_tests_pass_on(backend: str, tmp_path: Path) -> None:
    if backend == keras.backend.backend():
        pytest.skip(f"this run is on {backend}: its own tests have shown it")
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-m", "every_backend", "tests"],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend, **spared(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    passed = set(re.findall(r"^PASSED \S+::(\w+)", done.stdout, re.MULTILINE))
    assert passed >= ALWAYS
    if SHARED_DATA.is_dir():
        assert passed >= WITH_DATA
