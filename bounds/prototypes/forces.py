"""When a loss whose denominator holds the positive pulls the views of an item apart."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require, require_at_least, require_positive


def alignment_threshold(
    n_terms: ArrayLike, alpha: ArrayLike, similarity: ArrayLike
) -> NDArray[np.float64]:
    r"""The repulsion beyond which aligned views repel, the positive counted in the denominator.

    Formula
        1 + m e^(-alpha (1 - c))                         [1]

    Symbols (arrays broadcast against each other)
        n_terms     m      other terms in the logarithm, m >= 1
        alpha       alpha  inverse temperature, alpha > 0
        similarity  c      their common similarity to the anchor, -1 <= c <= 1

    +inf where it leaves float64.

    Accuracy
        1e-12 relative.

    Errors
        ValueError outside these ranges, for NaN or an infinity.

    Source
        This project, docs/theory/lee2025/minima.md.

    >>> float(alignment_threshold(n_terms=3, alpha=5.0, similarity=-1 / 3).round(6))
    1.003818
    """
    terms, inverse_temperature, c = reals(n_terms, alpha, similarity)
    require_at_least(1, n_terms=terms)
    require_positive(alpha=inverse_temperature)
    require((-1 <= c) & (c <= 1), "-1 <= similarity <= 1", similarity=c)
    with np.errstate(over="ignore"):
        decay = np.exp(-inverse_temperature * (1.0 - c))
    return np.asarray(1.0 + terms * decay, dtype=np.float64)
