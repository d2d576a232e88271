"""Classifiers that compare a row with the rows that they keep: nearest neighbours, and support vectors."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.tabular.fitted import Fitted
from training.tabular.graph import Graph, Name


def nearest_neighbours(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    """Each of the nearest has one vote."""
    count = graph.constant(np.array([fitted.estimator.n_neighbors]))
    distances = _squared_distances(graph, rows, fitted.known)
    _, nearest = graph.nodes("TopK", (distances, count), 2, axis=1, largest=0)
    votes = graph.node("Gather", graph.constant(np.eye(fitted.labels)[fitted.targets]), nearest)
    return graph.node("ReduceMean", votes, graph.constant(np.array([1])), keepdims=0)


def support_vectors(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    """The estimator is a CalibratedClassifierCV around one SVC with a radial kernel: for each label a logistic function
    of how often it wins against another, and how clearly."""
    (calibrated,) = fitted.estimator.calibrated_classifiers_
    machine, curves, labels = calibrated.estimator, calibrated.calibrators, fitted.labels
    assert machine.gamma == "scale"
    width = graph.constant(-fitted.known.shape[1] * fitted.known.var())
    distances = _squared_distances(graph, rows, machine.support_vectors_)
    kernel = graph.node("Exp", graph.node("Div", distances, width))
    decisions = graph.affine(kernel, _pairwise(machine), machine.intercept_)
    if labels > 2:
        decisions = _won(graph, decisions, labels)
    slopes, offsets = (np.array([getattr(curve, name) for curve in curves]) for name in ("a_", "b_"))
    likely = graph.node("Sigmoid", graph.affine(decisions, np.diag(-slopes), -offsets))
    if labels > 2:
        return graph.shares(likely)
    return graph.node("Concat", graph.node("Sub", graph.constant(1.0), likely), likely, axis=1)


def _squared_distances(graph: Graph, rows: Name, known: NDArray[np.float64]) -> Name:
    """float64 (batch, known)"""
    own = graph.node("ReduceSum", graph.node("Mul", rows, rows), graph.constant(np.array([1])), keepdims=1)
    return graph.node("Add", own, graph.affine(rows, -2 * known.T, (known**2).sum(axis=1)))


def _pairwise(machine: Any) -> NDArray[np.float64]:
    """float64 (support vectors, pairs of labels): what each vector says for the first of two labels, or against it."""
    owners = np.repeat(np.arange(len(machine.classes_)), machine.n_support_)
    pairs = list(combinations(range(len(machine.classes_)), 2))
    weights = np.zeros((len(owners), len(pairs)))
    for column, (first, second) in enumerate(pairs):
        # A vector's coefficients against the other labels stand in their order, its own left out.
        weights[owners == first, column] = machine.dual_coef_[second - 1, owners == first]
        weights[owners == second, column] = machine.dual_coef_[first, owners == second]
    return weights


def _won(graph: Graph, decisions: Name, labels: int) -> Name:
    """float64 (batch, labels): pairs that a label wins, and a part below a half for how clearly it does so over all."""
    pairs = list(combinations(range(labels), 2))
    first, second = np.zeros((2, len(pairs), labels))
    for row, (winner, loser) in enumerate(pairs):
        first[row, winner], second[row, loser] = 1, 1
    nought = graph.constant(0.0)
    won = graph.node("Where", graph.node("GreaterOrEqual", decisions, nought), graph.constant(1.0), nought)
    votes = graph.affine(won, first - second, second.sum(axis=0))
    clearness = graph.node("MatMul", decisions, graph.constant(first - second))
    below = graph.node("Mul", graph.constant(3.0), graph.node("Add", graph.node("Abs", clearness), graph.constant(1.0)))
    return graph.node("Add", votes, graph.node("Div", clearness, below))
