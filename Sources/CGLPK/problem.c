// SPDX-License-Identifier: GPL-3.0-or-later
//
// Columns and rows.

#include <stdlib.h>
#include <string.h>

#include "internal.h"

// Grows an array in place; zero when memory is short.
static int grow(void *array, size_t count, size_t size) {
  void *old;
  memcpy(&old, array, sizeof old);
  void *fresh = realloc(old, (count == 0 ? 1 : count) * size);
  if (fresh == NULL) return 0;
  memcpy(array, &fresh, sizeof fresh);
  return 1;
}

int cglpk_reserve(cglpk *problem, int columns, int rows) {
  if (rows > problem->row_capacity) {
    int capacity = rows > 2 * problem->row_capacity ? rows : 2 * problem->row_capacity;
    if (!grow(&problem->row_unit, (size_t)capacity, sizeof(double))) return 0;
    problem->row_capacity = capacity;
  }
  if (columns + 1 > problem->width) {
    size_t width = (size_t)columns + 1;
    if (!grow(&problem->index, width, sizeof(int)) || !grow(&problem->value, width, sizeof(double))
      || !grow(&problem->place, width, sizeof(int))
      || !grow(&problem->sum, width, sizeof(__int128))
      || !grow(&problem->relaxation, width, sizeof(double))
      || !grow(&problem->candidate, width, sizeof(double))) {
      return 0;
    }
    memset(problem->place, 0, width * sizeof(int));
    problem->width = columns + 1;
  }
  return 1;
}

// Range of a column; doubles may make two far integers equal.
static void column_range(glp_prob *lp, int column, int64_t lower, int64_t upper) {
  double low = (double)lower, high = (double)upper;
  glp_set_col_bnds(lp, column, low < high ? GLP_DB : GLP_FX, low, high);
}

void cglpk_row_range(glp_prob *lp, int row, int relation, double side) {
  int type = relation == CGLPK_AT_LEAST ? GLP_LO : relation == CGLPK_AT_MOST ? GLP_UP : GLP_FX;
  glp_set_row_bnds(lp, row, type, side, side);
}

double cglpk_unit(int64_t count, const int64_t *coefficient) {
  double largest = 1.0;
  for (int64_t entry = 0; entry < count; entry++) {
    double size = coefficient[entry] < 0 ? -(double)coefficient[entry] : (double)coefficient[entry];
    if (size > largest) largest = size;
  }
  double unit = 1.0;
  while (unit * 2.0 <= largest) unit *= 2.0;
  return unit;
}

void cglpk_fill_row(
  cglpk *problem, glp_prob *lp, int row, int relation, double side, double unit, int64_t count,
  const int32_t *column, const int64_t *coefficient
) {
  int length = 0;
  for (int64_t entry = 0; entry < count; entry++) {
    int at = column[entry] + 1;
    if (problem->place[at] == 0) {
      problem->place[at] = ++length;
      problem->index[length] = at;
      problem->sum[length] = 0;
    }
    problem->sum[problem->place[at]] += coefficient[entry];
  }
  int kept = 0;
  for (int entry = 1; entry <= length; entry++) {
    problem->place[problem->index[entry]] = 0;
    if (problem->sum[entry] == 0) continue;
    kept += 1;
    problem->index[kept] = problem->index[entry];
    double value = (double)problem->sum[entry] / unit;
    double size = value < 0.0 ? -value : value;
    if (size < problem->smallest || problem->smallest == 0.0) problem->smallest = size;
    if (size > problem->largest) problem->largest = size;
    problem->value[kept] = value;
  }
  glp_set_mat_row(lp, row, kept, problem->index, problem->value);
  cglpk_row_range(lp, row, relation, side / unit);
}

struct columns {
  int count;
  const int64_t *lower, *upper, *cost;
  int64_t objective_unit;
};

static void add_columns(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  const struct columns *all = arguments;
  if (all->count == 0) return;
  problem->objective_unit = all->objective_unit;
  int first = glp_add_cols(problem->lp, all->count);
  for (int column = 0; column < all->count; column++) {
    glp_set_col_kind(problem->lp, first + column, GLP_IV);
    column_range(problem->lp, first + column, all->lower[column], all->upper[column]);
    glp_set_obj_coef(
      problem->lp, first + column, (double)all->cost[column] / (double)all->objective_unit);
  }
  problem->columns += all->count;
}

