"""What happens to sound on its way into training, each step switched on by a table of its own in the recipe."""
