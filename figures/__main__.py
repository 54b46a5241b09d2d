"""``python -m figures [NAME ...]``: draw the named figures, or all of them."""

import argparse
from pathlib import Path

from figures._save import find, names, save

FULL = "figures of training runs at full size: minutes each, on one core"


def main() -> None:
    """Write each figure as SVG, PDF, PNG and CSV."""
    parser = argparse.ArgumentParser(prog="python -m figures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--out", type=Path, default=Path("report/figures"), metavar="DIR")
    parser.add_argument("--full", action="store_true", help=FULL)
    args = parser.parse_args()
    try:
        chosen = find(args.names)
    except ValueError as error:
        parser.exit(2, f"figures: {error}\n")
    for name in chosen:
        for path in save(name, args.out, full=args.full):
            print(path)


if __name__ == "__main__":
    main()
