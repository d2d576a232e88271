"""The body of a request becomes files that have no name."""
