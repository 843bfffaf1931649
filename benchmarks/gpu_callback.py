"""What logging costs a training on a GPU, at several intervals.

    python benchmarks/gpu_callback.py --backend jax
    python benchmarks/gpu_callback.py --backend torch

Prints a Markdown table, with the date and the card, to be kept in the documentation.
Trainings with and without the callback take turns in one process; ratios are of the
medians. `--cpu` tries the script where there is no GPU.
"""

from __future__ import annotations

import argparse
import datetime
import os
import statistics
import sys
import tempfile
from pathlib import Path

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--backend", choices=("jax", "torch"), default="jax")
arguments.add_argument("--cpu", action="store_true", help="go on without a GPU")
arguments.add_argument("--batch", type=int, default=64)
arguments.add_argument("--steps", type=int, default=200, help="of a training")
arguments.add_argument("--rounds", type=int, default=3, help="trainings of each kind")
arguments.add_argument(
    "--intervals",
    type=lambda text: [int(part) for part in text.split(",")],
    default=[200, 100, 20, 5, 1],
    help="log every so many batches (default: 200,100,20,5,1)",
)
OPTIONS = arguments.parse_args()
os.environ["KERAS_BACKEND"] = OPTIONS.backend

import keras
from measuring import SIZE, Held, batches, network, picture, timed

import tb_actviz as av


def card() -> str | None:
    """Name of the GPU that the back end uses; None without one."""
    if OPTIONS.backend == "jax":
        import jax

        device = jax.devices()[0]
        return None if device.platform == "cpu" else str(device.device_kind)
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def main() -> None:
    """Print the table."""
    name = card()
    if name is None and not OPTIONS.cpu:
        sys.exit(f"{OPTIONS.backend} finds no GPU here; --cpu goes on without one.")
    net, probe = network(), picture()
    x, y = batches(OPTIONS.batch, OPTIONS.steps)

    def fit(*callbacks: keras.callbacks.Callback) -> float:
        return timed(
            lambda: net.fit(
                *(x, y),
                batch_size=OPTIONS.batch,
                shuffle=False,
                verbose=0,
                callbacks=list(callbacks),
            )
        )

    fit()
    print(
        f"{datetime.date.today()}, {name or 'CPU'}, Keras {keras.__version__} on "
        f"{OPTIONS.backend}: SqueezeNet {SIZE}×{SIZE}, {OPTIONS.steps} batches of "
        f"{OPTIONS.batch}, all convolutions and activations of one input; medians of "
        f"{OPTIONS.rounds} trainings.\n"
    )
    print("| log every | training | training held by a log | copied from the device |")
    print("|---|---|---|---|")
    views: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("numbers and grids", ("channels",)),
        ("numbers only", ()),
    )
    copied = sum(found.nbytes for found in av.activations(net, probe, LAYERS).values())
    for interval in OPTIONS.intervals:
        for what, drawn in views:
            alone, logged, held = [], [], []
            with tempfile.TemporaryDirectory() as folder:
                for turn in range(OPTIONS.rounds):
                    run = Path(folder, str(turn))
                    callback = Held(
                        av.ActivationCallback(
                            run,
                            probe,
                            update_freq=interval,
                            max_overhead=None,
                            options=av.LogOptions(views=drawn),
                        )
                    )
                    alone.append(fit())
                    logged.append(fit(callback))
                    # The hooks that log are those that take longest.
                    logs = max(1, OPTIONS.steps // interval)
                    held += sorted(callback.seconds)[-logs:]
            ratio = statistics.median(logged) / statistics.median(alone)
            print(
                f"| {interval} batches, {what} | {ratio:.3f}× | "
                f"{statistics.median(held) * 1e3:.1f} ms | {copied / 1e6:.1f} MB |",
                flush=True,
            )


#: What is logged when no layers are named.
LAYERS = [keras.layers.Conv2D, keras.layers.ReLU]

if __name__ == "__main__":
    main()
