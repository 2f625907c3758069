"""The command `emplace`, and processes that have a time to end."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Ended:
    """How a process ended."""

    #: None where it was stopped.
    code: int | None
    output: str
    errors: str

    @property
    def last_error(self) -> str:
        """Its last line on standard error, shortened."""
        lines = self.errors.strip().splitlines()
        return lines[-1][:160] if lines else ""


def run(
    words: list[str], seconds: float | None = None, prepare: Callable[[], None] | None = None
) -> Ended:
    """Runs a process; after `seconds` it is stopped with everything that it started."""
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="replace", start_new_session=True, preexec_fn=prepare,
    )
    try:
        output, errors = process.communicate(timeout=seconds)
        return Ended(process.returncode, output, errors)
    except subprocess.TimeoutExpired:
        return Ended(None, "", f"stopped after {seconds:g} s")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@dataclass
class Emplace:
    """The command."""

    path: str

    def run(
        self, words: list[str], seconds: float | None = None, check: bool = False
    ) -> Ended:
        """Runs it; with `check`, whatever goes wrong ends the comparison."""
        ended = run([self.path, *words], seconds)
        if check and ended.code != 0:
            raise RuntimeError(f"emplace {' '.join(words)}: {ended.last_error or ended.code}")
        return ended

    def solve(
        self, file: Path, words: list[str], seconds: float | None = None
    ) -> tuple[dict, Ended]:
        """The result of a run, empty where it printed none."""
        ended = self.run(["solve", str(file), *words, "--format", "json"], seconds)
        return (json.loads(ended.output) if ended.output.strip() else {}), ended

    def verify(self, file: Path, reading: list[str], plan: Path, proof: Path | None = None) -> str:
        """What the checker says: proven, plan where there is no proof, none, or refused."""
        if not plan.exists():
            return "none"
        words = ["verify", str(file), str(plan), *reading]
        if proof and proof.exists():
            words += ["--certificate", str(proof)]
        ended = self.run(words)
        if ended.code == 0:
            return "proven" if "bound proven" in ended.output else "plan"
        return "refused" if ended.code == 5 else "none"
