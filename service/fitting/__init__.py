"""Fits linear heads to embeddings: regression, folds, temperature and thresholds, in NumPy and SciPy alone."""
