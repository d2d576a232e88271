"""Which reader a teacher's file needs, by its suffix."""

from collections.abc import Sequence
from pathlib import Path

from training.teacher.onnx_teacher import OnnxTeacher
from training.teacher.teacher import Teacher, TeacherError
from training.teacher.tflite_teacher import TfliteTeacher

_READERS: dict[str, type[TfliteTeacher | OnnxTeacher]] = {".tflite": TfliteTeacher, ".onnx": OnnxTeacher}


def open_teacher(path: Path, tensors: Sequence[str | None], hop_samples: int) -> Teacher:
    """`tensors` name what to read inside, as an embedding; None is the model's output. Raises TeacherError."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise TeacherError(f"{path.name} is no teacher: its name must end in {' or '.join(_READERS)}.")
    if not path.is_file():
        raise TeacherError(f"{path} is no file.")
    if hop_samples < 1:
        raise TeacherError(f"A teacher's windows start at least 1 sample apart, not {hop_samples}.")
    return reader(path, tensors, hop_samples)
