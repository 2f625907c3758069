// SPDX-License-Identifier: GPL-3.0-or-later
//
// The continuous relaxation: dual simplex with progress, multipliers, proofs of infeasibility.

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

// Work (iterations times size) of the first stretch between two reports of multipliers: about half
// a second. Counted, not timed, so that the path of the simplex method repeats. Each report costs a
// restart, so the stretches grow.
static const double first_stretch = 5e7;
// A matrix whose coefficients span more than this is scaled.
static const double wide = 1e7;

void cglpk_simplex_parameters(glp_smcp *parameters, double deadline) {
  glp_init_smcp(parameters);
  parameters->msg_lev = GLP_MSG_ON;
  parameters->out_frq = 10;
  parameters->out_dly = 0;
  parameters->meth = GLP_DUALP;
  parameters->r_test = GLP_RT_FLIP;
  if (deadline < INFINITY) parameters->tm_lim = cglpk_milliseconds(deadline);
}

static double sign_correct(glp_prob *lp, int row, double dual) {
  switch (glp_get_row_type(lp, row)) {
    case GLP_LO:
      return dual > 0.0 ? dual : 0.0;
    case GLP_UP:
      return dual < 0.0 ? dual : 0.0;
    default:
      return dual;
  }
}

static void read_duals(cglpk *problem, double *duals) {
  for (int row = 0; row < problem->rows; row++) {
    double dual = sign_correct(problem->lp, row + 1, glp_get_row_dual(problem->lp, row + 1));
    duals[row] = dual * (double)problem->objective_unit / problem->row_unit[row];
  }
}

struct relax {
  const cglpk_limits *limits;
  cglpk_outcome *outcome;
  // One value a row, for reports on the way.
  double *duals;
};

// One simplex run of at most `budget` iterations, reporting on the way.
static int run(cglpk *problem, const cglpk_watch *watch, glp_smcp *parameters, struct relax *relax) {
  double deadline = cglpk_now() + relax->limits->seconds;
  double size = 1.0 + (double)problem->entries + problem->rows + problem->columns;
  double stretch = first_stretch / size < 100.0 ? 100.0 : first_stretch / size;
  int64_t budget = relax->limits->iterations, begin = glp_get_it_cnt(problem->lp);
  for (;;) {
    int64_t used = glp_get_it_cnt(problem->lp) - begin;
    relax->outcome->iterations = used;
    if (cglpk_asked(watch)) return GLP_ESTOP;
    double limit = stretch < (double)(budget - used) ? stretch : (double)(budget - used);
    parameters->it_lim = limit < (double)INT_MAX ? (int)limit : INT_MAX;
    if (deadline < INFINITY) parameters->tm_lim = cglpk_milliseconds(deadline);
    int code = glp_simplex(problem->lp, parameters);
    used = glp_get_it_cnt(problem->lp) - begin;
    relax->outcome->iterations = used;
    if (code != GLP_EITLIM || used >= budget) return code;
    if (watch != NULL && watch->duals != NULL && relax->duals != NULL) {
      read_duals(problem, relax->duals);
      watch->duals(watch->context, relax->duals);
    }
    stretch *= 3.0;
  }
}

// Status after a run that ended with `code`, or -1 when another attempt is due.
static int status_of(cglpk *problem, int code) {
  switch (code) {
    case 0:
      switch (glp_get_status(problem->lp)) {
        case GLP_OPT:
          return CGLPK_OPTIMAL;
        case GLP_NOFEAS:
          return CGLPK_INFEASIBLE;
        default:
          return -1;
      }
    case GLP_EOBJUL:
      return CGLPK_CUTOFF;
    case GLP_EITLIM:
    case GLP_ETMLIM:
      return CGLPK_LIMIT;
    case GLP_ESTOP:
      return CGLPK_CANCELLED;
    default:
      return -1;
  }
}

static void relax_body(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  struct relax *relax = arguments;
  glp_prob *lp = problem->lp;
  if (!problem->scaled && problem->largest > wide * problem->smallest) {
    glp_scale_prob(lp, GLP_SF_GM | GLP_SF_EQ | GLP_SF_2N);
    problem->scaled = 1;
  }
  glp_smcp parameters;
  cglpk_simplex_parameters(&parameters, INFINITY);
  if (relax->limits->objective_limit < DBL_MAX) {
    parameters.obj_ul = relax->limits->objective_limit / (double)problem->objective_unit;
  }
  // From the basis at hand; from the slack basis; at last by the primal method.
  int status = -1, code = 0;
  for (int attempt = 0; attempt < 3 && status < 0; attempt++) {
    if (attempt > 0) glp_std_basis(lp);
    if (attempt == 2) parameters.meth = GLP_PRIMAL;
    code = run(problem, watch, &parameters, relax);
    status = status_of(problem, code);
  }
  if (status < 0) {
    cglpk_say(
      problem, "numerical trouble: glp_simplex answered 0x%02X with status %d", code,
      glp_get_status(lp));
    status = CGLPK_TROUBLE;
  }
  relax->outcome->status = status;
  relax->outcome->objective = glp_get_obj_val(lp) * (double)problem->objective_unit;
}

