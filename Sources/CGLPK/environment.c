// SPDX-License-Identifier: GPL-3.0-or-later
//
// The thread's environment, the error trap, opening and closing.

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

// A guarded call in progress; calls nest when a callback uses another problem.
struct frame {
  jmp_buf jump;
  cglpk *problem;
  const cglpk_watch *watch;
  struct frame *outer;
};

static atomic_uint_fast64_t serials = 1;
static _Thread_local struct {
  uint64_t serial;
  int open;
  struct frame *top;
} here;

static uint64_t own_serial(void) {
  if (here.serial == 0) here.serial = atomic_fetch_add(&serials, 1);
  return here.serial;
}

double cglpk_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int cglpk_asked(const cglpk_watch *watch) {
  return watch != NULL && watch->should_stop != NULL && watch->should_stop(watch->context) != 0;
}

int cglpk_milliseconds(double deadline) {
  double left = 1000.0 * (deadline - cglpk_now());
  if (left <= 0.0) return 0;
  return left < 2e9 ? (int)left : 2000000000;
}

void cglpk_say(cglpk *problem, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(problem->message, sizeof problem->message, format, arguments);
  va_end(arguments);
}

const char *cglpk_message(const cglpk *problem) { return problem->message; }

// GLPK's last word before it would abort: leave by the innermost trap.
static void on_error(void *info) {
  (void)info;
  if (here.top != NULL) longjmp(here.top->jump, 1);
}

_Noreturn void cglpk_leave(cglpk *problem) {
  (void)problem;
  longjmp(here.top->jump, 2);
}

// GLPK writes a line of progress about every 10 ms of an LP, the only moment at which it lets go
// of the thread there. Nothing is printed; the watch is asked, and a stop leaves by the trap.
static int on_text(void *info, const char *text) {
  (void)info;
  struct frame *top = here.top;
  if (top == NULL) return 1;
  cglpk *problem = top->problem;
  char *line = problem->text[problem->texts++ & 1];
  snprintf(line, sizeof problem->text[0], "%s", text);
  if (!problem->ending && cglpk_asked(top->watch)) cglpk_leave(problem);
  return 1;
}

// Frees the environment with the last problem of the thread.
static void leave_environment(void) {
  here.open -= 1;
  if (here.open == 0) glp_free_env();
}

// Builds the message from the last two lines, which are the failed check and its place.
static void explain(cglpk *problem) {
  char both[2 * sizeof problem->text[0] + 2];
  snprintf(
    both, sizeof both, "%s %s", problem->text[problem->texts & 1],
    problem->text[(problem->texts + 1) & 1]);
  char *to = both;
  for (char *from = both; *from != 0; from++) {
    if (*from == '\n' || *from == '\r') *from = ' ';
    if (*from == ' ' && (to == both || to[-1] == ' ')) continue;
    *to++ = *from;
  }
  *to = 0;
  cglpk_say(problem, "%s", both);
}

int cglpk_guard(cglpk *problem, const cglpk_watch *watch, cglpk_body body, void *arguments) {
  if (problem->thread != own_serial()) return CGLPK_WRONG_THREAD;
  if (problem->busy) return CGLPK_BUSY;
  if (problem->closed) return CGLPK_CLOSED;
  struct frame frame = {.problem = problem, .watch = watch, .outer = here.top};
  problem->busy = 1;
  problem->ending = 0;
  problem->texts = 0;
  problem->text[0][0] = problem->text[1][0] = 0;
  here.top = &frame;
  // Lives across the jump.
  volatile int answer = CGLPK_OK;
  switch (setjmp(frame.jump)) {
    case 0:
      body(problem, watch, arguments);
      break;
    case 2:
      answer = CGLPK_STOPPED;
      cglpk_say(problem, "stopped");
      break;
    default:
      answer = CGLPK_FAILED;
      explain(problem);
  }
  here.top = frame.outer;
  problem->busy = 0;
  if (answer != CGLPK_OK) {
    // What GLPK held at that moment is in an unknown state: it is not touched again, and goes
    // with the environment.
    problem->closed = 1;
    problem->lp = NULL;
    leave_environment();
  }
  return answer;
}

static void create(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  (void)arguments;
  glp_error_hook(on_error, NULL);
  glp_term_hook(on_text, NULL);
  glp_term_out(GLP_ON);
  problem->lp = glp_create_prob();
  glp_set_obj_dir(problem->lp, GLP_MIN);
}

cglpk *cglpk_open(void) {
  cglpk *problem = calloc(1, sizeof *problem);
  if (problem == NULL) return NULL;
  problem->thread = own_serial();
  problem->objective_unit = 1;
  here.open += 1;
  cglpk_guard(problem, NULL, create, NULL);
  return problem;
}

static void delete(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  (void)arguments;
  glp_delete_prob(problem->lp);
  problem->lp = NULL;
}

void cglpk_close(cglpk *problem) {
  if (problem == NULL || problem->thread != own_serial() || problem->busy) return;
  if (cglpk_guard(problem, NULL, delete, NULL) == CGLPK_OK) leave_environment();
  free(problem->row_unit);
  free(problem->index);
  free(problem->value);
  free(problem->place);
  free(problem->sum);
  free(problem->relaxation);
  free(problem->candidate);
  free(problem->collected.relation);
  free(problem->collected.side);
  free(problem->collected.end);
  free(problem->collected.column);
  free(problem->collected.coefficient);
  free(problem);
}

static void provoke(cglpk *problem, const cglpk_watch *watch, void *arguments) {
  (void)watch;
  (void)arguments;
  glp_set_col_bnds(problem->lp, glp_get_num_cols(problem->lp) + 1, GLP_FR, 0.0, 0.0);
}

int cglpk_provoke(cglpk *problem) { return cglpk_guard(problem, NULL, provoke, NULL); }
