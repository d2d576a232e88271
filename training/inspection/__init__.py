"""What a corpus holds, and what is wrong with it."""
