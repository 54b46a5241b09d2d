"""One run of ``verify``: choose, verify, keep, print, report."""

import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from contrastbounds.cli._console import note, stdout
from contrastbounds.cli._progress import Progress
from contrastbounds.cli._verdict_table import print_verdicts
from contrastbounds.device import use_device
from contrastbounds.errors import UsageError
from contrastbounds.processes import default_workers, pool
from contrastbounds.report import folder
from contrastbounds.report.provenance import command, provenance
from contrastbounds.report.results import document
from contrastbounds.verification import tasks as work
from contrastbounds.verification import verdicts
from contrastbounds.verification.choice import Chosen, choose
from contrastbounds.verification.journal import Journal
from contrastbounds.verification.tasks import Task
from theory.claims import Verdict


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    names: tuple[str, ...]
    files: tuple[Path, ...]
    cases: int
    slow: bool
    seed: int
    workers: int | None
    out: Path | None
    resume: bool
    figures: bool
    device: str
    dtype: str


def number_of_cases(cases: int | None, *, thorough: bool) -> int:
    """`cases` if given, else the ordinary or the thorough number."""
    if cases is not None and thorough:
        raise UsageError(f"need one of --cases and --thorough, got both, cases={cases}")
    return cases if cases is not None else work.THOROUGH if thorough else work.CASES


def run(options: Options) -> list[Verdict]:
    """Verify, print, and with `out` write everything there."""
    for asked, name in ((options.resume, "--resume"), (options.figures, "--figures")):
        if asked and options.out is None:
            raise UsageError(f"{name} needs --out DIR")
    device = use_device(options.device)
    chosen = choose(options.names, options.files, slow=options.slow)
    tasks = work.tasks(
        chosen, cases=options.cases, seed=options.seed, dtype=options.dtype, device=device
    )
    workers = options.workers
    if workers is None:
        workers = default_workers(len(tasks), device=device)
    with pool(workers) as executor:
        if options.out is not None:
            folder.prepare(options.out, resume=options.resume)
        found = _verdicts(tasks, executor, options.out)
        print_verdicts(stdout(), chosen, found)
        if options.out is not None:
            _write(options, chosen, found, device, executor)
            stdout().print(f"report in {folder.front_page(options.out)}")
    return found


def _verdicts(tasks: Sequence[Task], executor: Executor | None, out: Path | None) -> list[Verdict]:
    """One verdict per task, in their order."""
    done: dict[Task, Verdict] = {}
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(out / folder.JOURNAL)) if out else None
        if journal:
            done = {task: v for task in tasks if (v := journal.find(task)) is not None}
        if done:
            note(f"{len(done)} of {len(tasks)} claims were verified before")
        to_do = [task for task in tasks if task not in done]
        bar = stack.enter_context(Progress("verifying", sum(task.cases for task in to_do)))
        try:
            for task, verdict in work.performed(to_do, executor, bar.advance):
                done[task] = verdict
                if journal:
                    journal.append(task, verdict)
                bar.say(f"{len(done)} of {len(tasks)} claims")
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_interrupted(len(done), len(tasks), out)) from None
    return [done[task] for task in tasks]


def _interrupted(done: int, total: int, out: Path | None) -> str:
    after = f"after {done} of {total} claims"
    if out is None:
        return f"{after}; nothing is kept without --out"
    again = command() if "--resume" in sys.argv else f"{command()} --resume"
    return f"{after}; go on with: {again}"


def _write(
    options: Options,
    chosen: Sequence[Chosen],
    found: Sequence[Verdict],
    device: str,
    executor: Executor | None,
) -> None:
    from contrastbounds.report import write_all

    assert options.out is not None
    content = document(
        "verify",
        provenance=provenance(
            seed=options.seed,
            dtype=options.dtype,
            device=device,
            inputs={str(file): file for file in options.files},
        ),
        options={"cases": options.cases, "seed": options.seed, "dtype": options.dtype},
        summary=verdicts.summary(found),
        results=[verdicts.row(c.claim, v, c.file) for c, v in zip(chosen, found, strict=True)],
    )
    write_all(options.out, content)
    if options.figures:
        from contrastbounds.drawing import draw_figures

        draw_figures((), options.out / folder.FIGURES, executor)
        write_all(options.out, content)  # once more, with the figures in the page
