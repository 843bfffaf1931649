"""See what the layers of a PyTorch network respond to, with forward hooks.

Then `tensorboard --logdir runs` has the whole Activations tab; Keras is not needed.
"""

import numpy as np
import torch
from torch import nn

import tb_actviz as av
from keras_models.faces import draw_face

torch.manual_seed(0)
network = nn.Sequential(nn.Conv2d(3, 16, 5, 2), nn.ReLU(True), nn.Conv2d(16, 8, 3))
faces = np.stack([draw_face(1).picture, draw_face(1, left_eye_open=False).picture])
pixels = torch.from_numpy(faces).permute(0, 3, 1, 2) / 255

seen: dict[str, torch.Tensor] = {}
for name, layer in network.named_children():
    # A copy, since the ReLU works in place.
    layer.register_forward_hook(
        lambda _, __, output, name=name: seen.update({name: output.detach().clone()})
    )

with av.ArrayLogger("runs/torch", data_format="channels_first") as log:
    for step in range(3):
        network(pixels)
        log(seen, faces, step)
