#!/usr/bin/env python3
"""Runs another solver on an MPS file.

    peer.py NAME --version
    peer.py NAME MODEL --time-limit 60 --threads 2 --values VALUES --answer ANSWER

VALUES gets a line `name value` for every column, where a plan was found; ANSWER one line of JSON.
With --version it prints the solver's version, or how to get it with exit code 3.
"""

import argparse
import importlib
import sys
from pathlib import Path

from answer import Answer, Unreadable
from solvers import NAMES


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs another solver on an MPS file.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--time-limit", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--values", type=Path)
    parser.add_argument("--answer", type=Path)
    options = parser.parse_args()
    solver = importlib.import_module(f"solvers.{options.name}")
    version = solver.version()
    if version is None:
        print(solver.HOW_TO_GET)
        return 3
    if options.version:
        print(version)
        return 0
    if not (options.model and options.values and options.answer):
        parser.error("MODEL, --values and --answer are needed")
    try:
        answer = solver.solve(options.model, options.time_limit, options.threads)
    except Unreadable as error:
        answer = Answer("failed", remark=f"cannot load the program: {error}")
    except MemoryError:
        answer = Answer("failed", remark="out of memory")
    answer.version = version
    answer.write(options.values, options.answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
