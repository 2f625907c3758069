"""HiGHS, by its own Python package."""

from pathlib import Path

from answer import Answer, Stopwatch, Unreadable, finite, package_version

HOW_TO_GET = "pip install highspy"


def version() -> str | None:
    return package_version("highspy")


def solve(model: Path, seconds: float, threads: int) -> Answer:
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", threads)
    highs.setOptionValue("mip_rel_gap", 0.0)
    watch = Stopwatch()
    if highs.readModel(str(model)) == highspy.HighsStatus.kError:
        raise Unreadable("readModel fails")
    answer = Answer("unknown", threads=threads, readSeconds=watch.lap())
    highs.setOptionValue("time_limit", seconds)
    highs.run()
    answer.seconds = watch.lap()
    status, info = highs.getModelStatus(), highs.getInfo()
    answer.bound = finite(info.mip_dual_bound)
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        optimal = status == highspy.HighsModelStatus.kOptimal
        answer.status = "optimal" if optimal else "feasible"
        answer.objective = info.objective_function_value
        answer.values = list(zip(highs.getLp().col_names_, highs.getSolution().col_value))
    elif status == highspy.HighsModelStatus.kInfeasible:
        answer.status = "infeasible"
    return answer
