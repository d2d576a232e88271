"""What `--format` of `earmark classify` may be."""

from typing import Literal

from service.formats.catalogue import FormatName

OutputFormat = Literal["table", FormatName]
