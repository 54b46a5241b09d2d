"""Neural collapse: how close features and a classifier are to a simplex of points."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from theory.geometry import _checks as checks
from theory.geometry.cdnv import rescaled_features
from theory.geometry.statistics import ClassStatistics, moments

_ROWS = 4096  # samples compared with all centres at a time


@dataclass(frozen=True, kw_only=True)
class NeuralCollapse:
    """NC1 to NC4 as scalar tensors, each 0 at full collapse; None where a classifier is needed."""

    nc1: Tensor  # tr(Sigma_W Sigma_B^+) / C
    nc2_equinorm: Tensor  # coefficient of variation of the norms of the centred means
    nc2_equiangular: Tensor  # mean of |cos + 1/(C-1)| over pairs of centred means
    nc3: Tensor | None  # || W/||W|| - M/||M|| ||, Frobenius
    nc4: Tensor | None  # share of samples on which classifier and nearest centre disagree
    ncc_error: Tensor  # share of samples whose own centre is not strictly the nearest

    @property
    def nc2(self) -> Tensor:
        """The larger of the two parts of NC2: 0 iff the class means are a simplex."""
        return torch.maximum(self.nc2_equinorm, self.nc2_equiangular)


def etf_deviation(means: Tensor) -> Tensor:
    r"""Distance of class means from a regular simplex.

    Formula
        sqrt( mean over i != j of (cos_ij + 1/(C-1))^2 ),    cos_ij the cosine of the centred
        means mu_i - mu_G and mu_j - mu_G, mu_G = (1/C) sum_c mu_c        [no unit]

    Symbols
        means  (c, d) float32 or float64, c >= 2

    Range
        0 to C/(C-1); unchanged by shift, rotation and scale; always 0 for C = 2. It is 0 iff the
        means are a regular simplex, equal lengths included: with these cosines the unit
        vectors have rank C-1, hence one linear relation, sum u_i = 0, while the centred means
        sum to 0 as well. Differentiable where it is not 0.

    Errors
        ValueError for means that are not a finite (c, d) tensor (naming the first bad row),
        fewer than two, and a mean equal, within rounding, to the mean of the means (it has no
        direction from there).

    Source
        This project, after Papyan, Han & Donoho (2020), arXiv:2008.08186 (NC2).

    >>> etf_deviation(torch.eye(4, dtype=torch.float64)).item() < 1e-15
    True
    """
    scaled = rescaled_features(means, "means", "(c, d)")
    _, angles = _centred(scaled, torch.arange(len(means)), means.dtype)
    return angles.square().mean().sqrt().to(means.dtype)


def neural_collapse(
    features: Tensor, labels: Tensor, classifier: Tensor | None = None
) -> NeuralCollapse:
    r"""The four measures of neural collapse.

    Formula
        NC1  tr(Sigma_W Sigma_B^+)/C,  Sigma_W = (1/C) sum_c Sigma_c (population),
             Sigma_B = (1/C) sum_c m_c m_c',  m_c = mu_c - mu_G,  mu_G = (1/C) sum_c mu_c
        NC2  equinorm: standard deviation over mean of ||m_c||;
             equiangular: mean over i != j of |cos(m_i, m_j) + 1/(C-1)|
        NC3  || W/||W||_F - M/||M||_F ||_F with rows w_c of W and m_c of M
        NC4  share of samples x with argmax_c <w_c, x> != argmin_c ||x - mu_c||
        `ncc_error`: share of samples whose own centre is not strictly the nearest (a tie errs)

    Symbols
        features    (n, d) float32 or float64; views (n, k, d) are passed as
                    z.flatten(0, 1) with labels.repeat_interleave(k)
        labels      (n,) integers, any values, at least two different
        classifier  (c, d), W, rows ascending by label, no bias; None: nc3 and nc4 are None

    Range
        all >= 0; nc3 <= 2, nc4 and ncc_error <= 1; all 0 at a collapsed simplex around 0 with
        W = M. Classes weigh equally in NC1-NC3 and samples in NC4, which for balanced classes is
        the source's. A common shift of the features changes NC4 alone, W having no bias.
        The pseudo-inverse drops singular values of M below max(c, d) eps of the largest, eps
        that of the features' dtype.

    Errors
        ValueError as `class_statistics`, and for fewer than two classes, a class mean equal to
        mu_G within rounding (naming the label), and a classifier that is not a finite nonzero
        (c, d) tensor.

    Source
        Papyan, Han & Donoho (2020), arXiv:2008.08186.

    >>> corners = torch.eye(3, dtype=torch.float64)
    >>> neural_collapse(corners.repeat(2, 1), torch.arange(3).repeat(2)).nc1.item()
    0.0
    """
    scaled = rescaled_features(features)
    stats, residuals = moments(scaled, labels)
    centred, angles = _centred(stats.means, stats.labels, features.dtype)
    norms = centred.norm(dim=1)
    nearest, own_is_nearest = _nearest_centre(scaled, stats)
    dtype = features.dtype
    nc3 = nc4 = None
    if classifier is not None:
        _check_classifier(classifier, features, len(stats.labels))
        nc3 = (classifier / classifier.norm() - centred / centred.norm()).norm().to(dtype)
        chosen = (features @ classifier.to(dtype).mT).argmax(dim=1)
        nc4 = (chosen != nearest).to(dtype).mean()
    return NeuralCollapse(
        nc1=_within_over_between(residuals, stats, centred, torch.finfo(dtype).eps).to(dtype),
        nc2_equinorm=(norms.std(correction=0) / norms.mean()).to(dtype),
        nc2_equiangular=angles.abs().mean().to(dtype),
        nc3=nc3,
        nc4=nc4,
        ncc_error=(~own_is_nearest).to(dtype).mean(),
    )


def _centred(means: Tensor, labels: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """The centred means, and cos_ij + 1/(C-1) of their ordered pairs i != j, as a vector."""
    c = len(means)
    checks.check_classes(c)
    centred = means - means.mean(dim=0)
    # A sum of c means in the caller's precision is off by as much: less has no direction.
    rounding = (c + 1) * torch.finfo(dtype).eps * float(means.detach().norm(dim=1).max())
    checks.check_off_centre(centred.norm(dim=1), labels, rounding)
    units = normalize(centred, dim=1)
    pairs = ~torch.eye(c, dtype=torch.bool, device=means.device)
    return centred, (units @ units.mT)[pairs] + 1 / (c - 1)


def _within_over_between(
    residuals: Tensor, stats: ClassStatistics, centred: Tensor, eps: float
) -> Tensor:
    """tr(Sigma_W Sigma_B^+)/C, in the basis in which Sigma_B is diagonal: M = U S V'."""
    _, s, vh = torch.linalg.svd(centred, full_matrices=False)
    kept = s > s[0] * max(centred.shape) * eps
    kept[len(stats.labels) - 1 :] = False  # C centred means have rank C - 1 at most
    # .double() first: the reciprocal of an integer tensor is float32.
    weights = 1 / (stats.counts.double() * len(stats.labels))[stats.class_of]
    within = (residuals @ vh[kept].mT).square().mul(weights[:, None]).sum(dim=0)
    ratio: Tensor = within / s[kept].square()
    return ratio.sum()


def _nearest_centre(x: Tensor, stats: ClassStatistics) -> tuple[Tensor, Tensor]:
    """The nearest centre of each sample (the first on a tie); is its own strictly nearest?"""
    nearest, strict = [], []
    for part, own in zip(torch.split(x, _ROWS), torch.split(stats.class_of, _ROWS), strict=True):
        distances = torch.cdist(part, stats.means, compute_mode="donot_use_mm_for_euclid_dist")
        nearest.append(distances.argmin(dim=1))
        to_own = distances.gather(1, own[:, None])
        to_others = distances.scatter(1, own[:, None], torch.inf)
        strict.append((to_own < to_others).all(dim=1))
    return torch.cat(nearest), torch.cat(strict)


def _check_classifier(classifier: Tensor, features: Tensor, n_classes: int) -> None:
    checks.check_matrix(classifier, "classifier", "(c, d)")
    if classifier.shape != (n_classes, features.shape[1]):
        raise ValueError(
            f"need classifier of shape (c, d) = ({n_classes}, {features.shape[1]}), "
            f"got {tuple(classifier.shape)}"
        )
    if not bool((classifier != 0).any()):
        raise ValueError("need a classifier that is not zero, got all entries 0")
