// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tree search: glp_intopt, watched and steered from its callback.

#include <limits.h>
#include <math.h>
#include <string.h>

#include "internal.h"

// A tree node whose LP took more work (iterations times size) than this is followed by nodes
// whose LP is solved beside the tree, where the watch can interrupt it: about a twentieth of a
// second. Counted, not timed, so that the search repeats.
static const double long_lp = 5e6;
// Above this much work for a full look at all fractional columns, the branching rule of GLPK
// would be silent for too long, and the most fractional column is taken.
static const double long_look = 2e7;
// In a program larger than this (rows, columns and entries together), GLPK's own cuts would take
// seconds a round without a word: they are left out.
static const double large_program = 2.5e5;
// GLPK's integer tolerance, and the least violation at which a row is added.
static const double tolerance = 1e-5;

struct search {
  cglpk *problem;
  const cglpk_watch *watch;
  const cglpk_limits *limits;
  cglpk_outcome *outcome;
  double deadline;
  int node;
  // Simplex iterations before the LP at hand, and the work of the LP before it.
  int iterations;
  double work;
  double known;
};

static double size_of(const struct search *search) {
  return 1.0 + (double)search->problem->entries + search->problem->rows + search->problem->columns;
}

// Tells of a better solution, whoever found it.
static void tell(struct search *search, glp_prob *lp) {
  if (glp_mip_status(lp) != GLP_FEAS && glp_mip_status(lp) != GLP_OPT) return;
  double objective = glp_mip_obj_val(lp) * (double)search->problem->objective_unit;
  if (search->outcome->has_values && objective >= search->known) return;
  search->known = objective;
  search->outcome->has_values = 1;
  if (search->watch->found == NULL) return;
  double *values = search->problem->candidate;
  for (int column = 0; column < search->problem->columns; column++) {
    values[column] = glp_mip_col_val(lp, column + 1);
  }
  search->watch->found(search->watch->context, values, objective);
}

static void raise_bound(struct search *search, glp_tree *tree) {
  int best = glp_ios_best_node(tree);
  if (best == 0) return;
  double bound = glp_ios_node_bound(tree, best) * (double)search->problem->objective_unit;
  if (!(bound > search->outcome->bound) || !(fabs(bound) < 1e300)) return;
  search->outcome->bound = bound;
  if (search->watch->raised != NULL) search->watch->raised(search->watch->context, bound);
}

static void read_relaxation(struct search *search, glp_prob *lp) {
  for (int column = 0; column < search->problem->columns; column++) {
    search->problem->relaxation[column] = glp_get_col_prim(lp, column + 1);
  }
}

// Solves the LP of a node beside the tree, where it can be watched, and hands its basis over.
static void solve_beside(struct search *search, glp_prob *lp) {
  glp_prob *beside = glp_create_prob();
  glp_copy_prob(beside, lp, GLP_OFF);
  glp_smcp parameters;
  cglpk_simplex_parameters(&parameters, search->deadline);
  if (glp_mip_status(lp) == GLP_FEAS) parameters.obj_ul = glp_mip_obj_val(lp);
  int before = glp_get_it_cnt(beside);
  int code = glp_simplex(beside, &parameters);
  search->work = (double)(glp_get_it_cnt(beside) - before) * size_of(search);
  if (code == 0 || code == GLP_EOBJUL) {
    int rows = glp_get_num_rows(lp), columns = glp_get_num_cols(lp);
    for (int row = 1; row <= rows; row++) {
      glp_set_row_stat(lp, row, glp_get_row_stat(beside, row));
    }
    for (int column = 1; column <= columns; column++) {
      glp_set_col_stat(lp, column, glp_get_col_stat(beside, column));
    }
  }
  glp_delete_prob(beside);
}

