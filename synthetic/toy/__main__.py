"""``python -m synthetic.toy --out DIR``: the whole experiment, resumable.

By default as published: 300 epochs of 40 runs, K = 1, 4, 16, 64, 256 and seeds 1 to 8. DIR gets
``epochs.jsonl``, one line for each finished epoch, and a checkpoint of each run.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from synthetic._require import require
from synthetic.toy.experiment import summary, train_all
from synthetic.toy.setups import ToySetup
from synthetic.toy.store import count_epochs

NEGATIVES = (1, 4, 16, 64, 256)


def main(argv: Sequence[str] | None = None) -> int:
    """Run, and print the best losses; 2 for options that cannot be used, 130 for Ctrl-C."""
    args = _parser().parse_args(argv)
    try:
        setups = _setups(args)
        require(args.epochs >= 1, "--epochs >= 1", epochs=args.epochs)
        require(args.workers >= 1, "--workers >= 1", workers=args.workers)
        fresh = args.resume or count_epochs(args.out) == 0
        require(fresh, "a folder without earlier epochs, or --resume", out=args.out)
        train_all(setups, args.epochs, args.out, args.workers)
    except ValueError as error:
        print(f"synthetic.toy: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("synthetic.toy: stopped; the same command with --resume goes on", file=sys.stderr)
        return 130
    print(summary(args.out, setups, args.epochs))
    return 0


def _parser() -> argparse.ArgumentParser:
    default = ToySetup()
    parser = argparse.ArgumentParser(
        prog="python -m synthetic.toy",
        description="Train the toy experiment's encoders, with every epoch kept on disk.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    whole = partial(parser.add_argument, type=int, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    parser.add_argument("--resume", action="store_true", help="go on with what DIR holds")
    whole("--epochs", default=300, help="epochs of each run")
    whole("--seeds", default=8, help="runs with seeds 1 to N")
    whole("--negatives", nargs="+", default=list(NEGATIVES), help="numbers of negatives")
    whole("--workers", default=_cores(), help="runs at a time, one thread each")
    parser.add_argument("--data", choices=("circle", "norm"), default="circle", help="the world")
    whole("--classes", default=None, help="100 for circle, 10 for norm if not given")
    whole("--per-class", default=default.n_per_class, help="samples of each class")
    whole("--batch-size", default=default.batch_size, help="pairs in a batch")
    whole("--width", default=default.width, help="width of the encoder")
    parser.add_argument("--quirk", action="store_true", help="score negatives as the authors do")
    return parser


def _setups(args: argparse.Namespace) -> list[ToySetup]:
    require(args.seeds >= 1, "--seeds >= 1", seeds=args.seeds)
    base = ToySetup(
        data=args.data,
        n_classes=args.classes or (100 if args.data == "circle" else 10),
        n_per_class=args.per_class,
        batch_size=args.batch_size,
        width=args.width,
        quirk=args.quirk,
    )
    seeds = range(1, args.seeds + 1)
    return [replace(base, n_negatives=k, seed=s) for s in seeds for k in args.negatives]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
