"""What a solver says of a program."""

import importlib.metadata
import json
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path


class Unreadable(Exception):
    """The solver cannot load the program."""


@dataclass
class Answer:
    """How a run ended; everything in the unit of the MPS file, and as the solver claims it."""

    #: optimal, feasible, infeasible, unknown, or failed
    status: str
    objective: float | None = None
    bound: float | None = None
    version: str = ""
    threads: int = 1
    #: Seconds for reading the file, before the time limit begins.
    readSeconds: float | None = None
    #: Seconds of the solver, which the time limit is about.
    seconds: float | None = None
    #: Why it failed.
    remark: str = ""
    #: Names and values of all columns, where there is a plan.
    values: list[tuple[str, float]] = field(default_factory=list)

    def write(self, values: Path, line: Path) -> None:
        """Writes the values, a column a line, and the rest as one line of JSON."""
        if self.values:
            with values.open("w", encoding="utf-8") as file:
                file.writelines(f"{name} {value!r}\n" for name, value in self.values)
        rest = asdict(self)
        del rest["values"]
        line.write_text(json.dumps(rest) + "\n", encoding="utf-8")


class Stopwatch:
    """Seconds since it was made or last read."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def lap(self) -> float:
        now = time.monotonic()
        seconds, self.began = now - self.began, now
        return round(seconds, 3)


def package_version(name: str) -> str | None:
    """The version of a Python package, None where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def finite(value: float) -> float | None:
    """The value, or None for what solvers write in place of infinity."""
    return float(value) if math.isfinite(value) and abs(value) < 1e19 else None