int cglpk_relax(
  cglpk *problem, const cglpk_limits *limits, const cglpk_watch *watch, cglpk_outcome *outcome
) {
  memset(outcome, 0, sizeof *outcome);
  int reports = watch != NULL && watch->duals != NULL;
  double *duals = reports ? malloc((size_t)(problem->rows + 1) * sizeof *duals) : NULL;
  struct relax relax = {limits, outcome, duals};
  int answer = cglpk_guard(problem, watch, relax_body, &relax);
  free(duals);
  return answer;
}

struct vectors {
  double *values, *duals;
};

static void relaxation_body(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  const struct vectors *vectors = arguments;
  if (vectors->values != NULL) {
    for (int column = 0; column < problem->columns; column++) {
      vectors->values[column] = glp_get_col_prim(problem->lp, column + 1);
    }
  }
  if (vectors->duals != NULL) read_duals(problem, vectors->duals);
}

int cglpk_relaxation(cglpk *problem, double *values, double *duals) {
  struct vectors vectors = {values, duals};
  return cglpk_guard(problem, NULL, relaxation_body, &vectors);
}

struct table_row {
  int column;
  double *weights;
  int *found;
};

static void table_row_body(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  const struct table_row *row = arguments;
  glp_prob *lp = problem->lp;
  int column = row->column + 1;
  if (!glp_bf_exists(lp) || glp_get_col_stat(lp, column) != GLP_BS) return;
  int length = glp_eval_tab_row(lp, problem->rows + column, problem->index, problem->value);
  for (int entry = 1; entry <= length; entry++) {
    int at = problem->index[entry] - 1;
    if (at < problem->rows) row->weights[at] = problem->value[entry] / problem->row_unit[at];
  }
  *row->found = 1;
}

int cglpk_table_row(cglpk *problem, int column, double *weights, int *found) {
  *found = 0;
  // The row has at most as many entries as there are variables that are not basic.
  struct table_row row = {column, weights, found};
  return cglpk_guard(problem, NULL, table_row_body, &row);
}

static void idle_body(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  uint8_t *idle = arguments;
  for (int row = 0; row < problem->rows; row++) {
    idle[row] = glp_get_row_stat(problem->lp, row + 1) == GLP_BS;
  }
}

int cglpk_idle_rows(cglpk *problem, uint8_t *idle) {
  return cglpk_guard(problem, NULL, idle_body, idle);
}

struct removal {
  int first;
  uint8_t *keep;
  int *index;
};

static void remove_body(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  const struct removal *removal = arguments;
  int count = 0, kept = removal->first;
  // Rows that are basic leave a basis behind.
  for (int row = removal->first; row < problem->rows; row++) {
    uint8_t *keep = &removal->keep[row - removal->first];
    if (!*keep && glp_get_row_stat(problem->lp, row + 1) == GLP_BS) {
      removal->index[++count] = row + 1;
      continue;
    }
    *keep = 1;
    problem->row_unit[kept++] = problem->row_unit[row];
  }
  if (count == 0) return;
  glp_del_rows(problem->lp, count, removal->index);
  problem->rows = kept;
  problem->entries = glp_get_num_nz(problem->lp);
}

int cglpk_remove_rows(cglpk *problem, int first, uint8_t *keep) {
  struct removal removal = {first, keep, malloc((size_t)(problem->rows + 1) * sizeof(int))};
  if (removal.index == NULL) {
    cglpk_say(problem, "out of memory");
    return CGLPK_FAILED;
  }
  int answer = cglpk_guard(problem, NULL, remove_body, &removal);
  free(removal.index);
  return answer;
}

// Whether `ray` over the rows of `lp`, in its units, proves by a clear margin that no values
// between the bounds satisfy all rows.
static int proves(cglpk *problem, const double *ray) {
  glp_prob *lp = problem->lp;
  double *gradient = problem->relaxation;
  memset(gradient, 0, (size_t)(problem->columns + 1) * sizeof *gradient);
  double least = 0.0, size = 0.0;
  for (int row = 1; row <= problem->rows; row++) {
    if (ray[row - 1] == 0.0) continue;
    double side = glp_get_row_type(lp, row) == GLP_UP ? glp_get_row_ub(lp, row)
                                                     : glp_get_row_lb(lp, row);
    least += ray[row - 1] * side;
    size += fabs(ray[row - 1] * side);
    int length = glp_get_mat_row(lp, row, problem->index, problem->value);
    for (int entry = 1; entry <= length; entry++) {
      gradient[problem->index[entry]] += ray[row - 1] * problem->value[entry];
    }
  }
  for (int column = 1; column <= problem->columns; column++) {
    double most = gradient[column]
      * (gradient[column] > 0.0 ? glp_get_col_ub(lp, column) : glp_get_col_lb(lp, column));
    least -= most;
    size += fabs(most);
  }
  return least > 1e-10 * size;
}

