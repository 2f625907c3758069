"""The summary of a table of runs: nothing is left out where Emplace loses."""

import math
import statistics
from dataclasses import dataclass

from cases import Case
from rows import Row, number
from runs import EMPLACE
from solvers import NAMES

#: Relative difference below which two plans cost the same.
SAME_PLAN = 1e-9
#: Difference below which two gaps are the same.
SAME_GAP = 1e-6
#: How far a claimed bound may lie above a plan, relatively, by the tolerances of its solver.
TOLERANCE = 1e-6


@dataclass
class Cell:
    """What a solver reached on an instance; medians, where it has several seeds."""

    objective: float | None
    #: The worst plan of all seeds.
    worst: float | None
    bound: float | None
    gap: float | None
    closed: float | None
    seconds: float
    #: Whether each run ended with an optimal plan that holds, as it proves or claims.
    optimal: bool
    #: Whether a plan shows that a bound is wrong.
    refuted: bool


@dataclass
class Line:
    """An instance with what everybody reached on it."""

    case: Case
    rows: list[Row]
    cells: dict[str, Cell]

    @property
    def best(self) -> float | None:
        """The cheapest plan that holds."""
        return min((o for row in self.rows if (o := number(row["objective"])) is not None),
                   default=None)

    def best_bound(self, evidence: str) -> tuple[float, str] | None:
        """The largest bound with this evidence that no plan refutes, and whose it is."""
        found = [(number(row["bound"]), row["solver"]) for row in self.rows
                 if row["evidence"] == evidence and not refutes(self.best, row)]
        return max(found, default=None)

    def excess(self, solver: str, worst: bool = False) -> float | None:
        """How far a solver's plan is above the cheapest one."""
        cell = self.cells.get(solver)
        value = cell and (cell.worst if worst else cell.objective)
        if value is None or self.best is None:
            return None
        return (value - self.best) / max(abs(self.best), 1e-6)


def refutes(best: float | None, row: Row) -> bool:
    """Whether a plan is cheaper than the bound of a row allows."""
    bound = number(row["bound"])
    return None not in (best, bound) and bound - best > TOLERANCE * max(1, abs(best))


def median(values: list[float | None]) -> float | None:
    """Where a run has no value it is the worst."""
    middle = statistics.median([math.inf if value is None else value for value in values])
    return None if math.isinf(middle) else middle


def lines(table: list[Row], cases: list[Case]) -> list[Line]:
    """The instances that have rows, in the order of the set."""
    result = []
    for case in cases:
        line = Line(case, [row for row in table if row["instance"] == case.name], {})
        for solver in [EMPLACE, *NAMES]:
            rows = [row for row in line.rows if row["solver"] == solver]
            if rows:
                line.cells[solver] = cell(rows, line.best)
        if line.rows:
            result.append(line)
    return result


def cell(rows: list[Row], best: float | None) -> Cell:
    objectives = [number(row["objective"]) for row in rows]
    is_refuted = any(refutes(best, row) for row in rows)
    limit = float(rows[0]["limitSeconds"])
    seconds = [number(row["wallSeconds"]) or limit for row in rows]
    proofs = [row["status"] == "optimal" and row["check"] in ("plan", "proven")
              and not refutes(best, row) for row in rows]
    bounds = [None if bound is None else -bound for row in rows for bound in [number(row["bound"])]]
    bound = median(bounds)
    return Cell(
        objective=median(objectives),
        worst=None if None in objectives else max(objectives),
        bound=None if bound is None else -bound,
        gap=None if is_refuted else median([number(row["gap"]) for row in rows]),
        closed=None if is_refuted else median([number(row["closedGap"]) for row in rows]),
        seconds=statistics.median(s if p else max(s, limit) for s, p in zip(seconds, proofs)),
        optimal=all(proofs), refuted=is_refuted)


# Text


def percent(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.3f}"


def plain(value: float | None) -> str:
    return "none" if value is None else f"{value:.10g}"


def grid(header: list[str], body: list[list[str]]) -> list[str]:
    """A table."""
    rows = [header, ["---"] * len(header), *body]
    return [f"| {' | '.join(row)} |" for row in rows] + [""]


def text(table: list[Row], cases: list[Case]) -> str:
    """The whole page."""
    found = lines(table, cases)
    present = [name for name in [EMPLACE, *NAMES] if any(name in line.cells for line in found)]
    parts = ["# Side by side", "", *opening(table, cases, found), "## Best of all", ""]
    parts += grid(["instance", "size", "best plan", "by", "best verified bound",
                   "best claimed bound", "by", "gap to the verified bound, %"],
                  [best_of_all(line) for line in found])
    parts += ["## Plans", "",
              "Excess over the best plan, %; for Emplace the median of its seeds and the worst.", ""]
    parts += grid(["instance", *present],
                  [[line.case.name, *(plan(line, name) for name in present)] for line in found])
    parts += ["## Proofs", "",
              "Own gap, %, and what is left of the greedy plan's distance to the own bound. A solver's"
              " bound is its claim; Emplace's is replayed by the checker.", ""]
    parts += grid(["instance", *present],
                  [[line.case.name, *(proof(line, name) for name in present)] for line in found])
    parts += ["## Seconds", "", "Until the proof; a `-` where there was none.", ""]
    parts += grid(["instance", *present],
                  [[line.case.name, *(time(line, name) for name in present)] for line in found])
    parts += ["## Means", "",
              "Shifted geometric means: of excess and gap in % (shift 0.1; without plan or bound 100),"
              " of seconds (shift 1; without proof the limit).", ""]
    parts += grid(["of", *present], means(found, present))
    parts += ["## Emplace against each", "", "Wins, ties, losses of the median run.", ""]
    parts += grid(["against", "plans", "own gaps"], [against(found, name) for name in present[1:]])
    parts += ["## Where Emplace loses", "", *losses(found, present[1:])]
    parts += ["## What was refused or failed", "", *failures(found)]
    return "\n".join(parts).rstrip() + "\n"


