"""Fitting a network: plain PyTorch, one step after the other."""
