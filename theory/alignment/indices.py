"""All similarity indices of one pair of representations."""

from dataclasses import dataclass

import torch
from torch import Tensor

from theory.alignment import _checks as checks
from theory.alignment import _moments as moments
from theory.alignment.cka import centred, debiased_sums
from theory.alignment.rsa import cosine_sums, unit_rows


@dataclass(frozen=True, kw_only=True)
class SimilarityIndices:
    """CKA and RSA as scalar tensors, each as the function of that name defines it."""

    cka: Tensor  # debiased
    cka_biased: Tensor
    rsa: Tensor


def similarity_indices(x: Tensor, y: Tensor) -> SimilarityIndices:
    r"""Debiased CKA, biased CKA and RSA, both CKAs from one set of moments.

    Formula, Symbols, Range
        as `cka` and `rsa`, which give the same values one at a time.

    Errors
        ValueError as `cka` (n >= 4) and `rsa` together.

    >>> x = torch.randn(100, 8, generator=torch.Generator().manual_seed(0))
    >>> found = similarity_indices(x, x + 1)
    >>> round(found.cka.item(), 6), round(found.cka_biased.item(), 6), found.rsa.item() < 0.9
    (1.0, 1.0, True)
    """
    checks.check_features(x, y, least=4)
    dtype = torch.promote_types(x.dtype, y.dtype)
    raw = centred(x, "x"), centred(y, "y")
    unit = unit_rows(x, "x"), unit_rows(y, "y")
    every = moments.all_pairs(*raw)
    return SimilarityIndices(
        cka=debiased_sums(every, *raw).cosine().to(dtype),
        cka_biased=every.cosine().to(dtype),
        rsa=cosine_sums(moments.all_pairs(*unit), *unit).cosine().to(dtype),
    )
