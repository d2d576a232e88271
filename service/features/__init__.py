"""Samples in, what a model eats out: one file a front-end, one protocol, parameters from the manifest."""
