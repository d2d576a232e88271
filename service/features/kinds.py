"""Every front-end that a manifest may name, by its `kind`."""

from typing import Annotated

from pydantic import Field

from service.features.ear import EarFrontEnd
from service.features.handcrafted import Handcrafted
from service.features.logmel import LogMel
from service.features.stft import Stft

AnyFrontEnd = Annotated[Handcrafted | LogMel | Stft, Field(discriminator="kind")]
"""Those that need nothing but the sound."""
EarOrFrontEnd = Annotated[EarFrontEnd | Handcrafted | LogMel | Stft, Field(discriminator="kind")]
