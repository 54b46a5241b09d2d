"""Prototype representation bias: how far an item's own mean is from the mean of its class."""

from dataclasses import dataclass, field
from functools import cached_property

from torch import Tensor
from torch.linalg import vector_norm

from theory.prototypes._means import Means, blocks, means, need_two_classes, pairwise


@dataclass(frozen=True, kw_only=True)
class PrototypeBias:
    """The bias in each of its readings: scalar tensors in the dtype of z, differentiable.

    `cosine`, `debiased_squared` and `relative` are computed when they are read, and raise
    ValueError where they are not defined.
    """

    raw: Tensor  # E ||M_y - m_i||
    squared: Tensor  # E ||M_y - m_i||^2
    _means: Means = field(repr=False)

    @cached_property
    def cosine(self) -> Tensor:
        """E ||M_y/||M_y|| - m_i/||m_i|| ||; ValueError if some mean has no direction."""
        items = self._means.item_directions()
        own = self._means.class_directions()[self._means.classes.class_of]
        distance: Tensor = vector_norm(own - items, dim=1).mean()
        return distance.to(self._means.dtype)

    @cached_property
    def debiased_squared(self) -> Tensor:
        """`squared` without what k views per item add to it on average; ValueError for k = 1.

        It may be slightly negative where the true bias is small.
        """
        found = self._means
        k = found.views.shape[1]
        if k < 2:
            raise ValueError(f"need k >= 2 views to debias, got k={k}")
        spread = (found.views - found.items[:, None]).square().sum(dim=2).mean(dim=1)
        # .double() first: the reciprocal of an integer tensor is float32.
        shrunk = 1.0 - 1.0 / found.classes.counts[found.classes.class_of].double()
        wide = found.residuals.square().sum(dim=1) - shrunk * spread / (k - 1)
        return wide.mean().to(found.dtype)

    @cached_property
    def relative(self) -> Tensor:
        """`squared` over half the mean of ||M_y - M_y'||^2, y != y'.

        ValueError for one class and for class means that all coincide.
        """
        found = self._means
        need_two_classes(found.classes)
        centres = found.classes.means
        centred = centres - centres.mean(dim=0)
        if _diameter(centres.detach(), centred.detach(), found.zero) <= found.zero:
            raise ValueError(
                f"need class means more than {found.zero:.3g} apart, got all of them equal"
            )
        # The sum over ordered pairs is 2c times the sum around the centre.
        between = centred.square().sum() / (len(centres) - 1)
        return (found.residuals.square().sum(dim=1).mean() / between).to(found.dtype)


def prototype_bias(z: Tensor, labels: Tensor) -> PrototypeBias:
    r"""Prototype representation bias: the price of an item's mean in place of its class's.

    Formula
        m_i = mean_t z_{i,t},   M_y = mean_{i in y} m_i,   i averaged with equal weights
        raw               E ||M_y - m_i||                                          [no unit]
        squared           E ||M_y - m_i||^2
        cosine            E || M_y/||M_y|| - m_i/||m_i|| ||
        debiased_squared  squared - (1/n) sum_i (1 - 1/n_y) v_i/(k-1),
                          v_i = mean_t ||z_it - m_i||^2, which is 1 - ||m_i||^2 for unit rows
        relative          squared / ((1/2) mean over pairs y != y' of ||M_y - M_y'||^2),
                          the ordered pairs of classes unweighted

    Symbols
        z       (n, k, d) float32 or float64, n items, k >= 1 views, unit rows
        labels  (n,) integers, any values, n_y items of class y, unbalanced allowed

    Returns
        `PrototypeBias`, sums taken in float64. Differentiable; at an item with m_i = M_y the
        gradient of its norm is taken to be 0.

    Range
        0 <= squared <= raw <= sqrt(squared) <= 1, cosine in [0, 2], relative >= 0; 0 iff every
        item's mean is its class's, so for one item per class. For views drawn at random
        `squared` is too large on average, by mean_i (1 - 1/n_y)(1 - ||E m_i||^2)/k, while
        `debiased_squared` is unbiased and may be negative.

    Errors
        ValueError for z that is not a finite (n, k, d) tensor and labels that are not (n,)
        integers. When read: `cosine` if a mean, `relative` if the largest distance of two class
        means, is at most (n k + d) eps of z's dtype, the rounding of a mean; `relative` for one
        class; `debiased_squared` for k = 1.

    Source
        Lee (2025), arXiv:2510.10572, the bias in words; raw, squared, cosine and relative are this
        project's readings of them, and so is the debiased form: docs/theory/lee2025/bias.md.

    >>> import torch
    >>> views = torch.tensor([[[1.0, 0.0]], [[-1.0, 0.0]], [[0.0, 1.0]]])
    >>> bias = prototype_bias(views, torch.tensor([0, 0, 1]))
    >>> round(bias.raw.item(), 4), round(bias.relative.item(), 4)
    (0.6667, 1.3333)
    """
    found = means(z, labels)
    return PrototypeBias(
        raw=vector_norm(found.residuals, dim=1).mean().to(z.dtype),
        squared=found.residuals.square().sum(dim=1).mean().to(z.dtype),
        _means=found,
    )


def _diameter(points: Tensor, centred: Tensor, threshold: float) -> float:
    """Largest distance of two points, or on its way there any number beyond the threshold."""
    # The centre is in the hull of the points, so that their diameter is 1 to 2 times the radius.
    radius = float(vector_norm(centred, dim=1).max())
    if radius > threshold or 2.0 * radius <= threshold:
        return radius
    n = len(points)
    return max(float(pairwise(points[at], points).max()) for at in blocks(n, n))
