"""GLPK alone, by swiglpk: the simplex method, then branch and bound, as its command glpsol does."""

import tempfile
from pathlib import Path

from answer import Answer, Stopwatch, Unreadable, finite, package_version

HOW_TO_GET = "pip install swiglpk"


def version() -> str | None:
    if package_version("swiglpk") is None:
        return None
    import swiglpk

    return swiglpk.glp_version()


def solve(model: Path, seconds: float, threads: int) -> Answer:
    import swiglpk as glpk

    watch = Stopwatch()
    program = glpk.glp_create_prob()
    if glpk.glp_read_mps(program, glpk.GLP_MPS_FILE, None, str(model)) != 0:
        raise Unreadable("glp_read_mps fails")
    answer = Answer("unknown", threads=1, readSeconds=watch.lap())

    relaxation = glpk.glp_smcp()
    glpk.glp_init_smcp(relaxation)
    relaxation.presolve = glpk.GLP_ON
    relaxation.tm_lim = milliseconds(seconds)
    code = glpk.glp_simplex(program, relaxation)
    answer.seconds = watch.lap()
    if code in (glpk.GLP_ENOPFS,) or glpk.glp_get_status(program) == glpk.GLP_NOFEAS:
        answer.status = "infeasible"
    if glpk.glp_get_status(program) != glpk.GLP_OPT:
        return answer
    answer.bound = finite(glpk.glp_get_obj_val(program))

    tree = glpk.glp_iocp()
    glpk.glp_init_iocp(tree)
    tree.tm_lim = milliseconds(seconds - answer.seconds)
    with tempfile.NamedTemporaryFile("r", suffix=".log") as log:
        # The bound of the tree is told to the terminal only.
        glpk.glp_open_tee(log.name)
        glpk.glp_intopt(program, tree)
        glpk.glp_close_tee()
        answer.bound = max(answer.bound, logged_bound(log.read()), key=lambda x: (x is not None, x))
    answer.seconds = round(answer.seconds + watch.lap(), 3)
    status = glpk.glp_mip_status(program)
    if status in (glpk.GLP_OPT, glpk.GLP_FEAS):
        answer.status = "optimal" if status == glpk.GLP_OPT else "feasible"
        answer.objective = glpk.glp_mip_obj_val(program)
        if status == glpk.GLP_OPT:
            answer.bound = answer.objective
        columns = range(1, glpk.glp_get_num_cols(program) + 1)
        answer.values = [
            (glpk.glp_get_col_name(program, column), glpk.glp_mip_col_val(program, column))
            for column in columns
        ]
    elif status == glpk.GLP_NOFEAS:
        answer.status, answer.bound = "infeasible", None
    return answer


def milliseconds(seconds: float) -> int:
    """A time limit, which is at least 1."""
    return max(1, int(seconds * 1000))


def logged_bound(log: str) -> float | None:
    """The last bound of the tree: `+ 57: mip = 4.7e+01 >= 4.6e+01 2.1% (3; 4)`."""
    for line in log.splitlines()[::-1]:
        if ">=" in line and "mip =" in line:
            word = line.split(">=")[1].split()[0]
            if word not in ("-inf", "tree"):
                return finite(float(word))
    return None
