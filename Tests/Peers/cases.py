"""The comparison set: which instances, and how their files are made."""

import csv
from dataclasses import dataclass
from pathlib import Path

from emplace import Emplace


class Absent(Exception):
    """A file of the benchmark data is not here."""


@dataclass
class Case:
    """A line of the set."""

    name: str
    family: str
    size: str
    #: Format of the file, as `--from` names it.
    format: str
    #: Links of the exported program.
    links: str
    #: Options of `emplace generate placement`, or a path in the folder of benchmark data.
    source: str
    #: Seconds that a run may take beyond its limit, for reading, stopping and writing.
    patience: float

    @property
    def reading(self) -> list[str]:
        """Options of every command that reads it."""
        return ["--from", self.format]

    def file(self, emplace: Emplace, data: Path, work: Path) -> Path:
        """The file of the instance, which is generated if it is a fleet."""
        if self.format != "fleet":
            path = data / self.source
            if not path.exists():
                raise Absent(f"{path} is not here. Maybe --data FOLDER is missing")
            return path
        path = work / f"{self.name}.json"
        if not path.exists():
            words = ["generate", "placement", *self.source.split(), "--output", str(path)]
            emplace.run(words, check=True)
        return path


def read(path: Path) -> list[Case]:
    """The set, in order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Case(
                name=line["name"], family=line["family"], size=line["size"], format=line["from"],
                links=line["links"], source=line["source"],
                patience=float(line["patienceSeconds"]),
            )
            for line in csv.DictReader(file)
        ]
