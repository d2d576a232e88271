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
├── RequestError              the request was not understood, or is not let in
│   ├── MalformedRequest
│   ├── KeyRefused
│   ├── NoSuchPage
│   ├── MethodNotAllowed
│   ├── NotAcceptable
│   ├── UploadTooSlow
│   ├── BodyTooLarge
│   ├── UnsuitableParts
│   ├── UnsuitableAnswer
│   └── TooManyRequests
├── Unavailable               not now, perhaps soon
│   ├── QueueFull
│   ├── Draining
│   ├── NoWorkers
│   └── StorageFull
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

    def __init__(self, detail: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds
        """When it is worth to ask again, if that can be said."""

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


class RequestError(EarmarkError):
    status = 400
    slug = "request"
    title = "The request cannot be served"


class MalformedRequest(RequestError):
    slug = "malformed-request"
    title = "The request is not well formed"


class KeyRefused(RequestError):
    status = 401
    slug = "key-refused"
    title = "An API key is needed"


class NoSuchPage(RequestError):
    status = 404
    slug = "no-such-page"
    title = "There is nothing at this address"


class MethodNotAllowed(RequestError):
    status = 405
    slug = "method-not-allowed"
    title = "This address takes other methods"


class NotAcceptable(RequestError):
    status = 406
    slug = "not-acceptable"
    title = "The answer cannot be written in that form"


class UploadTooSlow(RequestError):
    status = 408
    slug = "upload-too-slow"
    title = "The upload came too slowly"


class BodyTooLarge(RequestError):
    status = 413
    slug = "body-too-large"
    title = "The upload is too large"


class UnsuitableParts(RequestError):
    status = 422
    slug = "unsuitable-parts"
    title = "The parts of the form do not fit"


class UnsuitableAnswer(RequestError):
    status = 422
    slug = "unsuitable-answer"
    title = "The answer that was sent does not fit"


class TooManyRequests(RequestError):
    status = 429
    slug = "too-many-requests"
    title = "Too many requests"


class Unavailable(EarmarkError):
    status = 503
    slug = "unavailable"
    title = "Not available at the moment"


class QueueFull(Unavailable):
    slug = "queue-full"
    title = "Too much is waiting already"


class Draining(Unavailable):
    slug = "draining"
    title = "The service is about to stop"


class NoWorkers(Unavailable):
    slug = "no-workers"
    title = "No worker process is ready"


class StorageFull(Unavailable):
    status = 507
    slug = "storage-full"
    title = "There is no room for the upload"


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
