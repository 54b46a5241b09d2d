"""What a user waits for: `import bounds` and `--help`, against a bare interpreter."""

import subprocess
import sys

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

COMMANDS = {
    "bare interpreter": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import bounds": ["-c", "import bounds"],
    "contrastbounds --help": ["-m", "contrastbounds", "--help"],
    "contrastbounds bound": [
        "-m",
        "contrastbounds",
        "bound",
        "dcl_nscl_gap",
        "n_total=9",
        "n_max=3",
    ],
}


@pytest.mark.benchmark(group="start-up")
@pytest.mark.parametrize("name", COMMANDS)
def test_start(benchmark: BenchmarkFixture, name: str) -> None:
    def run() -> int:
        command = [sys.executable, *COMMANDS[name]]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert benchmark.pedantic(run, rounds=5, warmup_rounds=1) == 0
