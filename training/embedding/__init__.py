"""Numbers that a larger network has for sound, a linear classifier on top of them, and what a second network does
with what the first one lets through."""
