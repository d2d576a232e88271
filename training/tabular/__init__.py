"""Hand-crafted features as tables of rows, the classifiers that learn from them, and how those compare."""
