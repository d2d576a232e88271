"""Where PyTorch computes: on a GPU where there is one, on the processor otherwise."""

import torch


def best_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
