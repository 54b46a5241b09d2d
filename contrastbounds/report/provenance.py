"""What it takes to get the same numbers again: versions, seed, dtype, device, revision, inputs."""

import datetime
import functools
import hashlib
import importlib.metadata
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

DISTRIBUTIONS = ("contrastbounds", "torch", "numpy", "scipy", "scikit-learn", "matplotlib")
CHECKOUT = Path(__file__).parents[2]


def provenance(
    *, seed: int, dtype: str, device: str, inputs: dict[str, Path] | None = None
) -> dict[str, Any]:
    """The block that every results file carries; `inputs` are hashed."""
    from contrastbounds.device import hardware, tf32

    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command(),
        "versions": versions(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "revision": revision(),
        "seed": seed,
        "dtype": dtype,
        "device": device,
        "hardware": hardware(device) or platform.machine(),
        "tf32": tf32(),
        "inputs": {name: sha256(path) for name, path in (inputs or {}).items()},
    }


def command() -> str:
    """The command line as it can be typed again."""
    return shlex.join(["contrastbounds", *sys.argv[1:]])


def versions() -> dict[str, str]:
    """The versions of the libraries that the numbers come from."""
    return {name: importlib.metadata.version(name) for name in DISTRIBUTIONS}


@functools.cache
def revision() -> str | None:
    """The git revision if this is a checkout, with ``-dirty`` beside uncommitted changes."""
    if not (CHECKOUT / ".git").exists():
        return None
    describe = ["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        done = subprocess.run(
            [*describe, "--exclude=*"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


@functools.cache
def sources() -> str:
    """A digest of the code that a verdict comes from, whether it is committed or not."""
    digest = hashlib.sha256()
    for package in ("bounds", "synthetic", "theory"):
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            digest.update(f"{path.relative_to(CHECKOUT).as_posix()} {sha256(path)}\n".encode())
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
