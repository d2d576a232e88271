"""What is expensive to make from a sound file, made once and kept on disk."""
