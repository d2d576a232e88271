"""`earmark doctor`: what this machine can do, and what keeps it from doing more."""
