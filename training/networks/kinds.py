"""Every network that a recipe may name, told apart by its `kind`."""

from training.networks.residual_cnn import ResidualCnn

AnyNetwork = ResidualCnn
