"""CKA and RSA hold blocks of rows and d x d matrices, never a copy of the features or n x n."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROBE = """
import sys, torch
from pathlib import Path
from theory.alignment import _moments, gram_cka, similarity_indices

def peak():
    status = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])

def run(x, y, how):
    if how == "gram":
        gram_cka(x @ x.mT, y @ y.mT)
    else:
        similarity_indices(x, y)

torch.set_num_threads(1)
generator = torch.Generator().manual_seed(0)
n, d, how = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
x, y = torch.randn(2, n, d, generator=generator)
run(x[: 2 * d], y[: 2 * d], how)  # whatever torch loads on first use is not counted
before = peak()
run(x, y, how)
print(peak() - before)
"""
# A large tensor is a mapping of its own, gone when it is freed: what counts is what the code holds,
# not the holes that glibc's heap may keep between runs of one process.
ALONE = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}
accounts = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads Linux's memory accounts"
)


def growth(n: int, d: int, how: str) -> int:
    """Bytes by which a comparison raises the peak of a fresh process."""
    command = [sys.executable, "-c", PROBE, str(n), str(d), how]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=ALONE).stdout)


@accounts
def test_memory_is_blocks_and_not_a_copy_of_the_features() -> None:
    n, d, block = 100_000, 128, 1024
    # Four vectors of n squared norms, each written in parts and joined, and a dozen blocks; a
    # copy of one input in float64 would be 102 MB, an n x n matrix 80 GB.
    assert growth(n, d, "features") < 8 * (4 * 2 * n + 12 * block * (d + 2)) < 8 * n * d


@accounts
def test_the_probe_sees_an_n_by_n_matrix() -> None:
    assert growth(4096, 4, "gram") > 4 * 4096**2
