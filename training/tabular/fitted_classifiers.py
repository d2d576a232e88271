"""One classifier that has learned, and how each kind is written as ONNX: linear ones, by distances, and trees."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from onnx import numpy_helper
from sklearn.preprocessing import MinMaxScaler

from training.tabular.onnx_graph import GraphBuilder, Name

ML = "ai.onnx.ml"
NO_BASE_SCORE = 0.5
"""What XGBoost starts from, so that it means nothing: even odds, or the same for every label."""
Rows = NDArray[np.float32]
"""(rows, 57)"""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """`scaler` is None where the estimator takes rows as they are. `known` float64 (rows, 57) are the scaled rows that
    were learned from, `targets` int64 (rows,) the indices of their labels."""

    estimator: Any
    scaler: MinMaxScaler | None
    known: NDArray[np.float64]
    targets: NDArray[np.int64]

    @property
    def labels(self) -> int:
        return len(self.estimator.classes_)

    def probabilities(self, rows: Rows) -> NDArray[np.float64]:
        """float32 (n, 57) -> float64 (n, labels); each row adds up to 1."""
        likely: NDArray[np.float64] = self.estimator.predict_proba(scaled(self.scaler, rows)).astype(np.float64)
        return likely


def scaled(scaler: MinMaxScaler | None, rows: Rows) -> NDArray[np.float64]:
    """float32 (n, 57) -> float64 (n, 57)"""
    wide = rows.astype(np.float64)
    brought: NDArray[np.float64] = wide if scaler is None else scaler.transform(wide)
    return brought


def naive_bayes(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    """Log of the joint density of independent normal distributions, multiplied out into squares and products."""
    bayes = fitted.estimator
    means, variances = bayes.theta_, bayes.var_
    constant = np.log(bayes.class_prior_) - 0.5 * (np.log(2 * np.pi * variances) + means**2 / variances).sum(axis=1)
    squares = graph.node("MatMul", graph.node("Mul", rows, rows), graph.constant(-0.5 / variances.T))
    joint = graph.node("Add", squares, graph.affine(rows, (means / variances).T, constant))
    return graph.softmax(joint)


def logistic_regression(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    return graph.softmax(graph.for_each_label(_margins(graph, rows, fitted), fitted.labels))


def one_against_rest(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    """Each label's own logistic function, divided by their sum; by logarithms, since all of them may be next to 0."""
    margins = _margins(graph, rows, fitted)
    if fitted.labels == 2:
        return graph.softmax(graph.for_each_label(margins, fitted.labels))
    return graph.softmax(graph.node("Neg", graph.node("Softplus", graph.node("Neg", margins))))


def perceptron(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    *hidden, last = zip(fitted.estimator.coefs_, fitted.estimator.intercepts_, strict=True)
    for weights, offset in hidden:
        rows = graph.node("Relu", graph.affine(rows, weights, offset))
    return graph.softmax(graph.for_each_label(graph.affine(rows, *last), fitted.labels))


def _margins(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    return graph.affine(rows, fitted.estimator.coef_.T, fitted.estimator.intercept_)


def nearest_neighbours(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    """Each of the nearest has one vote."""
    count = graph.constant(np.array([fitted.estimator.n_neighbors]))
    distances = _squared_distances(graph, rows, fitted.known)
    _, nearest = graph.nodes("TopK", (distances, count), 2, axis=1, largest=0)
    votes = graph.node("Gather", graph.constant(np.eye(fitted.labels)[fitted.targets]), nearest)
    return graph.node("ReduceMean", votes, graph.constant(np.array([1])), keepdims=0)


def support_vectors(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
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


def _squared_distances(graph: GraphBuilder, rows: Name, known: NDArray[np.float64]) -> Name:
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


def _won(graph: GraphBuilder, decisions: Name, labels: int) -> Name:
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


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A tree of n nodes, the root first. Arrays are (n,), but for `values`, float64 (n, outputs), which leaves give."""

    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    left: NDArray[np.int64]
    """Where a row goes whose feature is below the threshold; -1 at leaves."""
    right: NDArray[np.int64]
    values: NDArray[np.float64]


def single_tree(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    return _sum(graph, rows, [_scikit_tree(fitted.estimator.tree_, 1.0)], "BRANCH_LEQ")


def mean_of_trees(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    forest = fitted.estimator.estimators_
    return _sum(graph, rows, [_scikit_tree(one.tree_, 1 / len(forest)) for one in forest], "BRANCH_LEQ")


def boosted_trees(graph: GraphBuilder, rows: Name, fitted: Fitted) -> Name:
    """Each tree of XGBoost adds to the margin of one label, or where there are two, of the second against the first."""
    margins = 1 if fitted.labels == 2 else fitted.labels
    model = json.loads(fitted.estimator.get_booster().save_raw("json"))["learner"]["gradient_booster"]["model"]
    trees = [_boosted(tree, its, margins) for tree, its in zip(model["trees"], model["tree_info"], strict=True)]
    return graph.softmax(graph.for_each_label(_sum(graph, rows, trees, "BRANCH_LT"), fitted.labels))


def _scikit_tree(grown: Any, share: float) -> Tree:
    """Its leaves give `share` times the shares of the labels."""
    counts = grown.value[:, 0, :]
    values = share * counts / counts.sum(axis=1, keepdims=True)
    return Tree(grown.feature, grown.threshold, grown.children_left, grown.children_right, values)


def _boosted(tree: Any, margin: int, margins: int) -> Tree:
    left, conditions = (
        np.array(tree["left_children"]),
        np.array(tree["split_conditions"], dtype=np.float32).astype(np.float64),
    )
    values = np.zeros((len(left), margins))
    values[:, margin] = conditions  # a leaf has its value where others have their threshold
    return Tree(np.array(tree["split_indices"]), conditions, left, np.array(tree["right_children"]), values)


def _sum(graph: GraphBuilder, rows: Name, forest: Sequence[Tree], branch: Literal["BRANCH_LT", "BRANCH_LEQ"]) -> Name:
    """float64 (batch, outputs): the values of the leaves that a row comes to, added up. `branch` says whether a row
    goes left only below the threshold, or also at it."""
    sizes = np.array([len(tree.left) for tree in forest])
    owners = np.repeat(np.arange(len(forest)), sizes)
    within = np.concatenate([np.arange(size) for size in sizes])
    features, thresholds, left, right, values = (
        np.concatenate([getattr(tree, field) for tree in forest])
        for field in ("features", "thresholds", "left", "right", "values")
    )
    is_leaf = left == -1
    giving, given = np.nonzero(values * is_leaf[:, None])
    added = graph.node(
        "TreeEnsembleRegressor",
        rows,
        domain=ML,
        n_targets=values.shape[1],
        nodes_treeids=owners,
        nodes_nodeids=within,
        nodes_featureids=np.where(is_leaf, 0, features),
        nodes_modes=np.where(is_leaf, "LEAF", branch).tolist(),
        nodes_truenodeids=np.where(is_leaf, 0, left),
        nodes_falsenodeids=np.where(is_leaf, 0, right),
        nodes_values_as_tensor=numpy_helper.from_array(np.where(is_leaf, 0, thresholds).astype(np.float64)),
        target_treeids=owners[giving],
        target_nodeids=within[giving],
        target_ids=given,
        target_weights_as_tensor=numpy_helper.from_array(values[giving, given]),
    )
    return graph.widened(added)
