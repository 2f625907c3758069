"""CP-SAT, by the model builder of OR-Tools, which reads MPS and scales it to integers.

Without a plan the model builder tells no bound.
"""

from pathlib import Path

from answer import Answer, Stopwatch, Unreadable, finite, package_version

HOW_TO_GET = "pip install ortools"


def version() -> str | None:
    return package_version("ortools")


def solve(model: Path, seconds: float, threads: int) -> Answer:
    from ortools.linear_solver.python import model_builder

    watch = Stopwatch()
    program = model_builder.Model()
    if not program.import_from_mps_file(str(model)):
        raise Unreadable("import_from_mps_file fails")
    answer = Answer("unknown", threads=threads, readSeconds=watch.lap())
    solver = model_builder.Solver("sat")
    solver.set_time_limit_in_seconds(seconds)
    solver.set_solver_specific_parameters(f"num_workers:{threads} relative_gap_limit:0")
    status = solver.solve(program)
    answer.seconds = watch.lap()
    if status in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE):
        optimal = status == model_builder.SolveStatus.OPTIMAL
        answer.status = "optimal" if optimal else "feasible"
        answer.objective = float(solver.objective_value)
        answer.bound = finite(solver.best_objective_bound)
        variables = map(program.var_from_index, range(program.num_variables))
        answer.values = [(variable.name, float(solver.value(variable))) for variable in variables]
    elif status == model_builder.SolveStatus.INFEASIBLE:
        answer.status = "infeasible"
    elif status in (
        model_builder.SolveStatus.MODEL_INVALID,
        model_builder.SolveStatus.INVALID_SOLVER_PARAMETERS,
        model_builder.SolveStatus.ABNORMAL,
    ):
        raise Unreadable(f"{status.name} {solver.status_string}".strip())
    return answer
