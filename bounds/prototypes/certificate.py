"""From a measured NT-Xent value and prototype bias to the supervised objective."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require, require_at_least, require_positive


def supervised_certificate(
    ntxent: ArrayLike, tau: ArrayLike, squared_bias: ArrayLike, items_per_class: ArrayLike
) -> NDArray[np.float64]:
    r"""Upper bound on the supervised objective (repulsion 1, raw prototypes) of a labelled batch.

    Formula
        tau (L - log(2b)) + B^2                          [1]

    Symbols (arrays broadcast against each other)
        ntxent           L    NT-Xent of the batch, two views per item; may be below 0 by rounding
        tau              tau  its temperature, tau > 0
        squared_bias     B^2  squared prototype bias of the same batch, not debiased, B^2 >= 0
        items_per_class  b    items in the smallest class, b >= 1

    Holds for every batch of unit rows with at least two classes. As valid for the NSCL or the DCL
    of the batch in the place of L. +-inf where it leaves float64.

    Accuracy
        1e-12 relative to the largest of tau L, tau log(2b) and B^2.

    Errors
        ValueError for tau not > 0, squared_bias < 0, items_per_class < 1, NaN or an infinity.

    Source
        Sharper than the bound of Lee (2025), arXiv:2510.10572, as reconstructed here: this
        project, docs/theory/lee2025/certificate.md.

    >>> float(supervised_certificate(0.716949, 0.25, squared_bias=0.113451, items_per_class=2)
    ...     .round(4))
    -0.0539
    """
    loss, temperature, bias, items = reals(ntxent, tau, squared_bias, items_per_class)
    require(np.isfinite(loss), "finite ntxent", ntxent=loss)
    require_positive(tau=temperature)
    require_at_least(0, squared_bias=bias)
    require_at_least(1, items_per_class=items)
    with np.errstate(over="ignore"):
        decoupled = temperature * (loss - (np.log(2.0) + np.log(items)))
    return np.asarray(decoupled + bias, dtype=np.float64)
