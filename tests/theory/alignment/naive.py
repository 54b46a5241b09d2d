"""CKA and RSA in fifty digits from n x n matrices, and pairs of representations to compare."""

from itertools import permutations

import torch
from mpmath import mp, mpf
from torch import Tensor

Table = list[list[mpf]]
mp.dps = 50


def pair(
    n: int, d: int, e: int, seed: int, *, offset: float = 0.0, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """x, and y that shares one coordinate with it; both shifted by `offset`."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=g, dtype=torch.float64)
    y = torch.randn(n, e, generator=g, dtype=torch.float64)
    y[:, 0] += x[:, 0]
    return (x + offset).to(dtype), (y + offset).to(dtype)


def rows(x: Tensor) -> Table:
    """The entries as they are: floats are exact in fifty digits."""
    return [[mpf(v) for v in row] for row in x.double().tolist()]


def gram(x: Tensor, *, unit: bool = False) -> Table:
    """x x', or the cosines."""
    table = rows(x)
    if unit:
        table = [[v / mp.sqrt(mp.fsum(u * u for u in row)) for v in row] for row in table]
    return [[mp.fdot(a, b) for b in table] for a in table]


def inner(a: Table, b: Table) -> mpf:
    """Of all entries."""
    return mp.fsum(mp.fdot(p, q) for p, q in zip(a, b, strict=True))


def cosine(a: Table, b: Table) -> mpf:
    """Of two matrices as vectors."""
    return inner(a, b) / mp.sqrt(inner(a, a) * inner(b, b))


def centred(k: Table) -> Table:
    """H K H, as two products."""
    n = len(k)
    h = mp.eye(n) - mp.ones(n) / n
    return [list(row) for row in (h * mp.matrix(k) * h).tolist()]


def u_centred(k: Table) -> Table:
    """Szekely & Rizzo (2014), Definition 2."""
    n = len(k)
    off = [[mpf(0) if i == j else k[i][j] for j in range(n)] for i in range(n)]
    row = [mp.fsum(r) / (n - 2) for r in off]
    grand = mp.fsum(mp.fsum(r) for r in off) / ((n - 1) * (n - 2))
    return [
        [mpf(0) if i == j else off[i][j] - row[i] - row[j] + grand for j in range(n)]
        for i in range(n)
    ]


def hsic(k: Table, l: Table) -> mpf:  # noqa: E741
    """HSIC_1 as its definition reads: means over tuples of distinct indices."""
    n = len(k)
    pairs, triples, quadruples = (list(permutations(range(n), m)) for m in (2, 3, 4))
    same = mp.fsum(k[i][j] * l[i][j] for i, j in pairs) / len(pairs)
    chain = mp.fsum(k[i][j] * l[i][q] for i, j, q in triples) / len(triples)
    apart = mp.fsum(k[i][j] * l[q][r] for i, j, q, r in quadruples) / len(quadruples)
    return same + apart - 2 * chain


def cka(x: Tensor, y: Tensor, *, debiased: bool = True) -> mpf:
    """From centred Gram matrices."""
    centre = u_centred if debiased else centred
    return cosine(centre(gram(x)), centre(gram(y)))


def rsa(x: Tensor, y: Tensor) -> mpf:
    """Pearson's formula on the upper triangles of the dissimilarities."""
    n = len(x)
    tables = [gram(v, unit=True) for v in (x, y)]
    a, b = ([1 - t[i][j] for i in range(n) for j in range(i)] for t in tables)
    mean_a, mean_b = (mp.fsum(v) / len(v) for v in (a, b))
    return cosine([[v - mean_a for v in a]], [[v - mean_b for v in b]])


def rotation(d: int, seed: int = 0) -> Tensor:
    """An orthogonal (d, d) matrix."""
    g = torch.Generator().manual_seed(seed)
    q: Tensor = torch.linalg.qr(torch.randn(d, d, generator=g, dtype=torch.float64))[0]
    return q
