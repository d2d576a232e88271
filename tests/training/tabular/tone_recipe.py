"""A recipe for a classifier of the tones of tests.training.small_corpus."""

RECIPE = """
name = "pitch"
version = "1.0.0"
task = "Is it low, high or noise?"
labels = ["high", "low", "noise"]
seed = 7
weaknesses = ["It has heard no music."]

[[sources]]
corpus = "tones"

[front_end]
kind = "handcrafted"
window_seconds = 1.0
sample_rate = 16000

[classifier]
kind = "logistic_regression"

[evaluation]
folds = 2
"""
