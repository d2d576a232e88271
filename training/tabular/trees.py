"""Decision trees as one ONNX operator, whoever has grown them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from onnx import numpy_helper

from training.tabular.fitted import Fitted
from training.tabular.graph import Graph, Name

ML = "ai.onnx.ml"
NO_BASE_SCORE = 0.5
"""What XGBoost starts from, so that it means nothing: even odds, or the same for every label."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Of n nodes, the root first. All arrays are (n,), but for `values`, float64 (n, outputs), which leaves give."""

    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    left: NDArray[np.int64]
    """Where a row goes whose feature is below the threshold; -1 at leaves."""
    right: NDArray[np.int64]
    values: NDArray[np.float64]


def single_tree(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    return _sum(graph, rows, [_scikit_tree(fitted.estimator.tree_, 1.0)], "BRANCH_LEQ")


def mean_of_trees(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    forest = fitted.estimator.estimators_
    return _sum(graph, rows, [_scikit_tree(one.tree_, 1 / len(forest)) for one in forest], "BRANCH_LEQ")


def boosted_trees(graph: Graph, rows: Name, fitted: Fitted) -> Name:
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


def _sum(graph: Graph, rows: Name, forest: Sequence[Tree], branch: Literal["BRANCH_LT", "BRANCH_LEQ"]) -> Name:
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
