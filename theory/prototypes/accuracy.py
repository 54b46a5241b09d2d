"""Classification by the nearest class prototype, and what the bias says about its error."""

import torch
from torch import Tensor
from torch.linalg import vector_norm

from theory.prototypes._means import means, need_two_classes, to_nearest_other


def nearest_prototype_error(z: Tensor, labels: Tensor) -> Tensor:
    r"""Share of the items whose mean is not strictly nearest to the mean of its own class.

    Formula
        (1/n) #{ i : min_{y' != y} ||m_i - M_y'|| <= ||m_i - M_y|| }                [no unit]

    Symbols
        z       (n, k, d) float32 or float64, n items, k >= 1 views
        labels  (n,) integers, any values, at least two different

    Range
        0 to 1, a multiple of 1/n; a tie is an error, so 1 where all means coincide. Distances are
        compared as computed in float64. For the error of single views pass them as items:
        z.reshape(-1, 1, d) with labels.repeat_interleave(k).

    Errors
        ValueError for z that is not a finite (n, k, d) tensor, labels that are not (n,) integers,
        and one class.

    Source
        This project: docs/theory/lee2025/bias.md.

    >>> views = torch.tensor([[[1.0, 0.0]], [[0.6, 0.8]], [[0.0, 1.0]]])
    >>> round(nearest_prototype_error(views, torch.tensor([0, 0, 1])).item(), 4)
    0.0
    """
    found = means(z, labels)
    need_two_classes(found.classes)
    to_own: Tensor = vector_norm(found.residuals, dim=1)
    to_other = to_nearest_other(found.items, found.classes.class_of, found.classes.means)
    wrong = ~(to_own < to_other)
    return wrong.to(z.dtype).mean()


def nearest_prototype_bound(z: Tensor, labels: Tensor) -> Tensor:
    r"""Upper bound on `nearest_prototype_error` by the bias against the separation.

    Formula
        sum_y (n_y/n) min(1, 4 B_y/Delta_y^2),   B_y = mean_{i in y} ||m_i - M_y||^2,
        Delta_y = min_{y' != y} ||M_y - M_y'||;  1 for a class with Delta_y = 0     [no unit]
        (at most (n k + d) eps of z's dtype, the rounding of a mean, counts as 0)

    Symbols, Errors
        as `nearest_prototype_error`.

    Range
        0 to 1; twice `prototype_bias(z, labels).relative`, or 1, where the classes have equal
        B_y and equal distances. Differentiable where it is smooth.

    Source
        This project: docs/theory/lee2025/bias.md.

    >>> views = torch.tensor([[[1.0, 0.0]], [[0.8, 0.6]], [[0.0, 1.0]], [[-0.6, 0.8]]])
    >>> round(nearest_prototype_bound(views, torch.tensor([0, 0, 1, 1])).item(), 4)
    0.2222
    """
    found = means(z, labels)
    classes = found.classes
    need_two_classes(classes)
    each = torch.arange(len(classes.labels), device=z.device)
    apart = to_nearest_other(classes.means, each, classes.means)
    together = apart <= found.zero
    squares = apart.masked_fill(together, 1.0).square()
    share = (4.0 * classes.variances / squares).masked_fill(together, 1.0).clamp(max=1.0)
    return (classes.counts * share).sum().div(len(z)).to(z.dtype)