int cglpk_add_columns(
  cglpk *problem, int count, const int64_t *lower, const int64_t *upper, const int64_t *cost,
  int64_t objective_unit
) {
  if (!cglpk_reserve(problem, problem->columns + count, problem->rows)) {
    cglpk_say(problem, "out of memory");
    return CGLPK_FAILED;
  }
  struct columns all = {count, lower, upper, cost, objective_unit};
  return cglpk_guard(problem, NULL, add_columns, &all);
}

struct rows {
  int count;
  const uint8_t *relation;
  const int64_t *side, *unit;
  const long *start;
  const int32_t *column;
  const int64_t *coefficient;
};

static void add_rows(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  const struct rows *all = arguments;
  if (all->count == 0) return;
  int first = glp_add_rows(problem->lp, all->count);
  for (int row = 0; row < all->count; row++) {
    if ((row & 1023) == 1023 && cglpk_asked(watch)) cglpk_leave(problem);
    long start = all->start[row], end = all->start[row + 1];
    // Rows without a unit of their own (cuts) are divided by a power of two.
    double unit = all->unit != NULL ? (double)all->unit[row]
                                    : cglpk_unit(end - start, all->coefficient + start);
    cglpk_fill_row(
      problem, problem->lp, first + row, all->relation[row], (double)all->side[row], unit,
      end - start, all->column + start, all->coefficient + start);
    problem->row_unit[problem->rows++] = unit;
  }
  problem->entries = glp_get_num_nz(problem->lp);
}

int cglpk_add_rows(
  cglpk *problem, const cglpk_watch *watch, int count, const uint8_t *relation,
  const int64_t *side, const int64_t *unit, const long *start, const int32_t *column,
  const int64_t *coefficient
) {
  if (!cglpk_reserve(problem, problem->columns, problem->rows + count)) {
    cglpk_say(problem, "out of memory");
    return CGLPK_FAILED;
  }
  struct rows all = {count, relation, side, unit, start, column, coefficient};
  return cglpk_guard(problem, watch, add_rows, &all);
}

struct range {
  int column;
  int64_t lower, upper;
};

static void set_bounds(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  const struct range *range = arguments;
  column_range(problem->lp, range->column + 1, range->lower, range->upper);
}

int cglpk_set_bounds(cglpk *problem, int column, int64_t lower, int64_t upper) {
  struct range range = {column, lower, upper};
  return cglpk_guard(problem, NULL, set_bounds, &range);
}

int cglpk_rows_add(
  cglpk_rows *rows, uint8_t relation, int64_t side, int count, const int32_t *column,
  const int64_t *coefficient
) {
  if (rows->count == rows->capacity) {
    int capacity = rows->capacity < 16 ? 16 : 2 * rows->capacity;
    if (!grow(&rows->relation, (size_t)capacity, sizeof(uint8_t))
      || !grow(&rows->side, (size_t)capacity, sizeof(int64_t))
      || !grow(&rows->end, (size_t)capacity, sizeof(size_t))) {
      return 0;
    }
    rows->capacity = capacity;
  }
  size_t needed = rows->entries + (size_t)count;
  if (needed > rows->entry_capacity) {
    size_t capacity = needed > 2 * rows->entry_capacity ? needed : 2 * rows->entry_capacity;
    if (!grow(&rows->column, capacity, sizeof(int32_t))
      || !grow(&rows->coefficient, capacity, sizeof(int64_t))) {
      return 0;
    }
    rows->entry_capacity = capacity;
  }
  if (count > 0) {
    memcpy(rows->column + rows->entries, column, (size_t)count * sizeof(int32_t));
    memcpy(rows->coefficient + rows->entries, coefficient, (size_t)count * sizeof(int64_t));
  }
  rows->entries = needed;
  rows->relation[rows->count] = relation;
  rows->side[rows->count] = side;
  rows->end[rows->count] = needed;
  rows->count += 1;
  return 1;
}
