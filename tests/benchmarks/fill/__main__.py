"""``python -m tests.benchmarks.fill --set small --out DIR``: figures on stdout, pictures in DIR."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from .cases import Sample, load_manifest, verified, write_manifest
from .measures import Picture, measure
from .methods import methods, prepare
from .recipes import all_cases
from .report import Outcome, contact_sheet, details, summary


def main() -> None:
    options = _options()
    if options.write_manifest:
        write_manifest(all_cases())
        return
    names = options.methods.split(",")
    prepare(names)
    outcomes: list[Outcome] = []
    rows: list[tuple[Sample, dict[str, Picture]]] = []
    for case, digest in load_manifest():
        wanted = case.split == options.split and options.set in (case.size, "all")
        if not wanted or (options.only and case.name not in options.only.split(",")):
            continue
        sample = verified(case, digest)
        filled: dict[str, Picture] = {}
        for name in names:
            picture, duration = methods(case.intent)[name](sample.image, sample.hole)
            quality = measure(sample.image, sample.hole, picture) if case.has_truth else None
            outcomes.append(Outcome(case, name, duration, quality))
            filled[name] = picture
            print(details(outcomes[-1:]).splitlines()[-1], flush=True)
        rows.append((sample, filled))
        if options.out:
            _save(options.out, case.name, filled)
    print("\n" + summary(outcomes))
    if options.out:
        contact_sheet(rows).save(options.out / f"sheet_{options.split}_{options.set}.png")


def _save(folder: Path, name: str, filled: dict[str, Picture]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for method, picture in filled.items():
        Image.fromarray(picture).save(folder / f"{name}__{method}.png")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fill")
    parser.add_argument("--set", default="small", choices=("small", "large", "all"))
    parser.add_argument("--split", default="scoring", choices=("tuning", "scoring", "held_out"))
    parser.add_argument("--methods", default=",".join(methods()))
    parser.add_argument("--only", default="", help="case names, separated by commas")
    parser.add_argument("--out", type=Path, help="folder for pictures and the contact sheet")
    parser.add_argument("--write-manifest", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