// Multipliers from the basis in which the dual simplex method gave up: the row of the simplex
// table that says that one basic variable cannot reach its range.
static int basis_ray(cglpk *problem, double *ray) {
  glp_prob *lp = problem->lp;
  int rows = problem->rows, basic = glp_get_unbnd_ray(lp);
  if (basic < 1 || !glp_bf_exists(lp)) return 0;
  double value, upper;
  int type;
  if (basic <= rows) {
    if (glp_get_row_stat(lp, basic) != GLP_BS) return 0;
    value = glp_get_row_prim(lp, basic);
    type = glp_get_row_type(lp, basic);
    upper = glp_get_row_ub(lp, basic);
  } else {
    if (glp_get_col_stat(lp, basic - rows) != GLP_BS) return 0;
    value = glp_get_col_prim(lp, basic - rows);
    type = glp_get_col_type(lp, basic - rows);
    upper = glp_get_col_ub(lp, basic - rows);
  }
  double sign = type != GLP_LO && value > upper ? -1.0 : 1.0;
  // Memory of the environment: it goes with it, should GLPK fail here.
  int *index = glp_alloc(rows + problem->columns + 1, sizeof *index);
  double *table = glp_alloc(rows + problem->columns + 1, sizeof *table);
  memset(ray, 0, (size_t)rows * sizeof *ray);
  if (basic <= rows) ray[basic - 1] = sign;
  int length = glp_eval_tab_row(lp, basic, index, table);
  for (int entry = 1; entry <= length; entry++) {
    if (index[entry] <= rows) ray[index[entry] - 1] = -sign * table[entry];
  }
  for (int row = 0; row < rows; row++) ray[row] = sign_correct(lp, row + 1, ray[row]);
  glp_free(index);
  glp_free(table);
  return proves(problem, ray);
}

// Multipliers from an elastic program: minimise the sum of the rows' violations; its duals are
// the multipliers, and its objective is what they prove.
static int elastic_ray(
  cglpk *problem, const cglpk_watch *watch, const cglpk_limits *limits, double *ray
) {
  glp_prob *elastic = glp_create_prob();
  glp_copy_prob(elastic, problem->lp, GLP_OFF);
  for (int column = 1; column <= problem->columns; column++) {
    glp_set_obj_coef(elastic, column, 0.0);
  }
  for (int row = 1; row <= problem->rows; row++) {
    int type = glp_get_row_type(elastic, row);
    for (int sign = 1; sign >= -1; sign -= 2) {
      if ((sign > 0 && type == GLP_UP) || (sign < 0 && type == GLP_LO)) continue;
      int slack = glp_add_cols(elastic, 1), index[2] = {0, row};
      double value[2] = {0.0, sign};
      glp_set_mat_col(elastic, slack, 1, index, value);
      glp_set_col_bnds(elastic, slack, GLP_LO, 0.0, 0.0);
      glp_set_obj_coef(elastic, slack, 1.0);
    }
  }
  glp_std_basis(elastic);
  glp_smcp parameters;
  cglpk_simplex_parameters(&parameters, cglpk_now() + limits->seconds);
  int found = 0;
  if (!cglpk_asked(watch) && glp_simplex(elastic, &parameters) == 0
    && glp_get_status(elastic) == GLP_OPT) {
    for (int row = 0; row < problem->rows; row++) {
      ray[row] = sign_correct(problem->lp, row + 1, glp_get_row_dual(elastic, row + 1));
    }
    found = proves(problem, ray);
  }
  glp_delete_prob(elastic);
  return found;
}

struct farkas {
  const cglpk_limits *limits;
  double *ray;
  int *found;
};

static void farkas_body(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  const struct farkas *farkas = arguments;
  double *ray = farkas->ray;
  *farkas->found = basis_ray(problem, ray) || elastic_ray(problem, watch, farkas->limits, ray);
  if (!*farkas->found) return;
  for (int row = 0; row < problem->rows; row++) ray[row] /= problem->row_unit[row];
}

int cglpk_farkas(
  cglpk *problem, const cglpk_limits *limits, const cglpk_watch *watch, double *ray, int *found
) {
  *found = 0;
  struct farkas farkas = {limits, ray, found};
  return cglpk_guard(problem, watch, farkas_body, &farkas);
}
