"""Everything that can go wrong, as one tree. The message says what was wrong, the limit, the actual value, a way out.

EarmarkError
├── SourceError               the file could not be had
│   ├── FileMissing
│   ├── NotAFile
│   └── FileUnreadable
├── AudioError                the file was had, but holds no sound for us
│   ├── EmptyFile
│   ├── UnsupportedFormat
│   ├── NoAudioTrack
│   ├── UndecodableAudio
│   └── LimitExceeded
│       ├── UnsupportedChannels
│       ├── UnsupportedSampleRate
│       ├── TooLong
│       └── TooManyChunks
├── InvalidOption             the request contradicts itself, the file or a limit
├── AnalysisStopped
│   ├── DeadlineExceeded
│   ├── Cancelled
│   └── WorkerCrashed
├── ModelError                the models folder is not fit to serve
│   ├── NoModels
│   ├── UnknownModel
│   ├── BrokenPackage
│   └── BrokenCascade
└── InvalidSettings
"""

from typing import ClassVar

PROBLEM_PREFIX = "urn:earmark:problem:"


class EarmarkError(Exception):
    """Base of the tree. `status` is the HTTP status, `slug` names the problem type, `title` says it in general."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong inside"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def problem(self) -> dict[str, str | int]:
        """The members of an RFC 9457 problem document that the error itself knows."""
        return {"type": PROBLEM_PREFIX + self.slug, "title": self.title, "status": self.status, "detail": self.detail}


class SourceError(EarmarkError):
    status = 400
    slug = "source"
    title = "The file could not be opened"


class FileMissing(SourceError):
    status = 404
    slug = "file-missing"
    title = "There is no such file"


class NotAFile(SourceError):
    slug = "not-a-file"
    title = "Not a regular file"


class FileUnreadable(SourceError):
    status = 403
    slug = "file-unreadable"
    title = "The file could not be read"


class AudioError(EarmarkError):
    status = 422
    slug = "audio"
    title = "The file cannot be listened to"


class EmptyFile(AudioError):
    slug = "empty-file"
    title = "The file is empty"


class UnsupportedFormat(AudioError):
    status = 415
    slug = "unsupported-format"
    title = "Not an audio format that can be decoded"


class NoAudioTrack(AudioError):
    slug = "no-audio-track"
    title = "The file has no sound track"


class UndecodableAudio(AudioError):
    slug = "undecodable-audio"
    title = "No sound could be decoded"


class LimitExceeded(AudioError):
    slug = "limit-exceeded"
    title = "Outside of what is accepted"


class UnsupportedChannels(LimitExceeded):
    slug = "unsupported-channels"
    title = "Unsupported number of channels"


class UnsupportedSampleRate(LimitExceeded):
    slug = "unsupported-sample-rate"
    title = "Unsupported sample rate"


class TooLong(LimitExceeded):
    status = 413
    slug = "too-long"
    title = "The sound is too long"


class TooManyChunks(LimitExceeded):
    status = 413
    slug = "too-many-chunks"
    title = "The answer would have too many chunks"


class InvalidOption(EarmarkError):
    status = 422
    slug = "invalid-option"
    title = "An option does not fit"


class AnalysisStopped(EarmarkError):
    slug = "analysis-stopped"
    title = "The analysis did not finish"


class DeadlineExceeded(AnalysisStopped):
    status = 504
    slug = "deadline-exceeded"
    title = "The analysis took too long"


class Cancelled(AnalysisStopped):
    status = 499
    slug = "cancelled"
    title = "The analysis was cancelled"


class WorkerCrashed(AnalysisStopped):
    slug = "worker-crashed"
    title = "A worker process died"


class ModelError(EarmarkError):
    status = 503
    slug = "models"
    title = "The models folder is not fit to serve"


class NoModels(ModelError):
    slug = "no-models"
    title = "There are no models"


class UnknownModel(ModelError):
    status = 404
    slug = "unknown-model"
    title = "There is no such model"


class BrokenPackage(ModelError):
    slug = "broken-package"
    title = "A model package failed its checks"


class BrokenCascade(ModelError):
    slug = "broken-cascade"
    title = "The cascade does not fit its models"


class InvalidSettings(EarmarkError):
    slug = "invalid-settings"
    title = "A setting does not fit"
