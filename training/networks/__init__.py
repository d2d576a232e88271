"""Networks: front-end frames in, logits out. One file each, which a recipe chooses by their `kind`."""
