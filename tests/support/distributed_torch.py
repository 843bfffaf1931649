"""Trains as one of two processes of DistributedDataParallel: `FOLDER RANK PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import torch
from distributed import BATCHES, loop, network, report
from torch.nn.parallel import DistributedDataParallel
from training import data

FOLDER, RANK, PORT = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
torch.distributed.init_process_group(
    "gloo", init_method=f"tcp://127.0.0.1:{PORT}", rank=RANK, world_size=2
)


def train(callbacks: list[keras.callbacks.Callback]) -> list[np.ndarray]:
    model = network()
    keras.utils.set_random_seed(8)
    wrapped = DistributedDataParallel(model)
    learned = [one for one in model.parameters() if one.requires_grad]
    optimizer = torch.optim.Adam(learned, 0.01)
    x, y = map(torch.from_numpy, data(BATCHES))

    def step(batch: int) -> None:
        rows = slice(4 * batch + RANK, 4 * batch + 4, 2)
        optimizer.zero_grad()
        error = wrapped(x[rows], training=True) - y[rows]
        torch.mean(error**2).backward()
        optimizer.step()

    loop(wrapped, callbacks, step)
    return [keras.ops.convert_to_numpy(variable) for variable in model.variables]


report(FOLDER, RANK, train)
torch.distributed.destroy_process_group()
