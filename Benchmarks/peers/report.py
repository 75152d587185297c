"""Tables of medians, ratios and memory, for people; a dated file, for later."""

import datetime
import json
import os
import platform
import re

from .engines import OURS
from .jobs import Job
from .places import RESULTS


def value(job: Job, result: dict) -> float | None:
    if "error" in result:
        return None
    return result["bytes"] / 1e6 if job.kind == "bytes" else result["median"] * 1e3


def shown(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def best_peer(job: Job, results: dict[str, dict]) -> tuple[str, float] | None:
    found = [(value(job, result), engine) for engine, result in results.items()
             if engine not in OURS and value(job, result) is not None]
    return (min(found)[1], min(found)[0]) if found else None


def ratio_of_kept_open(job: Job, results: dict[str, dict]) -> str:
    """Ours by the best peer's, both asked while they are open."""
    kept = {engine: result for engine, result in results.items() if engine.endswith("-attached")}
    best = best_peer(job, kept)
    ours = value(job, kept.get("colonnade-attached", {"error": ""}))
    return f"{ours / best[1]:.3f} ({best[0]})" if ours is not None and best else ""


def ratio_of_unkept(job: Job, results: dict[str, dict]) -> str:
    """Ours where nothing is kept open by the best peer's."""
    best = best_peer(job, results)
    ours = value(job, results.get("colonnade-unkept", {"error": ""}))
    return f"{ours / best[1]:.3f}" if ours is not None and best else ""


def ratio_of_firsts(job: Job, results: dict[str, dict]) -> str:
    """Ours by the best peer's in the first runs of turns, behind what other engines did."""
    firsts = {engine: {**result, "median": result["first"]} for engine, result in results.items()
              if job.is_asked_again and "error" not in result}
    best = best_peer(job, firsts)
    ours = value(job, firsts.get(job.ours, {"error": ""}))
    return f"{ours / best[1]:.3f} ({best[0]})" if ours is not None and best else ""


def table(lines: list[list[str]]) -> str:
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    drawn = ["| " + " | ".join(cell.ljust(width) if index == 0 else cell.rjust(width)
                               for index, (cell, width) in enumerate(zip(line, widths))) + " |"
             for line in lines]
    drawn.insert(1, "|" + "|".join("-" * (width + 1) + (":" if index else "-")
                                   for index, width in enumerate(widths)) + "|")
    return "\n".join(drawn)


def tables(measured: list[tuple[Job, dict[str, dict]]]) -> str:
    """Times and sizes with ratios, then peak memory; one pair per data set."""
    parts = []
    for group in dict.fromkeys(job.name.split("/")[0] for job, _ in measured):
        of_group = [(job, results) for job, results in measured
                    if job.name.split("/")[0] == group]
        engines = list(dict.fromkeys(engine for _, results in of_group for engine in results))
        kept_open = [ratio_of_kept_open(job, results) for job, results in of_group]
        unkept = [ratio_of_unkept(job, results) for job, results in of_group]
        firsts = [ratio_of_firsts(job, results) for job, results in of_group]
        others = {name: ratios for name, ratios in
                  (("both kept open", kept_open), ("nothing kept", unkept),
                   ("first runs", firsts)) if any(ratios)}
        times = [["job (ms or MB)", *engines, *others, "ratio to best peer", "goal", "met"]]
        held = ("peak MB" if of_group[0][0].is_whole_process
                else "peak MB beyond imports and source")
        memories = [[held, *engines]]
        for index, (job, results) in enumerate(of_group):
            best = best_peer(job, results)
            ours = value(job, results.get(job.ours, {"error": ""}))
            ratio = ours / best[1] if ours is not None and best else None
            times.append([
                job.name, *(shown(value(job, results[engine])) if engine in results else ""
                            for engine in engines), *(ratios[index] for ratios in others.values()),
                f"{ratio:.3f} ({best[0]})" if ratio is not None else "",
                f"≤ {job.goal}" if job.goal else "",
                "" if ratio is None or not job.goal else "yes" if ratio <= job.goal else "NO"])
            if job.kind != "bytes":
                memories.append([job.name, *(
                    shown((results[engine]["peak"] - results[engine]["base"]) / 1e6)
                    if "peak" in results.get(engine, {}) else "" for engine in engines)])
        parts.append(table(times))
        if len(memories) > 1:
            parts.append(table(memories))
    wrong = [f"{job.name}: {engine} returned other rows" for job, results in measured
             for engine, result in results.items() if result.get("same") == "NO"]
    failed = [f"{job.name}: {engine} failed: {result['error']}" for job, results in measured
              for engine, result in results.items() if "error" in result]
    if wrong or failed:
        parts.append("\n".join(f"- {line}" for line in wrong + failed))
    return "\n\n".join(parts)


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def save(measured: list[tuple[Job, dict[str, dict]]], curves: dict[str, dict]):
    RESULTS.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now()
    path = RESULTS / f"peers-{now:%Y-%m-%d-%H%M}.json"
    text = json.dumps({
        "date": now.isoformat(timespec="minutes"), "processors": os.cpu_count(),
        "processor": processor(),
        "jobs": {job.name: {"goal": job.goal, "of": job.ours, "engines": results}
                 for job, results in measured},
        "curves": curves,
    }, indent=1, ensure_ascii=False)
    # The runs of a turn on one line.
    path.write_text(re.sub(r"\[[^][{}]+\]", lambda one: " ".join(one[0].split()), text) + "\n")
    return path