static void before_lp(struct search *search, glp_tree *tree, glp_prob *lp) {
  int node = glp_ios_curr_node(tree);
  if (node != search->node) {
    search->node = node;
    search->outcome->tree_nodes += 1;
  }
  if (search->work > long_lp) {
    search->work = 0.0;
    solve_beside(search, lp);
    search->iterations = INT_MAX;
  } else {
    search->iterations = glp_get_it_cnt(lp);
  }
}

static void after_lp(struct search *search, glp_prob *lp) {
  if (search->iterations == INT_MAX) return;
  search->work = (double)(glp_get_it_cnt(lp) - search->iterations) * size_of(search);
  search->iterations = INT_MAX;
}

// Adds the violated ones among the rows that the watch offers.
static void add_cuts(struct search *search, glp_prob *lp) {
  if (search->watch->cuts == NULL) return;
  cglpk *problem = search->problem;
  struct cglpk_rows *rows = &problem->collected;
  rows->count = 0;
  rows->entries = 0;
  read_relaxation(search, lp);
  search->watch->cuts(search->watch->context, problem->relaxation, rows);
  size_t start = 0;
  for (int cut = 0; cut < rows->count; start = rows->end[cut++]) {
    int64_t count = (int64_t)(rows->end[cut] - start);
    double unit = cglpk_unit(count, rows->coefficient + start);
    double excess = -(double)rows->side[cut] / unit, size = fabs(excess);
    for (int64_t entry = 0; entry < count; entry++) {
      double value = problem->relaxation[rows->column[start + (size_t)entry]];
      double term = (double)rows->coefficient[start + (size_t)entry] / unit * value;
      excess += term;
      size = fabs(term) > size ? fabs(term) : size;
    }
    int relation = rows->relation[cut];
    double violation = relation == CGLPK_AT_MOST ? excess
      : relation == CGLPK_AT_LEAST ? -excess : fabs(excess);
    if (!(violation > tolerance * (1.0 + 0.01 * size))) continue;
    int row = glp_add_rows(lp, 1);
    cglpk_fill_row(
      problem, lp, row, relation, (double)rows->side[cut], unit, count, rows->column + start,
      rows->coefficient + start);
  }
}

static void inject(struct search *search, glp_tree *tree, glp_prob *lp) {
  if (search->watch->heuristic == NULL) return;
  cglpk *problem = search->problem;
  read_relaxation(search, lp);
  if (!search->watch->heuristic(
        search->watch->context, problem->relaxation, problem->candidate)) {
    return;
  }
  double *solution = glp_alloc(problem->columns + 1, sizeof *solution);
  memcpy(solution + 1, problem->candidate, (size_t)problem->columns * sizeof *solution);
  double before = glp_mip_obj_val(lp);
  int had = glp_mip_status(lp) == GLP_FEAS;
  glp_ios_heur_sol(tree, solution);
  glp_free(solution);
  // The watch knows what it injected.
  if (glp_mip_status(lp) == GLP_FEAS && (!had || glp_mip_obj_val(lp) < before)) {
    search->outcome->has_values = 1;
    search->known = glp_mip_obj_val(lp) * (double)problem->objective_unit;
  }
}

// On large LPs, branches on the most fractional column.
static void choose_column(struct search *search, glp_tree *tree, glp_prob *lp) {
  int fractional = 0, best = 0;
  double best_distance = 1.0, best_fraction = 0.0;
  for (int column = 1; column <= search->problem->columns; column++) {
    if (!glp_ios_can_branch(tree, column)) continue;
    fractional += 1;
    double value = glp_get_col_prim(lp, column), fraction = value - floor(value);
    if (fabs(fraction - 0.5) < best_distance) {
      best_distance = fabs(fraction - 0.5);
      best_fraction = fraction;
      best = column;
    }
  }
  if (best == 0 || fractional * size_of(search) <= long_look) return;
  glp_ios_branch_upon(tree, best, best_fraction > 0.5 ? GLP_UP_BRNCH : GLP_DN_BRNCH);
}

