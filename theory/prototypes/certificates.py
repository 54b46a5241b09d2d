"""What a measured contrastive loss and the prototype bias say about the supervised objective."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from theory.losses import contrastive_losses
from theory.prototypes.bias import prototype_bias
from theory.prototypes.objective import supervised_objective


@dataclass(frozen=True, kw_only=True)
class SupervisedCertificates:
    """The objective of a batch and the bounds above it, each at most the next: scalar tensors.

    `decoupled` and `ntxent` speak of one positive and are None unless every item has two views.
    """

    objective: Tensor  # what the certificates bound, measured
    nscl: Tensor
    dcl: Tensor
    decoupled: Tensor | None
    ntxent: Tensor | None


def supervised_certificates(
    z: Tensor, labels: Tensor, tau: float, *, block: int | None = None
) -> SupervisedCertificates:
    r"""Upper bounds on the supervised objective of a labelled batch, from its contrastive losses.

    Formula
        objective   mean_{i,t} [ -<z_it, M_y> + max_{y' != y} <z_it, M_y'> ]           [no unit]
        nscl, dcl   tau (L - log(k b)) + B^2,  L = `nscl(z, labels, tau)`, `dcl(z, tau)`
        decoupled   tau (L - log(2b)) + B^2,   L = `paired_dcl(z, tau)`,        k = 2
        ntxent      tau (L - log(2b)) + B^2,   L = `ntxent(z, tau)`,            k = 2
        M_y the class means and B^2 = `prototype_bias(z, labels).squared` of this batch (not
        debiased), b the number of items in its smallest class

    Symbols
        z       (n, k, d) float32 or float64, n items, k >= 1 views; the order holds for rows of
                any length
        labels  (n,) integers, any values, at least two different; unbalanced allowed
        tau     temperature of the losses, > 0
        block   as in `contrastive_losses`, the one pass over pairs

    Returns
        `SupervisedCertificates` in the dtype of z, once differentiable.

    Range
        objective <= nscl <= dcl <= decoupled <= ntxent, each within its rounding. All but the last
        two are equal for two classes of one size, each collapsed to a point.

    Errors
        as `contrastive_losses`.

    Source
        Sharper than the bounds of Lee (2025), arXiv:2510.10572, as reconstructed here: this
        project, docs/theory/lee2025/certificate.md.

    >>> views = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]], [[0.0, 1.0]]])
    >>> found = supervised_certificates(views, torch.tensor([0, 0, 1, 1]), tau=0.5)
    >>> found.objective.item(), round(found.nscl.item(), 6), round(found.dcl.item(), 4)
    (-1.0, -1.0, -0.2268)
    """
    losses = contrastive_losses(z, labels, tau, block=block)
    k = z.shape[1]
    fewest = int(torch.unique(labels, return_counts=True)[1].min())
    rest = prototype_bias(z, labels).squared - tau * math.log(k * fewest)
    # Pos holds the pair of a view with itself; in its place s+, all that k = 2 leaves, is lower by
    # (||z_1||^2 + ||z_2||^2)/4 - s+/2.
    apart = (z[:, 0] - z[:, 1]).square().sum(dim=1).mean() / 4.0 if k == 2 else None
    return SupervisedCertificates(
        objective=supervised_objective(z, labels),
        nscl=tau * losses.nscl + rest,
        dcl=tau * losses.dcl + rest,
        decoupled=None if apart is None else tau * losses.dcl + apart + rest,
        ntxent=None if apart is None else tau * losses.cl + apart + rest,
    )
