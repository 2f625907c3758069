"""The table of runs: a row a run, appended and never edited."""

import csv
from pathlib import Path

COLUMNS = [
    *("date", "commit", "set", "instance", "digest", "solver", "version", "threads", "seed"),
    *("limitSeconds", "status", "objective", "claimed", "bound", "evidence", "boundBy", "gap"),
    *("closedGap", "greedy", "readSeconds", "wallSeconds", "check", "remark"),
]

Row = dict[str, str]


def number(text: str | float | None) -> float | None:
    """A field as a number; None where it is empty."""
    return None if text in ("", None) else float(text)


def read(path: Path) -> list[Row]:
    """All rows; none where there is no table yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def append(path: Path, row: Row) -> None:
    """Appends a row; no field holds a comma."""
    is_new = not path.exists()
    with path.open("a", encoding="utf-8") as file:
        if is_new:
            file.write(",".join(COLUMNS) + "\n")
        fields = [str(row.get(column, "")) for column in COLUMNS]
        file.write(",".join(" ".join(field.replace(",", ";").split()) for field in fields) + "\n")


def gaps(objective: float | None, bound: float | None, greedy: float | None) -> tuple[str, str]:
    """Gap and closed gap as results define them; empty where they are not known."""
    if objective is None or bound is None:
        return "", ""
    gap = (objective - bound) / max(abs(objective), 1e-6)
    if gap < 1e-12:
        return f"{min(gap, 0):.8g}" if gap < -1e-9 else "0", "0"
    if greedy is None or greedy <= bound:
        return f"{gap:.8g}", ""
    return f"{gap:.8g}", f"{(objective - bound) / (greedy - bound):.8g}"
