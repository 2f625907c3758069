#!/usr/bin/env python3
"""Runs Emplace and other solvers side by side, as Results/README.md explains.

A row is appended as soon as its run has ended; a run that has a row is skipped, so it resumes
where it stopped. The summary is written anew at the end.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import cases
import rows
import summary
from cases import Absent, Case
from emplace import Emplace
from runs import EMPLACE, PEER, Bench
from solvers import NAMES

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "Results" / "placement"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Runs Emplace and other solvers side by side.")
    parser.add_argument("--set", type=Path, default=RESULTS / "set.csv", help="the instances")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the tables")
    parser.add_argument("--data", type=Path, default=ROOT / "../shared/data",
                        help="folder of benchmark data, with gap/ and sscflp/")
    parser.add_argument("--work", type=Path, default=ROOT / "out/bench-placement",
                        help="folder for the files of instances")
    parser.add_argument("--emplace", default=str(ROOT / ".build/release/emplace"))
    parser.add_argument("--time-limit", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=5, help="runs of Emplace for each instance")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="instances to solve")
    parser.add_argument("--solvers", nargs="+", default=[EMPLACE, *NAMES],
                        choices=[EMPLACE, *NAMES])
    return parser.parse_args()


def available(wanted: list[str]) -> dict[str, str]:
    """Versions of the solvers that are installed; says how to get the others."""
    found = {}
    for name in NAMES:
        if name not in wanted:
            continue
        words = [sys.executable, str(PEER), name, "--version"]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        if ended.returncode == 0:
            found[name] = ended.stdout.strip()
        else:
            print(f"{name} is skipped, it is not installed: {ended.stdout.strip()}")
    return found


def chosen(options: argparse.Namespace) -> list[Case]:
    """The instances to solve."""
    known = cases.read(options.set)
    unknown = set(options.only) - {case.name for case in known}
    if unknown:
        sys.exit(f"--only {' '.join(sorted(unknown))}: {options.set} has no such instance.")
    return [case for case in known if not options.only or case.name in options.only]


def check_table(table: list[rows.Row], path: Path, options: argparse.Namespace) -> None:
    """One table holds one time limit."""
    limits = {row["limitSeconds"] for row in table} - {f"{options.time_limit:g}"}
    if limits:
        sys.exit(f"{path} has runs of {', '.join(sorted(limits))} s. Maybe --results FOLDER.")


def solve(case: Case, todo: list[tuple[str, str]], bench: Bench, versions: dict[str, str],
          path: Path) -> None:
    """Does the runs that are missing for one instance."""
    if not todo:
        return
    prepared = bench.prepare(case)
    for solver, seed in todo:
        if solver == EMPLACE:
            row = prepared.run_emplace(seed)
        else:
            prepared.export()
            row = prepared.run_peer(solver, versions[solver])
        rows.append(path, row)
        figures = " ".join(f"{key} {row.get(key) or '-'}" for key in
                           ("status", "objective", "bound", "gap", "wallSeconds", "check"))
        print(f"{case.name} {solver} {seed}: {figures} {row.get('remark', '')}", flush=True)
    prepared.model.unlink(missing_ok=True)


def main() -> None:
    options = arguments()
    for folder in (options.results, options.work):
        folder.mkdir(parents=True, exist_ok=True)
    path = options.results / "rows.csv"
    table = rows.read(path)
    check_table(table, path, options)
    done = {(row["instance"], row["solver"], row["seed"]) for row in table}
    versions = available(options.solvers)
    runs = [(name, "") for name in versions]
    if EMPLACE in options.solvers:
        runs = [(EMPLACE, str(seed)) for seed in range(1, options.seeds + 1)] + runs
    work = {case.name: [run for run in runs if (case.name, *run) not in done]
            for case in chosen(options)}
    most = sum((options.time_limit + (0 if solver == EMPLACE else case.patience))
               for case in chosen(options) for solver, _ in work[case.name])
    count = sum(len(todo) for todo in work.values())
    print(f"{count} runs to do, about {most / 3600:.1f} h at most.", flush=True)
    bench = Bench(Emplace(options.emplace), options.time_limit, options.threads, options.data,
                  options.work)
    for case in chosen(options):
        try:
            solve(case, work[case.name], bench, versions, path)
        except (Absent, RuntimeError) as error:
            print(f"{case.name} is skipped: {error}.", flush=True)
    table = rows.read(path)
    text = summary.text(table, cases.read(options.set))
    (options.results / "summary.md").write_text(text, encoding="utf-8")
    print(f"{options.results / 'summary.md'} is written.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped; the same command goes on from here")
