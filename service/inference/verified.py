"""A package that is checked before it serves, and refused with a reason."""

import hashlib

import numpy as np

from service.errors import ModelError
from service.features.bank import window_of
from service.inference.package import GOLDEN, MODEL, Package
from service.inference.session import BATCH, Session

MAX_LOGIT_DIFFERENCE = {"float32": 2e-3, "int8": 0.2}
"""Between the golden logits and today's, by the model's weights. Processors and ONNX Runtime releases differ by some
1e-5, which moves an 8-bit activation to the next of its steps now and then, and logits by up to 0.05."""


def verified(package: Package) -> Session:
    """The model, ready to run. Raises BrokenPackage, which says what does not match what."""
    model = package.read(MODEL)
    digest = hashlib.sha256(model).hexdigest()
    if digest != package.manifest.sha256:
        raise package.broken(f"{MODEL} has sha256 {digest[:12]}…, the manifest says {package.manifest.sha256[:12]}…")
    try:
        session = Session(model, package.manifest)
    except Exception as error:  # ONNX Runtime has a type of its own for every kind of bad graph
        raise package.broken(f"ONNX Runtime cannot load {MODEL} ({type(error).__name__})") from error
    _check_signature(package, session)
    _check_golden(package, session)
    package.card()
    return session


def _check_signature(package: Package, session: Session) -> None:
    if session.element_types != {"tensor(float)"}:
        raise package.broken(f"inputs and outputs are {sorted(session.element_types)}, not 32-bit floats")
    for what, tensor, declared in (
        ("input", package.manifest.input, session.inputs),
        ("output", package.manifest.output, session.outputs),
    ):
        if list(declared) != [tensor.name]:
            raise package.broken(f"the model's {what}s are {list(declared)}, the manifest says ['{tensor.name}']")
        if declared[tensor.name] != tensor.shape:
            raise package.broken(
                f"the model's {what} shape is {list(declared[tensor.name])}, the manifest says {list(tensor.shape)}"
            )


def _check_golden(package: Package, session: Session) -> None:
    """Sound in, logits out: covers the front-end as well as the network, in a full batch and in a single one."""
    manifest = package.manifest
    try:
        with np.load(package.folder / GOLDEN, allow_pickle=False) as golden:
            samples = np.asarray(golden["samples"], dtype=np.float32)
            expected = np.asarray(golden["logits"], dtype=np.float32)
        window = window_of(manifest.front_end, samples, manifest.frames)
    except ModelError as error:  # what the front-end needs is not there
        raise package.broken(error.detail.removesuffix(".")) from None
    except Exception as error:  # noqa: BLE001 - zipfile, zlib and numpy each raise their own
        raise package.broken(f"{GOLDEN} cannot be read or used ({type(error).__name__})") from None
    try:
        actual = session.logits(np.repeat(window[None], BATCH + 1, axis=0))
    except Exception as error:  # an operator that fails at run time
        raise package.broken(f"{MODEL} does not run on the golden input ({type(error).__name__})") from error
    if expected.shape != (1, len(manifest.labels)):
        raise package.broken(f"the golden output has shape {list(expected.shape)}, not {[1, actual.shape[1]]}")
    difference, allowed = float(np.abs(actual - expected).max()), MAX_LOGIT_DIFFERENCE[manifest.weights]
    if not difference <= allowed:  # also refuses NaN
        raise package.broken(f"the golden input gives logits that are off by {difference:.3g}; {allowed:g} is allowed")
