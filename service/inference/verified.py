"""A package that is checked before it serves, and refused with a reason."""

import hashlib
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from service.errors import BrokenPackage, ModelError, UnknownModel
from service.features.bank import window_of
from service.features.ear import Ear, EarFrontEnd, Output
from service.features.framing import Samples
from service.features.kinds import EarOrFrontEnd
from service.inference.manifest import EarManifest, Tensor
from service.inference.package import GOLDEN, MODEL, Package
from service.inference.session import BATCH, Array, EarSession, Graph, Session
from service.inference.store import ModelStore

MAX_DIFFERENCE = 2e-3
"""Between the golden outputs and today's: processors and ONNX Runtime releases differ by some 1e-5."""

_Loaded = TypeVar("_Loaded", Session, EarSession)


class Verifier:
    """Checks the packages of one models folder. Each ear is loaded once, for all the heads that share it."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self.ears: dict[str, Ear] = {}
        """By reference, those that the verified heads need."""

    def model(self, package: Package) -> Session:
        """The model, ready to run. Raises BrokenPackage, which says what does not match what."""
        manifest = package.model_manifest
        ears = self.ears_of(package)
        session = _loaded(package, lambda model: Session(model, manifest))
        _check_signature(package, session.graph, [manifest.output])
        golden = _golden(package, ("samples", "logits"))
        window = _golden_window(package, manifest.front_end, golden["samples"], manifest.frames, ears)
        _check_golden(package, golden["logits"], session.logits, window)
        package.card()
        return session

    def ear(self, package: Package) -> EarSession:
        """The same for an ear."""
        manifest = package.manifest
        assert isinstance(manifest, EarManifest)
        session = _loaded(package, lambda model: EarSession(model, manifest))
        _check_signature(package, session.graph, list(manifest.outputs.values()))
        golden = _golden(package, ("samples", *manifest.outputs))
        window = _golden_window(package, manifest.front_end, golden["samples"], manifest.frames, {})
        for output in manifest.outputs:
            _check_golden(package, golden[output], _one_output(session, output), window)
        package.card()
        return session

    def check(self, package: Package) -> None:
        """Checks a package of either kind. Raises BrokenPackage."""
        if isinstance(package.manifest, EarManifest):
            self.ear(package)
        else:
            self.model(package)

    def ears_of(self, head: Package) -> Mapping[str, Ear]:
        """By reference, the one ear that a head needs; nothing for a model that needs none. Raises BrokenPackage."""
        front_end = head.manifest.front_end
        if not isinstance(front_end, EarFrontEnd):
            return {}
        package = self._ear_package(head, front_end)
        if front_end.model not in self.ears:
            self.ears[front_end.model] = self.ear(package)
        return {front_end.model: self.ears[front_end.model]}

    def _ear_package(self, head: Package, front_end: EarFrontEnd) -> Package:
        try:
            package = self._store.package(front_end.model)
        except UnknownModel:
            raise head.broken(
                f"it needs {front_end.model}, which is not in the models folder. Put that package beside it"
            ) from None
        except BrokenPackage as error:
            raise head.broken(f"its ear cannot be used. {error.detail.removesuffix('.')}") from None
        if not isinstance(package.manifest, EarManifest):
            raise head.broken(f"it needs the ear {front_end.model}, but that package is no ear")
        if package.manifest.sha256 != front_end.sha256:
            raise head.broken(
                f"it was fitted on {front_end.model} with sha256 {front_end.sha256[:12]}…; the one in the models "
                f"folder has {package.manifest.sha256[:12]}…. Put the ear back that it was fitted on, or fit it anew"
            )
        if head.manifest.chunk_seconds != package.manifest.chunk_seconds:
            raise head.broken(
                f"its chunk_seconds is {head.manifest.chunk_seconds:g}; {front_end.model} hears "
                f"{package.manifest.chunk_seconds:g} s"
            )
        given = package.manifest.outputs[front_end.output].shape
        if given != head.manifest.input.shape:
            raise head.broken(
                f"its input has the shape {list(head.manifest.input.shape)}; the {front_end.output} of "
                f"{front_end.model} has {list(given)}"
            )
        return package


def verified(package: Package) -> Session:
    """One model package of a models folder, ready to run, with the ear that lies beside it. Raises BrokenPackage."""
    return Verifier(ModelStore(package.folder.parents[1])).model(package)


def _one_output(ear: EarSession, output: Output) -> Callable[[Array], Array]:
    return lambda windows: ear.hear(windows)[output]


def _loaded(package: Package, load: Callable[[bytes], _Loaded]) -> _Loaded:
    model = package.read(MODEL)
    digest = hashlib.sha256(model).hexdigest()
    if digest != package.manifest.sha256:
        raise package.broken(f"{MODEL} has sha256 {digest[:12]}…, the manifest says {package.manifest.sha256[:12]}…")
    try:
        return load(model)
    except Exception as error:  # ONNX Runtime has a type of its own for every kind of bad graph
        raise package.broken(f"ONNX Runtime cannot load {MODEL} ({type(error).__name__})") from error


def _check_signature(package: Package, graph: Graph, outputs: list[Tensor]) -> None:
    if graph.element_types != {"tensor(float)"}:
        raise package.broken(f"inputs and outputs are {sorted(graph.element_types)}, not 32-bit floats")
    for what, tensors, declared in (
        ("input", [package.manifest.input], graph.inputs),
        ("output", outputs, graph.outputs),
    ):
        names = [tensor.name for tensor in tensors]
        if sorted(declared) != sorted(names):
            raise package.broken(f"the model's {what}s are {list(declared)}, the manifest says {names}")
        for tensor in tensors:
            if declared[tensor.name] != tensor.shape:
                raise package.broken(
                    f"the model's {what} shape is {list(declared[tensor.name])}, the manifest says {list(tensor.shape)}"
                )


def _golden(package: Package, names: tuple[str, ...]) -> dict[str, Array]:
    try:
        with np.load(package.folder / GOLDEN, allow_pickle=False) as golden:
            return {name: np.asarray(golden[name], dtype=np.float32) for name in names}
    except Exception as error:  # noqa: BLE001 - zipfile, zlib and numpy each raise their own
        raise _bad_golden(package, error) from None


def _golden_window(
    package: Package, front_end: EarOrFrontEnd, samples: Samples, frames: int, ears: Mapping[str, Ear]
) -> Array:
    """Sound in, outputs out: covers the front-end as well as the network."""
    try:
        return window_of(front_end, samples, frames, ears)
    except ModelError as error:  # what the front-end needs is not there
        raise package.broken(error.detail.removesuffix(".")) from None
    except Exception as error:  # noqa: BLE001 - whatever strange samples lead to
        raise _bad_golden(package, error) from None


def _check_golden(package: Package, expected: Array, run: Callable[[Array], Array], window: Array) -> None:
    """In a full batch and in a single one."""
    try:
        actual = run(np.repeat(window[None], BATCH + 1, axis=0))
    except Exception as error:  # an operator that fails at run time, or a head that eats another shape
        raise package.broken(f"{MODEL} does not run on the golden input ({type(error).__name__})") from error
    if expected.shape != (1, *actual.shape[1:]):
        raise package.broken(f"the golden output has shape {list(expected.shape)}, not {[1, *actual.shape[1:]]}")
    difference = float(np.abs(actual - expected).max())
    if not difference <= MAX_DIFFERENCE:  # also refuses NaN
        raise package.broken(
            f"the golden input gives logits that are off by {difference:.3g}; {MAX_DIFFERENCE:g} is allowed"
        )


def _bad_golden(package: Package, error: Exception) -> BrokenPackage:
    return package.broken(f"{GOLDEN} cannot be read or used ({type(error).__name__})")
