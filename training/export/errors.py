"""What can be wrong with a model on its way out of training."""


class ExportError(Exception):
    """The network cannot be written as ONNX, or the file does not answer as the network does. Says by how much."""
