"""One model package on disk: read, checked, and refused with a reason."""

import hashlib
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from service.errors import BrokenPackage
from service.features.bank import window_of
from service.inference.manifest import Manifest, explain
from service.inference.session import BATCH, Session

MODEL, MANIFEST, GOLDEN, CARD = "model.onnx", "manifest.json", "golden.npz", "README.md"

MAX_LOGIT_DIFFERENCE = 2e-3
"""Between the golden logits and today's; processors and ONNX Runtime releases differ by some 1e-5."""


class Package:
    """A folder `<name>/<version>`. Reading the manifest is cheap; `load` checks everything and makes it run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reference = f"{folder.parent.name}@{folder.name}"
        self.manifest = self._read_manifest()

    def load(self) -> Session:
        """The verified model. Raises BrokenPackage, which says what does not match what."""
        model = self._read(MODEL)
        digest = hashlib.sha256(model).hexdigest()
        if digest != self.manifest.sha256:
            raise self._broken(f"{MODEL} has sha256 {digest[:12]}…, the manifest says {self.manifest.sha256[:12]}…")
        try:
            session = Session(model, self.manifest)
        except Exception as error:  # ONNX Runtime has a type of its own for every kind of bad graph
            raise self._broken(f"ONNX Runtime cannot load {MODEL} ({type(error).__name__})") from error
        self._check_signature(session)
        self._check_golden(session)
        self.card()
        return session

    def card(self) -> str:
        return self._read(CARD).decode("utf-8", errors="replace")

    def _read_manifest(self) -> Manifest:
        try:
            manifest = Manifest.model_validate_json(self._read(MANIFEST))
        except ValidationError as error:
            raise self._broken(f"{MANIFEST} is not valid: {explain(error)}") from None
        if manifest.reference != self.reference:
            raise self._broken(f"{MANIFEST} calls it {manifest.reference}, its folder {self.reference}")
        return manifest

    def _check_signature(self, session: Session) -> None:
        if session.element_types != {"tensor(float)"}:
            raise self._broken(f"inputs and outputs are {sorted(session.element_types)}, not 32-bit floats")
        for what, tensor, declared in (
            ("input", self.manifest.input, session.inputs),
            ("output", self.manifest.output, session.outputs),
        ):
            if list(declared) != [tensor.name]:
                raise self._broken(f"the model's {what}s are {list(declared)}, the manifest says ['{tensor.name}']")
            if declared[tensor.name] != tensor.shape:
                raise self._broken(
                    f"the model's {what} shape is {list(declared[tensor.name])}, the manifest says {list(tensor.shape)}"
                )

    def _check_golden(self, session: Session) -> None:
        """Sound in, logits out: covers the front-end as well as the network, in a full batch and in a single one."""
        try:
            with np.load(self.folder / GOLDEN, allow_pickle=False) as golden:
                samples = np.asarray(golden["samples"], dtype=np.float32)
                expected = np.asarray(golden["logits"], dtype=np.float32)
            window = window_of(self.manifest.front_end, samples, self.manifest.frames)
        except Exception as error:  # noqa: BLE001 - zipfile, zlib and numpy each raise their own
            raise self._broken(f"{GOLDEN} cannot be read or used ({type(error).__name__})") from None
        try:
            actual = session.logits(np.repeat(window[None], BATCH + 1, axis=0))
        except Exception as error:  # an operator that fails at run time
            raise self._broken(f"{MODEL} does not run on the golden input ({type(error).__name__})") from error
        if expected.shape != (1, len(self.manifest.labels)):
            raise self._broken(f"the golden output has shape {list(expected.shape)}, not {[1, actual.shape[1]]}")
        difference = float(np.abs(actual - expected).max())
        if not difference <= MAX_LOGIT_DIFFERENCE:  # also refuses NaN
            raise self._broken(
                f"the golden input gives logits that are off by {difference:.3g}; {MAX_LOGIT_DIFFERENCE:g} is allowed"
            )

    def _read(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            raise self._broken(f"{name} is missing or cannot be read") from None

    def _broken(self, reason: str) -> BrokenPackage:
        return BrokenPackage(f"Model package {self.reference} is refused: {reason}.")