static void on_event(glp_tree *tree, void *info) {
  struct search *search = info;
  glp_prob *lp = glp_ios_get_prob(tree);
  int reason = glp_ios_reason(tree);
  tell(search, lp);
  if (reason == GLP_ISELECT) raise_bound(search, tree);
  int out_of_nodes = reason == GLP_ISELECT && search->limits->tree_nodes >= 0
    && search->outcome->tree_nodes >= search->limits->tree_nodes;
  int out_of_time = cglpk_now() >= search->deadline;
  if (out_of_nodes || out_of_time || cglpk_asked(search->watch)) {
    raise_bound(search, tree);
    search->outcome->status = out_of_nodes || out_of_time ? CGLPK_LIMIT : CGLPK_CANCELLED;
    search->problem->ending = 1;
    glp_ios_terminate(tree);
    return;
  }
  switch (reason) {
    case GLP_IPREPRO:
      before_lp(search, tree, lp);
      break;
    case GLP_IROWGEN:
      after_lp(search, lp);
      raise_bound(search, tree);
      add_cuts(search, lp);
      break;
    case GLP_IHEUR:
      inject(search, tree, lp);
      break;
    case GLP_IBRANCH:
      choose_column(search, tree, lp);
      break;
    default:
      break;
  }
}

struct branch {
  const cglpk_limits *limits;
  double *values;
  cglpk_outcome *outcome;
};

static void branch_body(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  struct branch *branch = arguments;
  static const cglpk_watch nobody;
  cglpk_outcome *outcome = branch->outcome;
  struct search search = {
    .problem = problem, .watch = watch != NULL ? watch : &nobody, .limits = branch->limits,
    .outcome = outcome, .deadline = cglpk_now() + branch->limits->seconds, .iterations = INT_MAX};
  outcome->status = -1;
  outcome->bound = glp_get_obj_val(problem->lp) * (double)problem->objective_unit;
  glp_iocp parameters;
  glp_init_iocp(&parameters);
  parameters.msg_lev = GLP_MSG_ON;
  // A node whose LP takes more than a second reports, and can be stopped then.
  parameters.out_dly = 1000;
  parameters.cb_func = on_event;
  parameters.cb_info = &search;
  parameters.flip = GLP_ON;
  parameters.sr_heur = GLP_ON;
  parameters.pp_tech = GLP_PP_ALL;
  int is_large = size_of(&search) > large_program;
  parameters.mir_cuts = is_large ? GLP_OFF : GLP_ON;
  parameters.cov_cuts = is_large ? GLP_OFF : GLP_ON;
  parameters.mip_gap = branch->limits->gap;
  if (search.deadline < INFINITY) parameters.tm_lim = cglpk_milliseconds(search.deadline);
  int code = glp_intopt(problem->lp, &parameters);
  tell(&search, problem->lp);
  outcome->objective = search.known;
  if (outcome->has_values) {
    for (int column = 0; column < problem->columns; column++) {
      branch->values[column] = glp_mip_col_val(problem->lp, column + 1);
    }
  }
  switch (code) {
    case 0:
      outcome->status = outcome->has_values ? CGLPK_OPTIMAL : CGLPK_INFEASIBLE;
      break;
    case GLP_EMIPGAP:
      outcome->status = CGLPK_GAP;
      break;
    case GLP_ETMLIM:
      outcome->status = CGLPK_LIMIT;
      break;
    case GLP_ESTOP:
      break;
    default:
      cglpk_say(problem, "numerical trouble: glp_intopt answered 0x%02X", code);
      outcome->status = CGLPK_TROUBLE;
  }
}

int cglpk_branch(
  cglpk *problem, const cglpk_limits *limits, const cglpk_watch *watch, double *values,
  cglpk_outcome *outcome
) {
  memset(outcome, 0, sizeof *outcome);
  struct branch branch = {limits, values, outcome};
  return cglpk_guard(problem, watch, branch_body, &branch);
}
