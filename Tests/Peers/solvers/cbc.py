"""CBC, by its command."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from answer import Answer, Stopwatch, Unreadable, finite

HOW_TO_GET = "apt-get install coinor-cbc"


def version() -> str | None:
    if shutil.which("cbc") is None:
        return None
    run = subprocess.run(["cbc", "-quit"], capture_output=True, text=True, check=False)
    found = re.search(r"Version:\s*(\S+)", run.stdout)
    return found.group(1) if found else "unknown"


def solve(model: Path, seconds: float, threads: int) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan"
        # Limits that stand behind the file count from its end.
        words = [
            *("stdbuf", "-oL", "cbc", "-import", str(model)),
            *("-timeMode", "elapsed", "-seconds", str(seconds), "-threads", str(threads)),
            *("-ratioGap", "0", "-printingOptions", "normal", "-solve", "-solution", str(plan)),
        ]
        answer = Answer("unknown", threads=threads)
        log = follow(words, answer)
        if answer.readSeconds is None:
            raise Unreadable(log[-1] if log else "cbc says nothing")
        read_log("\n".join(log), answer)
        if answer.status in ("optimal", "feasible"):
            answer.values = read_plan(plan)
    return answer


def follow(words: list[str], answer: Answer) -> list[str]:
    """Runs the command; reading has ended where it says how large the program is."""
    watch = Stopwatch()
    log: list[str] = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or []:
            log.append(line.strip())
            if answer.readSeconds is None and re.search(r"read with 0 errors", line):
                answer.readSeconds = watch.lap()
    answer.seconds = watch.lap()
    return log


def read_log(log: str, answer: Answer) -> None:
    """Status, objective and bound, from the words behind `Result -`."""
    result = log[log.rfind("Result - ") :] if "Result - " in log else ""
    objective = re.search(r"Objective value:\s+(\S+)", result)
    bound = re.search(r"Lower bound:\s+(\S+)", result)
    if "infeasible" in result.lower().split("\n")[0]:
        answer.status = "infeasible"
    elif objective and "No feasible solution" not in result:
        optimal = result.startswith("Result - Optimal solution found") and not bound
        answer.status = "optimal" if optimal else "feasible"
        answer.objective = finite(float(objective.group(1)))
    if bound:
        answer.bound = finite(float(bound.group(1)))
    elif answer.status == "optimal":
        answer.bound = answer.objective


def read_plan(plan: Path) -> list[tuple[str, float]]:
    """Lines `number name value cost` behind the headline, of columns that are not zero; `**` marks
    what breaks a tolerance."""
    values = []
    for line in plan.read_text(encoding="utf-8").splitlines()[1:]:
        words = line.replace("**", "").split()
        values.append((words[1], float(words[2])))
    return values
