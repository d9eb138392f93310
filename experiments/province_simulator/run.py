"""Simulate a province, write it, print its margins beside the reported ones."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.settings import Settings
from engine.store import Register
from experiments.province_simulator.approach import selected_feasibility
from experiments.province_simulator.jobs_study import PROVINCES, SIZES, plain, study
from experiments.province_simulator.jobs_study import printed as printed_jobs
from experiments.province_simulator.margins import margins, printed, relapse_by_year
from experiments.province_simulator.province import AS_OF, Province, simulate
from experiments.province_simulator.recovery import (
    COMPARED,
    CORRECTED,
    KNOWABLE,
    OTHERS,
    UNCORRECTED,
    Recovered,
    ratios,
    recover,
)
from experiments.province_simulator.recovery import printed as printed_recovery
from experiments.province_simulator.register import load, write_register
from experiments.province_simulator.truth import SOURCE, Bias, parameters

UNITS = 10_000
TABLES = ("units", "events", "truth", "restarts")


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, simulate, write, print."""
    options = _options(arguments)
    if options.jobs:
        return _jobs(options)
    began = time.perf_counter()
    units = UNITS if options.units is None else options.units
    changes = {"approach.strength": options.strength} | dict(options.set or {})
    truth = parameters(changes)
    drawn = {"approach_bias": options.approach_bias, "as_of": options.as_of, "truth": truth}
    province = simulate(units, seed=options.seed, **drawn)
    seconds = time.perf_counter() - began
    print(f"SYNTHETIC: {units} units, {len(province.events)} events, seed {options.seed}, ", end="")
    print(f"approach bias {options.approach_bias}, as of {province.as_of.date()}; {seconds:.1f} s\n")
    print(printed(margins(province)))
    yearly = ", ".join(f"{hazard:.3f}" for hazard in relapse_by_year(province))
    print(f"\nstopped again a year, in year 1, 2, ... after a restart: {yearly}")
    every, selected = selected_feasibility(province.truth)
    print(f"feasibility at the record, by the truth: {every:.3f} of all units, {selected:.3f} by propensity, ", end="")
    print(f"{selected / every:.2f} times as much")
    if options.recover or options.figures:
        found = [recover(province, random_state=options.seed, others=options.others)]
        for seed in range(options.seed + 1, options.seed + options.seeds):
            other = simulate(units, seed=seed, **drawn)
            found.append(recover(other, random_state=seed, others=options.others))
        print("\n" + printed_recovery(found))
        if options.figures:
            write_figures(found, {**province.parameters["run"], "changes": changes}, units, options.figures)
    if options.out:
        write(province, options.out)
    if options.register:
        write_register(province, options.register)
    if options.workspace:
        load_workspace(province, options.workspace)
    return 0


def _jobs(options: argparse.Namespace) -> int:
    """Study the intervals of jobs over many provinces; ``--out`` takes a JSON file then."""
    sizes = SIZES if options.units is None else (options.units,)

    def say(share: float) -> None:
        print(f"\r  {share:4.0%}", end="\n" if share == 1 else "", file=sys.stderr, flush=True)

    found = [
        study(
            units, provinces=options.provinces, bias=options.approach_bias, as_of=options.as_of,
            first_seed=options.seed, progress=say,
        )
        for units in sizes
    ]  # fmt: skip
    print(printed_jobs(found, options.approach_bias))
    if options.out:
        text = json.dumps({"synthetic": True, "jobs": plain(found)}, indent=2)
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


def write_figures(found: list[Recovered], run: dict[str, Any], units: int, path: Path) -> None:
    """Write what was recovered as JSON: each province, and error corrected / error uncorrected over all of them."""
    document = {
        "synthetic": True,
        **run,
        "units": units,
        "seeds": len(found),
        "feasibility_rmse_uncorrected": _root_mean_square(found, UNCORRECTED),
        "feasibility_rmse_corrected": _root_mean_square(found, CORRECTED),
        "feasibility_rmse_knowable": _root_mean_square(found, KNOWABLE),
        "recoverable_rmse_uncorrected": _root_mean_square(found, UNCORRECTED, "rmse_knowable"),
        "recoverable_rmse_corrected": _root_mean_square(found, CORRECTED, "rmse_knowable"),
        "ratios": {name: ratios(found, over, of) for name, (of, over) in COMPARED.items()},
        "provinces": [each.to_json() for each in found],
    }
    path.write_text(json.dumps(_plain(document), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _root_mean_square(found: list[Recovered], name: str, measure: str = "rmse") -> float:
    return float(np.sqrt(np.mean([getattr(each.of(name), measure) ** 2 for each in found])))


def load_workspace(province: Province, folder: Path) -> None:
    """Put register and events into a workspace; all its units say that they are synthetic.

    Raises
    ------
    SystemExit
        When its register holds units already: the events would stand in it twice.
    """
    began = time.perf_counter()
    settings = Settings.from_environment({"EHYA_HOME": str(folder)})
    with Register.open(settings.database_url) as register:
        if register.counts()["units"]:
            raise SystemExit(f"{folder} holds a register already; name a new folder")
        load(province, register, progress=lambda said: print(f"  {said}", file=sys.stderr))
        counts = register.counts()
    print(f"\nSYNTHETIC register in {folder}: {counts['units']} units of {counts['imports']} imports, ", end="")
    print(f"{counts['events']} events; {time.perf_counter() - began:.1f} s")


def write(province: Province, folder: Path) -> Path:
    """Write units, events, truth and restarts as parquet, and a manifest that says what they are. Returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, Any] = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        table: pd.DataFrame = getattr(province, name)
        table.to_parquet(path)
        files[path.name] = {"rows": len(table), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    manifest = {
        "synthetic": True,
        "meaning": "no unit in these files exists; the truth is known because it was made up",
        "source": SOURCE,
        **province.parameters["run"],
        "units": len(province.units),
        "files": files,
        "margins": {one.name: {"simulated": one.simulated, "reported": one.reported} for one in margins(province)},
        "truth_parameters": province.parameters,
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(_plain(manifest), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and value != value else value


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.province_simulator", description=__doc__)
    parser.add_argument("--units", type=int, metavar="N", help=f"registered units ({UNITS:,})")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--approach-bias", choices=[each.value for each in Bias], default=Bias.NONE.value)
    parser.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="factor on what recorded fields do to the approach"
    )
    parser.add_argument(
        "--set", type=_change, action="append", metavar="NAME=VALUE",
        help="another value of a parameter of truth.toml, as restart.unobserved=-0.8; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--as-of", default=AS_OF.date().isoformat(), metavar="DATE", help="last day of the simulated time"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write parquet files and a manifest here (--jobs: a JSON)"
    )
    parser.add_argument("--register", type=Path, metavar="FILE.xlsx", help="write the register as a workbook")
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="recover in so many provinces, from --seed on"
    )
    parser.add_argument(
        "--others", type=int, default=OTHERS, metavar="N",
        help=f"further units whose truth says what fields can tell at all ({OTHERS:,})",
    )  # fmt: skip
    parser.add_argument("--figures", type=Path, metavar="FILE.json", help="recover, and write the figures here")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="put register and events into a new workspace")
    parser.add_argument("--recover", action="store_true", help="learn feasibility from the log, compare with the truth")
    parser.add_argument("--jobs", action="store_true", help="over many provinces: do the intervals of jobs hold?")
    parser.add_argument("--provinces", type=int, default=PROVINCES, metavar="N", help="with --jobs: how many")
    return parser.parse_args(arguments)


def _change(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    return name, float(value)
