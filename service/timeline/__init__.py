"""From chunk probabilities to the answer for the whole: averages, joint labels, smoothed segments."""
