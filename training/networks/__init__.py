"""Networks: front-end frames in, logits out. One file each, told apart in a recipe by their `kind`."""
