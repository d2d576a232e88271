"""What a recipe says of labels and sound, whatever learns from it, where each clip has exactly one label."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.inference.manifest import VERSION_PATTERN, Label, Name, explain
from training.recipe import RecipeError, Source, values_in


class LabelledRecipe(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    version: str = Field(pattern=VERSION_PATTERN)
    task: str
    labels: tuple[Label, ...] = Field(min_length=2)
    seed: int = Field(ge=0)
    same_group_after: tuple[str, ...] = ()
    """Prefixes of group names behind which an equal rest means the same recording in two corpora."""
    weaknesses: tuple[str, ...] = ()
    """Sentences for the model card on what the numbers do not show."""
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_label_holds(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a label stands twice in {', '.join(self.labels)}")
        for source in self.sources:
            strangers = set(source.holds or ()) - set(self.labels)
            if strangers:
                raise ValueError(
                    f"source {source.corpus} names {', '.join(sorted(strangers))}: no labels of this model"
                )
            if (source.holds is not None and len(source.holds) != 1) or source.unknown:
                raise ValueError(f"source {source.corpus}: exactly one label holds for each clip")
            if not source.measured:
                raise ValueError(f"source {source.corpus}: all that is learned from is measured here as well")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises RecipeError."""
        try:
            return cls.model_validate(values_in(path))
        except ValidationError as error:
            raise RecipeError(f"{path}: {explain(error)}.") from None
