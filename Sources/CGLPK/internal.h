// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the files of this layer share.

#ifndef CGLPK_INTERNAL_H
#define CGLPK_INTERNAL_H

#include <glpk.h>
#include <stddef.h>

#include "include/cglpk.h"

// One violated row after another, in plain memory.
struct cglpk_rows {
  int count;
  int capacity;
  size_t entries;
  size_t entry_capacity;
  uint8_t *relation;
  int64_t *side;
  size_t *end;
  int32_t *column;
  int64_t *coefficient;
};

struct cglpk {
  glp_prob *lp;
  // Serial number of the thread that opened it.
  uint64_t thread;
  int busy;
  // The search was told to end; what GLPK still writes is no moment to leave.
  int ending;
  int closed;
  int columns;
  int rows;
  int64_t entries;
  int64_t objective_unit;
  // Unit of each row, and room for it.
  double *row_unit;
  int row_capacity;
  // Scratch, one more than there are columns: GLPK counts from one.
  int *index;
  double *value;
  int *place;
  __int128 *sum;
  double *relaxation;
  double *candidate;
  int width;
  // Smallest and largest size of a coefficient, after division by units.
  double smallest, largest;
  int scaled;
  struct cglpk_rows collected;
  // The last two texts that GLPK wrote.
  char text[2][256];
  int texts;
  char message[640];
};

typedef void (*cglpk_body)(cglpk *problem, const cglpk_watch *watch, void *arguments);

// Runs `body` under the error trap.
int cglpk_guard(cglpk *problem, const cglpk_watch *watch, cglpk_body body, void *arguments);
// Leaves the guarded call at once: the watch asked to stop.
_Noreturn void cglpk_leave(cglpk *problem);
// Sets the message.
void cglpk_say(cglpk *problem, const char *format, ...);
// Seconds on a clock that never goes back.
double cglpk_now(void);
// Whether the watch asks to stop.
int cglpk_asked(const cglpk_watch *watch);
// Milliseconds left until `deadline`, as GLPK wants its limits.
int cglpk_milliseconds(double deadline);
// Makes room for rows and for scratch of `columns` columns; zero when memory is short.
int cglpk_reserve(cglpk *problem, int columns, int rows);
// Fills row `row` of `lp` (counted from one) with merged entries, divided by `unit`.
void cglpk_fill_row(
  cglpk *problem, glp_prob *lp, int row, int relation, double side, double unit, int64_t count,
  const int32_t *column, const int64_t *coefficient);
// Range of row `row` of `lp`.
void cglpk_row_range(glp_prob *lp, int row, int relation, double side);
// The parameters of every LP.
void cglpk_simplex_parameters(glp_smcp *parameters, double deadline);
// Power of two near the largest coefficient, so that division is exact.
double cglpk_unit(int64_t count, const int64_t *coefficient);

#endif
