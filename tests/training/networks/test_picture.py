"""Windows as pictures: cropped, drawn on a square, three channels."""

import pytest
import torch

from training.networks.picture_cnn import Picture, PictureSimple


def test_a_square_window_is_the_picture_in_all_three_channels() -> None:
    window = torch.randn(2, 1, 16, 16)
    picture = Picture(16, 1.0, 1.0)(window)
    assert torch.equal(picture, window.repeat(1, 3, 1, 1))


def test_another_shape_is_drawn_on_the_square_and_keeps_its_levels() -> None:
    rising = torch.arange(20.0).view(1, 1, 20, 1).expand(1, 1, 20, 8)
    picture = Picture(10, 1.0, 1.0)(rising)
    assert picture.shape == (1, 3, 10, 10)
    assert picture[0, 0, :, 0].tolist() == [pytest.approx(2 * row + 0.5) for row in range(10)]


def test_the_middle_of_the_frames_and_the_lowest_bins_are_kept() -> None:
    numbered = torch.arange(16.0 * 16).view(1, 1, 16, 16)
    picture = Picture(8, 0.5, 0.5)(numbered)
    assert torch.equal(picture[0, 0], numbered[0, 0, 4:12, :8])


def test_cropping_hides_the_rest_from_the_network() -> None:
    network = PictureSimple(size=16, crop_bins=0.5).build(32, 2).eval()
    frames = torch.randn(1, 32, 32)
    louder = frames.clone()
    louder[:, :, 16:] += 50
    assert torch.equal(network(frames), network(louder))
    louder[:, :, :16] += 50
    assert not torch.equal(network(frames), network(louder))


def test_a_window_that_is_far_larger_than_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="draws 256 x 256 points from at most 512 bins; there are 1025"):
        PictureSimple().check_window(256, 1025)
    PictureSimple(crop_bins=0.4).check_window(512, 1025)
