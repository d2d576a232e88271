"""Triangular mel filters, kept sparse: a filter covers a few bins, and a sparse product needs no BLAS threads."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

MelScale = Literal["slaney", "htk", "kaldi"]
"""`kaldi` has HTK's scale, but its triangles are straight over mels, not over hertz."""

# Slaney's scale: linear to 1 kHz (200/3 Hz a mel), then logarithmic with 27 steps to a factor of 6.4.
_SLANEY_HZ_PER_MEL = 200 / 3
_SLANEY_BREAK_HZ = 1000.0
_SLANEY_BREAK_MEL = _SLANEY_BREAK_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = np.log(6.4) / 27


def filterbank(
    sample_rate: int, n_fft: int, n_mels: int, fmin: float, fmax: float, scale: MelScale, *, area_norm: bool
) -> csr_array:
    """Sparse float32 (n_mels, n_fft // 2 + 1); `area_norm` gives every triangle the same area (Slaney's norm).

    Filters above half the sample rate, which only a `fmax` up there asks for, are empty."""
    edges_mel = np.linspace(_mel(fmin, scale), _mel(fmax, scale), n_mels + 2)
    edges_hz = np.array([_hz(mel, scale) for mel in edges_mel])
    bins_hz = np.arange(n_fft // 2 + 1) * sample_rate / n_fft
    if scale == "kaldi":
        bins, edges = np.array([_mel(hz, scale) for hz in bins_hz]), edges_mel
    else:
        bins, edges = bins_hz, edges_hz
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (bins - left) / (centre - left)
    falling = (right - bins) / (right - centre)
    weights: NDArray[np.float64] = np.maximum(0, np.minimum(rising, falling))
    if area_norm:
        weights *= 2 / (edges_hz[2:, None] - edges_hz[:-2, None])
    return csr_array(weights.astype(np.float32))


def pre_emphasis_gain(sample_rate: int, n_fft: int, coefficient: float, filter_rate: int) -> NDArray[np.float64]:
    """What x[t] - coefficient * x[t - 1], done at `filter_rate`, does to the power of every bin of a spectrum at
    `sample_rate`: float64 (n_fft // 2 + 1,)."""
    angle = 2 * np.pi * np.arange(n_fft // 2 + 1) * sample_rate / n_fft / filter_rate
    gain: NDArray[np.float64] = 1 - 2 * coefficient * np.cos(angle) + coefficient**2
    return gain


def _mel(hz: float, scale: MelScale) -> float:
    if scale != "slaney":
        return float(2595 * np.log10(1 + hz / 700))
    if hz < _SLANEY_BREAK_HZ:
        return hz / _SLANEY_HZ_PER_MEL
    return float(_SLANEY_BREAK_MEL + np.log(hz / _SLANEY_BREAK_HZ) / _SLANEY_LOG_STEP)


def _hz(mel: float, scale: MelScale) -> float:
    if scale != "slaney":
        return float(700 * (10 ** (mel / 2595) - 1))
    if mel < _SLANEY_BREAK_MEL:
        return mel * _SLANEY_HZ_PER_MEL
    return float(_SLANEY_BREAK_HZ * np.exp(_SLANEY_LOG_STEP * (mel - _SLANEY_BREAK_MEL)))
