"""Figures as parts of a page: SVG without its prolog, with identifiers of its own."""

import re
from dataclasses import dataclass
from pathlib import Path

PROLOG = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
SIZE = re.compile(r'(<svg\b[^>]*?) (?:width|height)="[^"]*"')
# An identifier, and the three ways in which matplotlib's SVG refers to one.
IDENTIFIER = re.compile(r'(\bid="|href="#|url\(#)')
VIEW_BOX = re.compile(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"')
FILES = ("csv", "pdf", "png", "svg")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One figure: SVG for the page, its caption, and the files beside the page."""

    name: str
    caption: str
    svg: str
    files: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether it takes a row of its own: several axes side by side."""
        box = VIEW_BOX.search(self.svg)
        return box is not None and float(box[1]) > 1.8 * float(box[2])


def pictures(folder: Path) -> list[Picture]:
    """The figures that lie in `folder`."""
    return [
        Picture(
            name=path.stem,
            caption=_caption(path.stem),
            svg=inline(path.read_text(encoding="utf-8"), path.stem),
            files=tuple(
                f"{folder.name}/{path.stem}.{kind}"
                for kind in FILES
                if path.with_suffix(f".{kind}").is_file()
            ),
        )
        for path in sorted(folder.glob("*.svg"))
    ]


def inline(svg: str, name: str) -> str:
    """An SVG document as an element that can share a page with others, scaled by the page."""
    element = METADATA.sub("", PROLOG.sub("", svg, count=1))
    while (scaled := SIZE.sub(r"\1", element, count=1)) != element:
        element = scaled
    return IDENTIFIER.sub(rf"\g<1>{name}-", element)


def _caption(name: str) -> str:
    from figures._save import caption, names

    return caption(name) if name in names() else ""
