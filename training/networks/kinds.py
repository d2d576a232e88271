"""Every network that a recipe may name, told apart by its `kind`."""

from typing import Annotated

from pydantic import Field

from training.networks.dense_deep import DenseDeep
from training.networks.dense_simple import DenseSimple
from training.networks.genre_cnn import GenreCnn
from training.networks.inception_v3 import InceptionV3
from training.networks.picture_crnn import PictureCrnn
from training.networks.picture_deep import PictureDeep
from training.networks.picture_simple import PictureSimple
from training.networks.resnet50 import Resnet50
from training.networks.slice_cnn import SliceCnn
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
