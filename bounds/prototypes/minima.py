"""Least values of the supervised and of the balanced contrastive objective, and where they turn."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import real, reals, require_at_least, require_positive

Array = NDArray[np.float64]


def balanced_supervised_minimum(n_classes: ArrayLike, repulsion: ArrayLike) -> NDArray[np.float64]:
    r"""Least mean of -<z,M_y> + lambda max_y' <z,M_y'>, uniform classes, M_y their own means.

    Formula
        -1 - lambda/(K - 1)                              [1]

    Symbols (arrays broadcast against each other)
        n_classes  K       classes of equal size, K >= 2
        repulsion  lambda  lambda >= 0

    A floor in every dimension. For lambda > 0 attained if and only if each class is one point and
    the points form a regular simplex, which takes dimension K - 1; at lambda = 0 by every
    collapse. The prototypes are not normalised.

    Accuracy
        1e-12 relative.

    Errors
        ValueError for n_classes < 2, repulsion < 0, NaN or an infinity.

    Source
        This project, docs/theory/lee2025/minima.md.

    >>> float(balanced_supervised_minimum(n_classes=5, repulsion=1.0))
    -1.25
    """
    classes, weight = _classes_and_repulsion(n_classes, repulsion)
    return np.asarray(-1.0 - weight / (classes - 1.0), dtype=np.float64)


def free_prototype_minimum(n_classes: ArrayLike, repulsion: ArrayLike) -> NDArray[np.float64]:
    r"""Least mean of -<u_y,mu_y> + lambda max_y' <u_y,mu_y'> over free unit u_y and mu_y.

    Formula
        -max(1 + lambda/(K - 1), lambda - 1)             [1]

    Symbols (arrays broadcast against each other)
        n_classes  K       classes, K >= 2
        repulsion  lambda  lambda >= 0

    A floor in every dimension. Attained by the simplex u_y = mu_y (which takes dimension K - 1) up
    to `critical_repulsion`, and beyond it by mu_y = e, u_y = -e for all classes.

    Accuracy
        1e-12 relative.

    Errors
        ValueError for n_classes < 2, repulsion < 0, NaN or an infinity.

    Source
        This project, docs/theory/lee2025/minima.md.

    >>> free_prototype_minimum(n_classes=5, repulsion=[1.0, 4.0]).tolist()
    [-1.25, -3.0]
    """
    classes, weight = _classes_and_repulsion(n_classes, repulsion)
    simplex = 1.0 + weight / (classes - 1.0)
    return np.asarray(-np.maximum(simplex, weight - 1.0), dtype=np.float64)


def critical_repulsion(n_classes: ArrayLike) -> NDArray[np.float64]:
    r"""The repulsion beyond which free prototypes collapse instead of forming a simplex.

    Formula
        2 (K - 1)/(K - 2), +inf at K = 2                 [1]

    Symbols
        n_classes  K  classes, K >= 2

    Accuracy
        1e-12 relative.

    Errors
        ValueError for n_classes < 2, NaN or an infinity.

    Source
        This project, docs/theory/lee2025/minima.md.

    >>> float(critical_repulsion(10))
    2.25
    """
    classes = real(n_classes)
    require_at_least(2, n_classes=classes)
    beyond_two = classes - 2.0
    some = np.where(beyond_two > 0, beyond_two, 1.0)
    return np.where(beyond_two > 0, 2.0 + 2.0 / some, np.inf)


def balanced_contrastive_minimum(
    n_items: ArrayLike, repulsion: ArrayLike, alpha: ArrayLike
) -> NDArray[np.float64]:
    r"""Least balanced loss against both views of every other item, positive excluded, sum form.

    Formula
        -1 - lambda/(N - 1) + (lambda/alpha) log(2N - 2)           [1]

    Symbols (arrays broadcast against each other)
        n_items    N       items of two views, N >= 2
        repulsion  lambda  lambda >= 0
        alpha      alpha   inverse temperature, alpha > 0

    A floor in every dimension. For lambda > 0 attained if and only if views coincide and the items
    form a regular simplex, which takes dimension N - 1; at lambda = 0 by coinciding views alone.
    +inf where it leaves float64.

    Accuracy
        1e-12 relative to the largest of the three terms, which is all that is left where they
        cancel.

    Errors
        ValueError for n_items < 2, repulsion < 0, alpha not > 0, NaN or an infinity.

    Source
        This project, docs/theory/lee2025/minima.md.

    >>> float(balanced_contrastive_minimum(n_items=4, repulsion=1.0, alpha=10.0).round(6))
    -1.154157
    """
    return _contrastive_minimum(n_items, repulsion, alpha, log_of_views=np.log(2.0))


def same_view_contrastive_minimum(
    n_items: ArrayLike, repulsion: ArrayLike, alpha: ArrayLike
) -> NDArray[np.float64]:
    r"""Least balanced loss against the same view of every other item, sum form.

    Formula
        -1 - lambda/(N - 1) + (lambda/alpha) log(N - 1)            [1]

    Symbols (arrays broadcast against each other)
        n_items    N       items of two views, N >= 2
        repulsion  lambda  lambda >= 0
        alpha      alpha   inverse temperature, alpha > 0

    Attained as `balanced_contrastive_minimum`.

    Accuracy
        As `balanced_contrastive_minimum`.

    Errors
        As `balanced_contrastive_minimum`.

    Source
        This project, docs/theory/lee2025/minima.md.

    >>> float(same_view_contrastive_minimum(n_items=4, repulsion=1.0, alpha=10.0).round(6))
    -1.223472
    """
    return _contrastive_minimum(n_items, repulsion, alpha, log_of_views=0.0)


def _classes_and_repulsion(n_classes: ArrayLike, repulsion: ArrayLike) -> tuple[Array, Array]:
    classes, weight = reals(n_classes, repulsion)
    require_at_least(2, n_classes=classes)
    require_at_least(0, repulsion=weight)
    return classes, weight


def _contrastive_minimum(
    n_items: ArrayLike, repulsion: ArrayLike, alpha: ArrayLike, *, log_of_views: float
) -> Array:
    items, weight, inverse_temperature = reals(n_items, repulsion, alpha)
    require_at_least(2, n_items=items)
    require_at_least(0, repulsion=weight)
    require_positive(alpha=inverse_temperature)
    log_terms = log_of_views + np.log(items - 1.0)
    with np.errstate(over="ignore"):
        # Either order overflows only where the product does; log 1 = 0 wins over both.
        cold = weight / np.maximum(inverse_temperature, 1.0) * log_terms
        hot = weight * log_terms / np.minimum(inverse_temperature, 1.0)
        spread = np.where(inverse_temperature >= 1.0, cold, hot)
        return np.asarray(spread - weight / (items - 1.0) - 1.0, dtype=np.float64)