def opening(table: list[Row], cases: list[Case], found: list[Line]) -> list[str]:
    if not table:
        return ["No runs yet.", ""]
    versions = sorted({f"{row['solver']} {row['version']}" for row in table if row["version"]})
    days = sorted({row["date"] for row in table})
    missing = [case.name for case in cases if case.name not in {line.case.name for line in found}]
    return [
        f"{len(table)} runs of {table[0]['limitSeconds']} s, {days[0]} to {days[-1]}, commits "
        f"{', '.join(sorted({row['commit'] for row in table}))}: {', '.join(versions)}. Made of"
        " `rows.csv` by `make bench-placement`.", "",
        f"Of the set of {len(cases)} instances {len(missing)} have no rows"
        + (f": {', '.join(missing)}." if missing else "."), ""]


def best_of_all(line: Line) -> list[str]:
    best, verified = line.best, line.best_bound("verified")
    claimed = line.best_bound("claimed")
    by = {row["solver"] for row in line.rows if number(row["objective"]) == best is not None}
    gap = None if best is None or verified is None else \
        (best - verified[0]) / max(abs(best), 1e-6)
    return [line.case.name, line.case.size, plain(best), ", ".join(sorted(by)),
            plain(verified and verified[0]), plain(claimed and claimed[0]),
            claimed[1] if claimed else "", percent(gap)]


def plan(line: Line, solver: str) -> str:
    if solver not in line.cells:
        return ""
    if solver != EMPLACE:
        return percent(line.excess(solver))
    return f"{percent(line.excess(solver))} ({percent(line.excess(solver, worst=True))})"


def proof(line: Line, solver: str) -> str:
    if solver not in line.cells:
        return ""
    cell = line.cells[solver]
    if cell.refuted:
        return "refuted"
    return percent(cell.gap) + (f" / {cell.closed:.3f}" if cell.closed is not None else "")


def time(line: Line, solver: str) -> str:
    cell = line.cells.get(solver)
    return "" if cell is None else f"{cell.seconds:.1f}" if cell.optimal else "-"


def shifted_mean(values: list[float], shift: float) -> str:
    if not values:
        return ""
    return f"{math.exp(statistics.fmean(math.log(max(v, 0) + shift) for v in values)) - shift:.3f}"


def means(found: list[Line], present: list[str]) -> list[list[str]]:
    """A line for each figure, over everything and by family."""
    families = list(dict.fromkeys(line.case.family for line in found))
    result = []
    for family in ["all", *families]:
        part = [line for line in found if family in ("all", line.case.family)]
        figures = {"excess": [], "gap": [], "seconds": []}
        for name in present:
            cells = [line for line in part if name in line.cells]
            excess = [line.excess(name) for line in cells]
            own = [line.cells[name].gap for line in cells]
            figures["excess"].append(
                shifted_mean([100.0 if e is None else 100 * e for e in excess], 0.1))
            figures["gap"].append(shifted_mean([100.0 if g is None else 100 * g for g in own], 0.1))
            figures["seconds"].append(shifted_mean([line.cells[name].seconds for line in cells], 1))
        result += [[f"{family}, {figure}", *values] for figure, values in figures.items()]
    return result


def compare(ours: float | None, theirs: float | None, same: float) -> int:
    """1 where ours is smaller, 0 where they are the same, -1 where ours is larger."""
    ours, theirs = (math.inf if value is None else value for value in (ours, theirs))
    if ours == theirs or abs(ours - theirs) <= same:
        return 0
    return 1 if ours < theirs else -1


def verdicts(line: Line, solver: str) -> tuple[int, int]:
    """Of the plan and of the own gap."""
    ours, theirs = line.cells[EMPLACE], line.cells[solver]
    same = SAME_PLAN * max(1, abs(ours.objective or 0))
    return (compare(ours.objective, theirs.objective, same), compare(ours.gap, theirs.gap, SAME_GAP))


def against(found: list[Line], solver: str) -> list[str]:
    both = [verdicts(line, solver) for line in found
            if solver in line.cells and EMPLACE in line.cells]
    return [solver, *(" / ".join(str(sum(1 for pair in both if pair[which] == verdict))
                                 for verdict in (1, 0, -1)) for which in (0, 1))]


def losses(found: list[Line], peers: list[str]) -> list[str]:
    result = []
    for line in found:
        for solver in peers:
            if solver not in line.cells or EMPLACE not in line.cells:
                continue
            ours, theirs = line.cells[EMPLACE], line.cells[solver]
            plan, gap = verdicts(line, solver)
            if plan < 0:
                result.append(f"- {line.case.name}, plan: {plain(ours.objective)}, "
                              f"{solver} {plain(theirs.objective)}")
            if gap < 0:
                result.append(f"- {line.case.name}, own gap: {percent(ours.gap)} %, "
                              f"{solver} {percent(theirs.gap)} %")
    return [*(result or ["Nowhere."]), ""]


def failures(found: list[Line]) -> list[str]:
    result = []
    for line in found:
        for row in line.rows:
            where = f"- {line.case.name}, {row['solver']} {row['seed']}".rstrip()
            if row["check"] == "refused" or row["status"] in ("failed", "stopped") or row["remark"]:
                result.append(f"{where}: {row['status']}, check {row['check']}. {row['remark']}")
            if refutes(line.best, row):
                result.append(f"{where}: its bound {row['bound']} is above the plan of "
                              f"{plain(line.best)}")
    return result or ["Nothing."]
