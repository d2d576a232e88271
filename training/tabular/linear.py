"""Classifiers whose answer is a few matrix products: fitted attributes of scikit-learn into ONNX."""

import numpy as np

from training.tabular.fitted import Fitted
from training.tabular.graph import Graph, Name


def naive_bayes(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    """Log of the joint density of independent normal distributions, multiplied out into squares and products."""
    bayes = fitted.estimator
    means, variances = bayes.theta_, bayes.var_
    constant = np.log(bayes.class_prior_) - 0.5 * (np.log(2 * np.pi * variances) + means**2 / variances).sum(axis=1)
    squares = graph.node("MatMul", graph.node("Mul", rows, rows), graph.constant(-0.5 / variances.T))
    joint = graph.node("Add", squares, graph.affine(rows, (means / variances).T, constant))
    return graph.softmax(joint)


def logistic_regression(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    return graph.softmax(graph.for_each_label(_margins(graph, rows, fitted), fitted.labels))


def one_against_rest(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    """Each label's own logistic function, divided by their sum; by logarithms, since all of them may be next to 0."""
    margins = _margins(graph, rows, fitted)
    if fitted.labels == 2:
        return graph.softmax(graph.for_each_label(margins, fitted.labels))
    return graph.softmax(graph.node("Neg", graph.node("Softplus", graph.node("Neg", margins))))


def perceptron(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    *hidden, last = zip(fitted.estimator.coefs_, fitted.estimator.intercepts_, strict=True)
    for weights, offset in hidden:
        rows = graph.node("Relu", graph.affine(rows, weights, offset))
    return graph.softmax(graph.for_each_label(graph.affine(rows, *last), fitted.labels))


def _margins(graph: Graph, rows: Name, fitted: Fitted) -> Name:
    return graph.affine(rows, fitted.estimator.coef_.T, fitted.estimator.intercept_)
