"""SCIP, by PySCIPOpt; it searches with one thread."""

from pathlib import Path

from answer import Answer, Stopwatch, Unreadable, finite, package_version

HOW_TO_GET = "pip install pyscipopt"


def version() -> str | None:
    package = package_version("pyscipopt")
    if package is None:
        return None
    import pyscipopt

    return f"{pyscipopt.Model().version()} (pyscipopt {package})"


def solve(model: Path, seconds: float, threads: int) -> Answer:
    import pyscipopt

    watch = Stopwatch()
    scip = pyscipopt.Model()
    scip.hideOutput()
    try:
        scip.readProblem(str(model))
    except OSError as error:
        raise Unreadable(str(error)) from error
    answer = Answer("unknown", threads=1, readSeconds=watch.lap())
    scip.setParam("timing/clocktype", 2)
    scip.setParam("limits/time", seconds)
    scip.setParam("limits/gap", 0.0)
    scip.optimize()
    answer.seconds = watch.lap()
    answer.bound = finite(scip.getDualbound())
    if scip.getNSols() > 0:
        answer.status = "optimal" if scip.getStatus() == "optimal" else "feasible"
        answer.objective = scip.getObjVal()
        best = scip.getBestSol()
        answer.values = [(column.name, scip.getSolVal(best, column)) for column in scip.getVars()]
    elif scip.getStatus() == "infeasible":
        answer.status = "infeasible"
    return answer
