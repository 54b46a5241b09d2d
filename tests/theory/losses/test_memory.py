"""The streamed losses never hold a matrix of all pairs, forward or backward."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# The peak is the kernel's own high-water mark of this address space. `ru_maxrss` would start at
# the peak of the process that launched the probe, and hide anything smaller.
PROBE = """
import sys, torch
from pathlib import Path
from theory.losses import contrastive_losses

def peak():
    status = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])

def run(n, block):
    generator = torch.Generator().manual_seed(0)
    z = torch.nn.functional.normalize(torch.randn(n, 2, 8, generator=generator), dim=-1)
    losses = contrastive_losses(z.requires_grad_(), torch.arange(n) % 10, 0.5, block=block)
    (losses.cl + losses.dcl + losses.nscl + losses.supcon + losses.gap).backward()

torch.set_num_threads(1)
run(64, 64)  # whatever torch loads on first use is not counted
before = peak()
run(int(sys.argv[1]) // 2, int(sys.argv[2]))
print(peak() - before)
"""


def growth(n_rows: int, block: int) -> int:
    """Bytes by which one forward and backward pass raises the peak of a fresh process."""
    command = [sys.executable, "-c", PROBE, str(n_rows), str(block)]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's memory accounts")
def test_memory_is_rows_and_a_tile() -> None:
    n_rows, block = 8192, 128
    # Per row a dozen or two of float64 for its sums and losses, and z, its copy, its gradient and
    # what the allocator keeps; the tiles are nothing. The matrix of all pairs would be 256 MB.
    assert growth(n_rows, block) < 16e6


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's memory accounts")
def test_the_probe_sees_a_matrix_of_all_pairs() -> None:
    n_rows = 4096
    assert growth(n_rows, block=n_rows) > 4 * n_rows**2
