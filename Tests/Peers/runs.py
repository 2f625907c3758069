"""One run of Emplace or of another solver on one instance, as a row."""

import datetime
import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cases import Case
from emplace import Emplace, run
from rows import Row, gaps, number

PEER = Path(__file__).with_name("peer.py")
EMPLACE = "emplace"


@dataclass
class Bench:
    """What all runs share."""

    emplace: Emplace
    seconds: float
    threads: int
    data: Path
    work: Path

    def prepare(self, case: Case) -> "Prepared":
        """Makes the file of the instance and the best greedy plan."""
        file = case.file(self.emplace, self.data, self.work)
        plan = self.work / "greedy.json"
        words = [*case.reading, "--algorithm", "greedy", "--iteration-limit", "1"]
        result, ended = self.emplace.solve(file, [*words, "--output", str(plan)])
        if not result:
            raise RuntimeError(f"{case.name}: {ended.last_error}")
        return Prepared(self, case, file, result["digest"][:16], result["objective"])


@dataclass
class Prepared:
    """An instance that is ready to be solved."""

    bench: Bench
    case: Case
    file: Path
    digest: str
    #: Objective of the best greedy plan, which closed gaps are measured from.
    greedy: float | None

    @property
    def model(self) -> Path:
        """The exported program."""
        return self.bench.work / f"{self.case.name}.mps"

    def export(self) -> None:
        """Writes the program for other solvers, if it is not there."""
        words = ["export", str(self.file), *self.case.reading, "--format", "mps"]
        if not self.model.exists():
            words += ["--links", self.case.links, "--output", str(self.model)]
            self.bench.emplace.run(words, check=True)

    def row(self, solver: str, version: str, seed: str, threads: int) -> Row:
        """What is known before the run."""
        return {
            "date": f"{datetime.datetime.now(datetime.timezone.utc):%F}", "commit": commit(),
            "set": self.case.family, "instance": self.case.name, "digest": self.digest,
            "solver": solver, "version": version, "threads": str(threads), "seed": seed,
            "limitSeconds": f"{self.bench.seconds:g}",
            "greedy": "" if self.greedy is None else str(self.greedy),
        }

    def finish(self, row: Row) -> Row:
        """Adds the gaps."""
        objective, bound = number(row.get("objective")), number(row.get("bound"))
        row["gap"], row["closedGap"] = gaps(objective, bound, self.greedy)
        return row

    def run_emplace(self, seed: str) -> Row:
        """A run of Emplace; its time limit covers the whole command."""
        bench, reading = self.bench, self.case.reading
        plan, proof = bench.work / "plan.json", bench.work / "proof.json"
        clear(plan, proof)
        words = [*reading, "--time-limit", f"{bench.seconds:g}", "--threads", str(bench.threads)]
        words += ["--seed", seed, "--output", str(plan), "--certificate", str(proof)]
        result, ended = bench.emplace.solve(self.file, words, bench.seconds + self.case.patience)
        row = self.row(EMPLACE, result.get("version", ""), seed, bench.threads)
        if not result:
            row |= {"status": ended_as(ended.code), "check": "none", "remark": ended.last_error}
            return row
        row |= {
            "status": result["status"], "objective": text(result["objective"]),
            "claimed": text(result["objective"]), "bound": text(result["bound"]),
            "evidence": text(result["boundEvidence"]), "boundBy": text(result["boundBy"]),
            "wallSeconds": text(result["wallSeconds"]),
            "check": bench.emplace.verify(self.file, reading, plan, proof),
        }
        return self.finish(row)

    def run_peer(self, name: str, version: str) -> Row:
        """A run of another solver; its time limit begins when it has read the program."""
        bench = self.bench
        values, line = bench.work / "values.txt", bench.work / "answer.json"
        clear(values, line)
        words = [sys.executable, str(PEER), name, str(self.model), "--values", str(values)]
        words += ["--answer", str(line), "--threads", str(bench.threads)]
        words += ["--time-limit", f"{bench.seconds:g}"]
        ended = run(words, bench.seconds + self.case.patience, limit_memory)
        if not line.exists():
            row = self.row(name, version, "", bench.threads)
            return row | {
                "status": ended_as(ended.code), "check": "none", "remark": ended.last_error}
        answer = json.loads(line.read_text(encoding="utf-8"))
        row = self.row(name, version, "", answer["threads"])
        row |= {
            "status": answer["status"], "claimed": text(answer["objective"]),
            "bound": text(answer["bound"]), "wallSeconds": text(answer["seconds"]),
            "readSeconds": text(answer["readSeconds"]), "remark": answer["remark"],
            "check": "none",
        }
        if row["bound"]:
            row |= {"evidence": "claimed", "boundBy": name}
        if values.exists():
            self.judge(values, row)
        return self.finish(row)

    def judge(self, values: Path, row: Row) -> None:
        """Turns values into a plan and asks the checker; only what holds has an objective."""
        plan = self.bench.work / "plan.json"
        clear(plan)
        words = ["import", "values", str(self.file), str(values), *self.case.reading]
        ended = self.bench.emplace.run([*words, "--output", str(plan)])
        row["check"] = self.bench.emplace.verify(self.file, self.case.reading, plan)
        if row["check"] == "plan" and ended.output.startswith("objective "):
            row["objective"] = ended.output.split()[1]
        else:
            row["remark"] = ended.last_error


def text(value: object) -> str:
    """A field of a row."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def ended_as(code: int | None) -> str:
    """What a process without an answer is called."""
    return "stopped" if code is None else "failed"


def clear(*files: Path) -> None:
    """Removes what an earlier run left."""
    for file in files:
        file.unlink(missing_ok=True)


def limit_memory() -> None:
    """Keeps a solver below three quarters of the memory."""
    with open("/proc/meminfo", encoding="ascii") as file:
        total = int(file.readline().split()[1]) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (total * 3 // 4, total * 3 // 4))


def commit() -> str:
    """Of this repository."""
    words = ["git", "describe", "--always", "--dirty"]
    ended = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=PEER.parent)
    return ended.stdout.strip() or "unknown"
