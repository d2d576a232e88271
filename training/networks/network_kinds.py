"""Every network that a recipe may name, by its `kind`."""

from typing import Annotated

from pydantic import Field

from training.networks.dense import DenseDeep, DenseSimple
from training.networks.inception_v3 import InceptionV3
from training.networks.picture_cnn import PictureCrnn, PictureDeep, PictureSimple
from training.networks.resnet50 import Resnet50
from training.networks.slice_cnn import GenreCnn, SliceCnn
from training.networks.vggish import VggishNetwork

AnyNetwork = Annotated[
    DenseDeep
    | DenseSimple
    | GenreCnn
    | InceptionV3
    | PictureCrnn
    | PictureDeep
    | PictureSimple
    | Resnet50
    | SliceCnn
    | VggishNetwork,
    Field(discriminator="kind"),
]
