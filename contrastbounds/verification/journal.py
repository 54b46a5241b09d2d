"""``cases.jsonl``: every verdict on disk as soon as it is there, so that a killed run resumes."""

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from contrastbounds.report.provenance import sha256, sources, versions
from contrastbounds.report.results import dumps, from_plain
from contrastbounds.verification.tasks import Task
from contrastbounds.verification.verdicts import as_dict, from_dict
from theory.claims import Verdict


class Journal:
    """An append-only file of verdicts, each under the digest of all that it depends on."""

    def __init__(self, path: Path) -> None:
        """Open the file for appending, and read what earlier runs left in it."""
        self._file = path.open("a+", encoding="utf-8", newline="\n")
        self._done = self._read()

    def __enter__(self) -> "Journal":
        """A context that closes the file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def find(self, task: Task) -> Verdict | None:
        """The verdict of an earlier run on exactly this task."""
        return self._done.get(key(task))

    def append(self, task: Task, verdict: Verdict) -> None:
        """Keep a verdict; it is on the disk when this returns."""
        entry = {"key": key(task), "verdict": as_dict(verdict)}
        self._file.write(dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self) -> dict[str, Verdict]:
        self._file.seek(0)
        text = self._file.read()
        if text and not text.endswith("\n"):
            self._file.write("\n")  # a run killed while it wrote: what follows is a new line
        done = {}
        for line in text.splitlines():
            try:
                entry = from_plain(json.loads(line))
                done[entry["key"]] = from_dict(entry["verdict"])
            except (ValueError, KeyError, TypeError):
                continue  # cut off, or of another version
        return done


def key(task: Task) -> str:
    """A digest of the task and of the code that its verdict comes from."""
    depends_on: dict[str, Any] = {
        **dataclasses.asdict(task),
        "file": task.file and sha256(task.file),
        "versions": versions(),
        "sources": sources(),
    }
    return hashlib.sha256(dumps(depends_on, sort_keys=True).encode()).hexdigest()[:32]
