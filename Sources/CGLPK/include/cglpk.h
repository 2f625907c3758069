// SPDX-License-Identifier: GPL-3.0-or-later
//
// A thin, crash-safe layer over GLPK 5.
//
// GLPK ends the process when an argument or an internal assertion fails, unless its error hook
// leaves by longjmp. So every call of GLPK stands in this file's implementation, under a setjmp,
// and no frame of another language ever lies between the two: callbacks into Swift fill plain
// buffers and return before GLPK is called again.
//
// GLPK's environment belongs to a thread. A problem must be used and closed on the thread that
// opened it; elsewhere every function answers CGLPK_WRONG_THREAD. The environment is freed with
// the last open problem of its thread.

#ifndef CGLPK_H
#define CGLPK_H

#include <stdint.h>

// What a function answers.
#define CGLPK_OK 0
// GLPK failed or ran out of memory; cglpk_message tells why; the problem is closed inside.
#define CGLPK_FAILED 1
// The watch asked to stop in the middle of an LP; the problem is closed inside.
#define CGLPK_STOPPED 2
// Called on another thread than the one that opened the problem.
#define CGLPK_WRONG_THREAD 3
// Called from a callback of the same problem.
#define CGLPK_BUSY 4
// The problem was closed inside by an earlier failure or stop.
#define CGLPK_CLOSED 5

// How an LP or a tree search ended.
#define CGLPK_OPTIMAL 0
#define CGLPK_INFEASIBLE 1
#define CGLPK_LIMIT 2
#define CGLPK_CUTOFF 3
#define CGLPK_CANCELLED 4
#define CGLPK_TROUBLE 5
#define CGLPK_GAP 6

// How a row relates to its side.
#define CGLPK_AT_LEAST 0
#define CGLPK_AT_MOST 1
#define CGLPK_EQUAL 2

// A problem on its thread.
typedef struct cglpk cglpk;
// Collects the rows of one call of `cuts`.
typedef struct cglpk_rows cglpk_rows;

// Whom to ask and to tell. Every pointer may be null. All objectives and bounds are in the
// program's own units; all vectors hold one value a column.
typedef struct {
  void *context;
  // Not zero ends the work.
  int (*should_stop)(void *context);
  void (*found)(void *context, const double *values, double objective);
  void (*raised)(void *context, double bound);
  // Fills `solution` and answers not zero, or answers zero.
  int (*heuristic)(void *context, const double *relaxation, double *solution);
  // Adds violated rows by cglpk_rows_add.
  void (*cuts)(void *context, const double *relaxation, cglpk_rows *rows);
  // The multipliers of all rows at an intermediate point of the root LP.
  void (*duals)(void *context, const double *duals);
} cglpk_watch;

// Limits; negative values and infinity mean none.
typedef struct {
  double seconds;
  int64_t iterations;
  double objective_limit;
  int64_t tree_nodes;
  double gap;
} cglpk_limits;

// An outcome.
typedef struct {
  int status;
  double objective;
  double bound;
  int64_t iterations;
  int64_t tree_nodes;
  int has_values;
} cglpk_outcome;

// Opens an empty problem; null when memory is short.
cglpk *cglpk_open(void);
// Closes it. On another thread than its own it does nothing.
void cglpk_close(cglpk *problem);
// Why the last call failed.
const char *cglpk_message(const cglpk *problem);

// Adds integer columns. The caller has checked: lower <= upper.
int cglpk_add_columns(
  cglpk *problem, int count, const int64_t *lower, const int64_t *upper, const int64_t *cost,
  int64_t objective_unit);
// Adds rows in compressed form, each divided by its unit. The caller has checked all indices.
// Without units they are divided by powers of two. Entries of one column in one row are summed.
// The watch is asked now and then; after CGLPK_STOPPED the problem is closed inside.
int cglpk_add_rows(
  cglpk *problem, const cglpk_watch *watch, int count, const uint8_t *relation,
  const int64_t *side, const int64_t *unit, const long *start, const int32_t *column,
  const int64_t *coefficient);
// Changes the range of a column (counted from zero).
int cglpk_set_bounds(cglpk *problem, int column, int64_t lower, int64_t upper);

// Solves the continuous relaxation by the dual simplex method from the last basis.
int cglpk_relax(
  cglpk *problem, const cglpk_limits *limits, const cglpk_watch *watch, cglpk_outcome *outcome);
// Values of all columns and multipliers of all rows after cglpk_relax, in the program's units.
int cglpk_relaxation(cglpk *problem, double *values, double *duals);
// Multipliers of the rows that prove the relaxation infeasible; `found` is zero when there are
// none that hold in doubles.
int cglpk_farkas(
  cglpk *problem, const cglpk_limits *limits, const cglpk_watch *watch, double *ray, int *found);
// After cglpk_relax: weights of all rows (`weights`, zero before) whose sum is the row of the simplex
// table in which `column` is basic. `found` says whether it is.
int cglpk_table_row(cglpk *problem, int column, double *weights, int *found);
// Which of all rows are basic.
int cglpk_idle_rows(cglpk *problem, uint8_t *idle);
// Removes the rows from `first` on that are basic and whose `keep` is zero; sets `keep` to one where
// a row stays.
int cglpk_remove_rows(cglpk *problem, int first, uint8_t *keep);
// Searches the tree after cglpk_relax ended CGLPK_OPTIMAL. `values` holds the best solution.
int cglpk_branch(
  cglpk *problem, const cglpk_limits *limits, const cglpk_watch *watch, double *values,
  cglpk_outcome *outcome);

// Adds a row to what `cuts` collects; answers zero when memory is short.
int cglpk_rows_add(
  cglpk_rows *rows, uint8_t relation, int64_t side, int count, const int32_t *column,
  const int64_t *coefficient);

// For tests of the safety net: makes GLPK fail in the middle of a call.
int cglpk_provoke(cglpk *problem);

#endif
