"""The model card: what a model is for, what it has heard, how good it is and where it fails, in numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from service.inference.manifest import Metric
from training.evaluation.measured_outcome import ALL
from training.evaluation.metrics_report import Confusion
from training.export.card_facts import CardFacts, ClassFacts

MOST_CONFUSION_ANSWERS = 12
"""A wider table is not read; the most frequent confusions are listed in any case."""
WORST_CLASSES = 3
WORST_CONFUSIONS = 5
WORST_CORPORA = 3
WEAK = 0.95
"""The card names a label whose share of right answers is below it."""


def card(facts: CardFacts) -> str:
    """Markdown, with a section for each of the facts that there are."""
    sections = {
        "": _head(facts),
        "Data": _data(facts),
        "Results": _results(facts),
        "Results per corpus": _per_corpus(facts.by_corpus),
        "Results on a corpus that was left out": _left_out(facts),
        "Confusion matrix": _confusion(facts),
        "Recall per label": _classes(facts),
        "Known weaknesses": _weaknesses(facts),
        "Calibration": _calibration(facts),
        "Network": _network(facts),
        "Training": _training(facts),
    }
    text = [f"## {title}\n\n{body}" if title else body for title, body in sections.items() if body]
    return "\n\n".join(text) + "\n"


def _head(facts: CardFacts) -> str:
    meaning = (
        "Exactly one label holds; the probabilities add up to 1."
        if facts.activation == "softmax"
        else "Each label holds or not by itself; each has a probability of its own."
    )
    labels = ", ".join(f"`{label}`" for label in facts.labels)
    return (
        f"# {facts.name} {facts.version}\n\n{one_line(facts.task)}\n\n{len(facts.labels)} labels: {labels}. {meaning}"
    )


def _data(facts: CardFacts) -> str:
    rows = [
        (one.name, one.licence, f"{one.clips:,}", f"{one.groups:,}", f"{one.hours:.2f}")
        for one in sorted(facts.corpora, key=lambda one: -one.hours)
    ]
    corpora = table(("corpus", "licence", "clips", "groups", "hours"), rows, text_columns=2)
    groups = "A group is what must not be split, as all clips of one recording or song."
    return _paragraphs(corpora, groups, bullets(facts.mapping))


def _results(facts: CardFacts) -> str:
    leak = (
        "**These are no test results.** Some of what was asked about, or something of the same group, had been "
        "learned from, so they also measure what is known by heart."
    )
    intervals = "The intervals are 95 %, by resampling groups."
    return _paragraphs(
        f"Split: {one_line(facts.split)}.",
        leak if facts.leaks else "",
        _metrics(facts.metrics),
        intervals if any(metric.interval for metric in facts.metrics) else "",
    )


def _metrics(metrics: Iterable[Metric]) -> str:
    rows = [(metric.name, metric.split, f"{metric.value:.3f}", _interval(metric)) for metric in metrics]
    return table(("metric", "split", "value", "interval"), rows, text_columns=2)


def _per_corpus(results: Mapping[str, tuple[Metric, ...]]) -> str:
    rows = [
        (corpus, metric.name, metric.split, f"{metric.value:.3f}", _interval(metric))
        for corpus, metrics in results.items()
        for metric in metrics
    ]
    return table(("corpus", "metric", "split", "value", "interval"), rows, text_columns=3) if rows else ""


def _left_out(facts: CardFacts) -> str:
    if not facts.left_out:
        return ""
    how = (
        "Each corpus was judged by a network that had learned labels from the others only, with a temperature and "
        "thresholds from the others, too."
    )
    return _paragraphs(how, _per_corpus(facts.left_out))


def _interval(metric: Metric) -> str:
    return f"{metric.interval[0]:.3f} to {metric.interval[1]:.3f}" if metric.interval else ""


def _confusion(facts: CardFacts) -> str:
    found = facts.confusion
    if found is None or len(found.answers) > MOST_CONFUSION_ANSWERS:
        return ""
    rows = [(answer, *(f"{count:,}" for count in row)) for answer, row in zip(found.answers, found.counts, strict=True)]
    return _paragraphs("Files: rows are the truth, columns the answers.", table(("truth", *found.answers), rows))


def _classes(facts: CardFacts) -> str:
    rows = [(one.label, f"{one.recall:.3f}", f"{one.files:,}") for one in facts.classes]
    return table(("label", "recall", "files"), rows) if rows else ""


def _weaknesses(facts: CardFacts) -> str:
    confusions = [] if facts.confusion is None else worst_confusions(facts.confusion)
    return bullets([*weakest_classes(facts.classes), *confusions, *weakest_left_out(facts.left_out), *facts.weaknesses])


def _calibration(facts: CardFacts) -> str:
    rows = [(label, f"{threshold:.3f}") for label, threshold in facts.thresholds.items()]
    below = facts.other_below
    return _paragraphs(
        f"Logits are divided by the temperature {facts.temperature:.3f}.",
        f"Where no known label reaches {below:.3f}, the answer is `other`." if below is not None else "",
        table(("label", "holds from"), rows) if rows else "",
    )


def _network(facts: CardFacts) -> str:
    network = facts.network
    rows = [
        ("network", network.name),
        ("parameters", f"{network.parameters:,}"),
        ("multiplications per window", f"{network.multiplications:,}"),
        ("size of `model.onnx`", f"{network.size_bytes:,} bytes"),
    ]
    if network.difference is not None:
        rows.append(("largest difference of its logits, in floats, to PyTorch's", f"{network.difference:.1e}"))
    return table(("what", "value"), rows, text_columns=2)


def _training(facts: CardFacts) -> str:
    training = facts.training
    minutes, seconds = divmod(round(training.seconds), 60)
    rows = [
        ("recipe", f"`{training.recipe}`"),
        ("seed", str(training.seed)),
        ("data fingerprint", f"`{training.data_fingerprint}`"),
        ("time", f"{minutes} min {seconds} s on {training.device}"),
    ]
    return _paragraphs(
        one_line(training.trained_on),
        table(("what", "value"), rows, text_columns=2),
        f"To reproduce:\n\n```sh\n{training.command}\n```",
    )


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def weakest_classes(classes: Sequence[ClassFacts]) -> list[str]:
    """Sentences on the labels that are missed most, the worst first; none that is never missed."""
    missed = sorted((one for one in classes if one.files and one.recall < 1), key=lambda one: one.recall)
    return [
        f"Of {one.files:,} files with `{one.label}`, {one.recall:.1%} were found." for one in missed[:WORST_CLASSES]
    ]


def worst_confusions(confusion: Confusion) -> list[str]:
    """Sentences on what is taken for what else, the most frequent first."""
    answers, counts = confusion.answers, confusion.counts
    files = counts.sum(axis=1)
    pairs = [
        (int(counts[truth, answer]), truth, answer)
        for truth, answer in zip(*np.nonzero(counts), strict=True)
        if truth != answer
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [
        f"`{answers[truth]}` is taken for `{answers[answer]}` in {count:,} of {files[truth]:,} files."
        for count, truth, answer in pairs[:WORST_CONFUSIONS]
    ]


def weakest_left_out(left_out: Mapping[str, tuple[Metric, ...]]) -> list[str]:
    """Sentences on the corpora on which least is right when nothing was learned from their labels, the worst first."""
    found = [
        (metric.value, corpus, metric.name)
        for corpus, metrics in left_out.items()
        for metric in metrics
        if corpus != ALL and metric.value < WEAK and re.fullmatch(r"accuracy|(recall|specificity)/\S+", metric.name)
    ]
    return [
        f"Of {corpus}, when its labels were not learned: {name} {value:.3f}."
        for value, corpus, name in sorted(found)[:WORST_CORPORA]
    ]


def table(header: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int = 1) -> str:
    """The first `text_columns` columns are aligned left, the others, numbers, right."""
    rules = ["---" if number < text_columns else "---:" for number in range(len(header))]
    return "\n".join([_row(header), "|" + "|".join(rules) + "|", *(_row(row) for row in rows)])


def bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {one_line(sentence)}" for sentence in sentences)


def one_line(text: str) -> str:
    return " ".join(text.split())


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"
