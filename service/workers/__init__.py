"""Worker processes, which may be killed, their supervisors and pools, and what crosses between them."""
