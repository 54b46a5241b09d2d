"""The contrastive risk of a finite model, exactly, for any number of negatives."""

from numpy.typing import ArrayLike
from torch import Tensor

from theory.risks._inputs import Model, read_model, read_negatives, read_pairing
from theory.risks._quadrature import expected_log_sum


def contrastive_risk(
    features: Tensor | ArrayLike,
    classes: Tensor | ArrayLike,
    prior: Tensor | ArrayLike,
    n_negatives: ArrayLike,
) -> Tensor:
    r"""Contrastive risk with K negatives, without sampling.

    Formula
        R_cont = E log(1 + sum_{k<=K} exp(f(x).f(x_k) - f(x).f(x+)))        [nats]
        c, c_1, ..., c_K i.i.d. from pi; x, x+ from class c and x_k from class c_k, all
        independent: x+ may be x, and a negative may share the anchor's class

    Symbols
        features     f    (..., n, d) float32 or float64, one model per leading index; no
                          temperature and no norm is imposed (divide by sqrt(t) for temperature t)
        classes           (n,) integers 0..C-1, every class present; points of a class are
                          equally likely
        prior        pi   C for the uniform law, or (C,) probabilities, used as they are
        n_negatives  K    whole number >= 1

    Returns
        a (...,) tensor of the dtype of `features`, computed in float64; once differentiable in
        `features`. Within 1e-9 relative or 1e-12 (1 + max |G|) absolute, G = f f', whichever is
        larger. Time does not grow with K; it is O(n^2 (50 + max_i (max_j - min_j) G_ij))
        exponentials, and memory is O(n d).

    Range
        > 0; log(K+1) for constant features.

    Errors
        ValueError for features that are not finite (..., n, d) (naming the first row), classes
        that are not (n,) integers or leave a class out, a prior that is neither a whole number
        >= 1 nor positive probabilities that sum to 1 within 1e-9, K no whole number >= 1.

    Source
        Bao, Nagano & Nozawa (2022), arXiv:2110.02501 (risk); this project (integral).

    >>> round(contrastive_risk([[1.0], [-1.0]], [0, 1], prior=2, n_negatives=3).item(), 12)
    0.951935155018
    """
    model = read_model(features, classes, prior)
    k = read_negatives(n_negatives)
    log_sum = expected_log_sum(model.x, model.positive, model.weights, k)
    # E s_0 = sum_c pi_c |mu_c|^2: x and x+ are independent given the class.
    alignment = model.means.square().sum(dim=-1) @ model.prior
    return (log_sum - alignment).to(model.dtype)


def contrastive_risk_paired(
    features: Tensor | ArrayLike,
    classes: Tensor | ArrayLike,
    prior: Tensor | ArrayLike,
    n_negatives: ArrayLike,
    pairing: Tensor | ArrayLike,
) -> Tensor:
    r"""Contrastive risk with K negatives and positives drawn from any law given the anchor.

    Formula
        E log(1 + sum_{k<=K} exp(f(x).f(x_k) - f(x).f(x+))),   x+ = x_j with probability P_ij
        given x = x_i; negatives as in `contrastive_risk`        [nats]

    Symbols
        pairing  P  (n, n), entries >= 0, rows that sum to 1 within 1e-9, used as they are;
                    positives across classes are allowed
        the others as in `contrastive_risk`, which is P_ij = 1[y_i = y_j]/n_{y_i}

    Returns, Range
        as `contrastive_risk`, memory O(n^2) for P. Not differentiable in `pairing`.

    Errors
        as `contrastive_risk`, and ValueError for a pairing that is not such a matrix.

    Source
        This project. Identity: augmentations as positives; a cyclic shift: the positive is
        never the anchor. Both leave the hypothesis of the published bounds.

    >>> itself = [[1, 0], [0, 1]]
    >>> round(contrastive_risk_paired([[1.0], [-1.0]], [0, 1], 2, 3, itself).item(), 12)
    0.951935155018
    """
    model = read_model(features, classes, prior)
    k = read_negatives(n_negatives)
    law = read_pairing(pairing, model)
    log_sum = expected_log_sum(model.x, law.__getitem__, model.weights, k)
    return (log_sum - paired_score(model, law)).to(model.dtype)


def positive_score(
    features: Tensor | ArrayLike,
    classes: Tensor | ArrayLike,
    prior: Tensor | ArrayLike,
    pairing: Tensor | ArrayLike,
) -> Tensor:
    r"""Mean score of the positive under a pairing.

    Formula
        E s_0 = sum_i (pi_{y_i}/n_{y_i}) sum_j P_ij f(x_i).f(x_j)        [no unit]

    Symbols, Errors
        as `contrastive_risk_paired`

    Range
        [-L^2, L^2] for features of norm at most L. Differentiable in `features`.

    Source
        This project: E s_0 - sum_c pi_c |mu_c|^2 repairs the surrogate bounds for any pairing.

    >>> positive_score([[1.0], [-1.0]], [0, 0], 1, pairing=[[0, 1], [1, 0]]).item()
    -1.0
    """
    model = read_model(features, classes, prior)
    return paired_score(model, read_pairing(pairing, model)).to(model.dtype)


def paired_score(model: Model, law: Tensor) -> Tensor:
    """E s_0, (...,), in float64."""
    return (model.x * (law @ model.x)).sum(dim=-1) @ model.weights
