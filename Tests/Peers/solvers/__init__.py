"""Other solvers, a file each: `HOW_TO_GET`, `version()` and `solve(model, seconds, threads)`.

`version` is None where the solver is not installed. `solve` reads an MPS file first and starts the
clock afterwards; the solver minimises with a relative gap of 0 and its own defaults otherwise.
"""

NAMES = ["highs", "cpsat", "scip", "cbc", "glpk"]
