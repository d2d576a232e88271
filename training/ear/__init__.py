"""The ear: one network that hears every window once, for all heads."""
