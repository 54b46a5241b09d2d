"""One run of ``contrastbounds audit``: load, measure, print, write."""

from dataclasses import dataclass
from pathlib import Path

import torch

from contrastbounds.audit._audit import Audit, audit
from contrastbounds.audit._estimate import estimate
from contrastbounds.audit.digits import NAME, STEPS, digits
from contrastbounds.audit.page import write
from contrastbounds.audit.printing import print_audit
from contrastbounds.audit.records import document
from contrastbounds.cli._console import note, stdout
from contrastbounds.cli._progress import Progress
from contrastbounds.device import use_device
from contrastbounds.embeddings import Embeddings, load
from contrastbounds.errors import UsageError
from contrastbounds.report import folder
from contrastbounds.report.provenance import provenance

EXIT = {"as expected": 0, "violated": 1, "inconclusive": 3}
LONG = 30.0  # seconds, from here on an estimate is worth a line


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    embeddings: str
    labels: Path | None
    tau: float
    shots: tuple[int, ...]
    seed: int
    out: Path | None
    device: str
    dtype: str


def whole_numbers(text: str) -> tuple[int, ...]:
    """Numbers separated by commas.

    >>> whole_numbers("1,5,10")
    (1, 5, 10)
    """
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and int(word) >= 1 for word in words):
        raise UsageError(f"need --shots as whole numbers >= 1 with commas between, got {text!r}")
    return tuple(map(int, words))


def run(options: Options) -> int:
    """The exit status: 0 all bounds hold, 1 one failed, 3 chance leaves one open."""
    if not 0 < options.tau < float("inf"):
        raise UsageError(f"need a finite --tau > 0, got {options.tau}")
    if options.seed < 0:
        raise UsageError(f"need --seed >= 0, got {options.seed}")
    device = use_device(options.device)
    given = _given(options)
    out = None if options.out is None else folder.prepare(options.out)
    expected = estimate(given, options.shots, dtype=getattr(torch, options.dtype), device=device)
    if expected > LONG:
        note(f"{given.n} x {given.k} x {given.d}: this takes about {_duration(expected)}")
    found = _audited(given, options, device)
    print_audit(stdout(), found)
    if out is not None:
        _write(out, found, options, device)
    return EXIT[found.outcome]


def _given(options: Options) -> Embeddings:
    if options.embeddings != NAME:
        return load(options.embeddings, options.labels)
    if options.labels is not None:
        raise UsageError(f"need no --labels for {NAME}, which has its own, got {options.labels}")
    with Progress("training an encoder of digits", STEPS) as bar:
        return digits(seed=options.seed, advance=bar.advance)


def _audited(given: Embeddings, options: Options, device: str) -> Audit:
    with Progress("audit", 3 + len(set(options.shots))) as bar:

        def stage(name: str) -> None:
            bar.advance()
            bar.say(name)

        return audit(
            given,
            tau=options.tau,
            shots=options.shots,
            seed=options.seed,
            dtype=getattr(torch, options.dtype),
            device=device,
            progress=stage,
        )


def _write(out: Path, found: Audit, options: Options, device: str) -> None:
    files = {} if options.embeddings == NAME else {"embeddings": Path(options.embeddings)}
    if options.labels is not None:
        files["labels"] = options.labels
    where = provenance(seed=options.seed, dtype=options.dtype, device=device, inputs=files)
    write(out, found, document(found, provenance=where))
    (out / folder.JOURNAL).unlink(missing_ok=True)  # of runs that can be resumed, which this is not


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
