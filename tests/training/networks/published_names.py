"""Names and shapes of the weights in files that others have published, written down from those files."""

from collections.abc import Iterator

Shapes = dict[str, tuple[int, ...]]


def vggish_names() -> Shapes:
    """torchvggish."""
    convolutions = {0: (64, 1), 3: (128, 64), 6: (256, 128), 8: (256, 256), 11: (512, 256), 13: (512, 512)}
    dense = {0: (4096, 12288), 2: (4096, 4096), 4: (128, 4096)}
    shapes: Shapes = {}
    for number, (after, before) in convolutions.items():
        shapes |= {f"features.{number}.weight": (after, before, 3, 3), f"features.{number}.bias": (after,)}
    for number, (after, before) in dense.items():
        shapes |= {f"embeddings.{number}.weight": (after, before), f"embeddings.{number}.bias": (after,)}
    return shapes


def resnet50_names() -> Shapes:
    """torchvision, with the classifier of photographs. Older files have no counters, as here."""
    shapes: Shapes = {"conv1.weight": (64, 3, 7, 7), "fc.weight": (1000, 2048), "fc.bias": (1000,)}
    shapes |= _normalisation("bn1", 64)
    before = 64
    for layer, (inside, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), 1):
        for block in range(blocks):
            name = f"layer{layer}.{block}"
            for number, (after, seen, side) in enumerate(
                ((inside, before, 1), (inside, inside, 3), (4 * inside, inside, 1)), 1
            ):
                shapes[f"{name}.conv{number}.weight"] = (after, seen, side, side)
                shapes |= _normalisation(f"{name}.bn{number}", after)
            if block == 0:
                shapes[f"{name}.downsample.0.weight"] = (4 * inside, before, 1, 1)
                shapes |= _normalisation(f"{name}.downsample.1", 4 * inside)
            before = 4 * inside
    return shapes


def inception_v3_names() -> Shapes:
    """torchvision, with counters, and both classifiers of photographs."""
    shapes: Shapes = {"fc.weight": (1000, 2048), "AuxLogits.fc.weight": (1000, 768), "AuxLogits.conv0.conv.bias": (1,)}
    for name, shape in _inception_convolutions():
        shapes[f"{name}.conv.weight"] = shape
        shapes |= _normalisation(f"{name}.bn", shape[0])
        shapes[f"{name}.bn.num_batches_tracked"] = ()
    return shapes


def _inception_convolutions() -> Iterator[tuple[str, tuple[int, ...]]]:
    for text in _STEM:
        yield _read(text)
    for block, before, pooled in (("5b", 192, 32), ("5c", 256, 64), ("5d", 288, 64)):
        for text in _FIVE:
            yield _read(f"Mixed_{block}.{text.format(before=before, pooled=pooled)}")
    for text in _SIX_A:
        yield _read(f"Mixed_6a.{text}")
    for block, inside in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        for text in _SIX:
            yield _read(f"Mixed_{block}.{text.format(inside=inside)}")
    for text in _SEVEN_A:
        yield _read(f"Mixed_7a.{text}")
    for block, before in (("7b", 1280), ("7c", 2048)):
        for text in _SEVEN:
            yield _read(f"Mixed_{block}.{text.format(before=before)}")


def _read(text: str) -> tuple[str, tuple[int, ...]]:
    name, *shape = text.split()
    return name, tuple(int(size) for size in shape)


def _normalisation(name: str, width: int) -> Shapes:
    return {f"{name}.{part}": (width,) for part in ("weight", "bias", "running_mean", "running_var")}


_STEM = (
    "Conv2d_1a_3x3 32 3 3 3",
    "Conv2d_2a_3x3 32 32 3 3",
    "Conv2d_2b_3x3 64 32 3 3",
    "Conv2d_3b_1x1 80 64 1 1",
    "Conv2d_4a_3x3 192 80 3 3",
)
_FIVE = (
    "branch1x1 64 {before} 1 1",
    "branch5x5_1 48 {before} 1 1",
    "branch5x5_2 64 48 5 5",
    "branch3x3dbl_1 64 {before} 1 1",
    "branch3x3dbl_2 96 64 3 3",
    "branch3x3dbl_3 96 96 3 3",
    "branch_pool {pooled} {before} 1 1",
)
_SIX_A = (
    "branch3x3 384 288 3 3",
    "branch3x3dbl_1 64 288 1 1",
    "branch3x3dbl_2 96 64 3 3",
    "branch3x3dbl_3 96 96 3 3",
)
_SIX = (
    "branch1x1 192 768 1 1",
    "branch7x7_1 {inside} 768 1 1",
    "branch7x7_2 {inside} {inside} 1 7",
    "branch7x7_3 192 {inside} 7 1",
    "branch7x7dbl_1 {inside} 768 1 1",
    "branch7x7dbl_2 {inside} {inside} 7 1",
    "branch7x7dbl_3 {inside} {inside} 1 7",
    "branch7x7dbl_4 {inside} {inside} 7 1",
    "branch7x7dbl_5 192 {inside} 1 7",
    "branch_pool 192 768 1 1",
)
_SEVEN_A = (
    "branch3x3_1 192 768 1 1",
    "branch3x3_2 320 192 3 3",
    "branch7x7x3_1 192 768 1 1",
    "branch7x7x3_2 192 192 1 7",
    "branch7x7x3_3 192 192 7 1",
    "branch7x7x3_4 192 192 3 3",
)
_SEVEN = (
    "branch1x1 320 {before} 1 1",
    "branch3x3_1 384 {before} 1 1",
    "branch3x3_2a 384 384 1 3",
    "branch3x3_2b 384 384 3 1",
    "branch3x3dbl_1 448 {before} 1 1",
    "branch3x3dbl_2 384 448 3 3",
    "branch3x3dbl_3a 384 384 1 3",
    "branch3x3dbl_3b 384 384 3 1",
    "branch_pool 192 {before} 1 1",
)
