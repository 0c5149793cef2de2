"""The verbs of ``python3 installer``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from installer import (
    bundle,
    demonstration,
    environment,
    fuzzing,
    gimp_plugin,
    krita_plugin,
    krita_profiles,
    locations,
    purge,
    record,
    stages,
)
from installer.krita_plugin import Place
from installer.locations import Checkout
from installer.plan import Marker, Profile, steps, wanted
from installer.report import Report
from installer.trouble import Trouble

HOSTS = ("gimp", "krita")
BUNDLED = ("krita",)
_PLUGINS = {"krita": krita_plugin, "gimp": gimp_plugin}
BASE = frozenset({Profile.base})


def main(arguments: list[str], checkout: Checkout | None = None) -> int:
    """Exit status: 0 done, 1 a check failed, 2 usage, 3 trouble with a remedy, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        return options.verb(options, checkout or locations.this_checkout(), Report())
    except Trouble as trouble:
        print(f"velatura installer: {trouble}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("\ninterrupted: the same command goes on where this one stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 installer", description="Install, test and show Velatura in this checkout."
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("demo", help="take an object out of a photograph")
    verb.set_defaults(verb=_demo)
    verb = verbs.add_parser("test", help="lint, types and tests, with the time of each stage")
    verb.set_defaults(verb=_test)
    verb.add_argument(
        "--with",
        dest="extra",
        action="append",
        choices=[Profile.diffusion.value],
        default=[],
        help="also install this profile and test what needs it",
    )
    verb.add_argument(
        "--hosts",
        type=_hosts,
        default=frozenset(),
        metavar="krita,gimp",
        help="also test in these real editors; needs the user root, and 2 GB for them",
    )
    verb = verbs.add_parser("fuzz", help="give codec and session mutated conversations for long")
    verb.set_defaults(verb=_fuzz)
    verb.add_argument("--seconds", type=float, default=60.0, metavar="N", help="default: 60")
    verb.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    verb.add_argument(
        "--guided",
        action="store_true",
        help="steered by the branches that are reached; installs atheris (Linux)",
    )
    verb = verbs.add_parser("install", help="make .venv and tell the editors' plugins about it")
    verb.set_defaults(verb=_install)
    extra = sorted(profile.value for profile in Profile if profile is not Profile.base)
    verb.add_argument("--with", dest="extra", action="append", choices=extra, default=[])
    verb.add_argument(
        "--host",
        dest="hosts",
        action="append",
        choices=HOSTS,
        default=[],
        help="put the plug-in into this editor's profiles and enable it",
    )
    verb = verbs.add_parser("bundle", help="build the plug-in as a zip that the editor imports")
    verb.set_defaults(verb=_bundle)
    verb.add_argument("--host", required=True, choices=BUNDLED)
    verb.add_argument("-o", dest="output", type=Path, metavar="FILE", help="by default in dist/")
    verb = verbs.add_parser("repair", help="make .venv anew")
    verb.set_defaults(verb=_repair)
    verb = verbs.add_parser("status", help="what is installed, and whether it works")
    verb.set_defaults(verb=_status)
    verb = verbs.add_parser("uninstall", help="remove .venv; models and results stay")
    verb.add_argument("--purge", action="store_true", help="remove models and results as well")
    verb.set_defaults(verb=_uninstall)
    return parser


def _demo(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    environment.ensure(checkout, BASE, report)
    return demonstration.run(checkout, report)


def _test(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    in_hosts = stages.host_stages(options.hosts)
    profiles = BASE | {Profile.test} | {Profile(name) for name in options.extra}
    environment.ensure(checkout, profiles, report)
    status = stages.run(checkout, report, stages.for_profiles(profiles) + in_hosts)
    if Profile.diffusion not in profiles:
        print("diffusion: not tested; --with diffusion tests its engines")
    if not in_hosts:
        print("hosts: not tested; --hosts krita,gimp tests in the real editors")
    return status


def _fuzz(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    environment.ensure(checkout, BASE | {Profile.test}, report)
    return fuzzing.run(
        checkout, report, seconds=options.seconds, seed=options.seed, guided=options.guided
    )


def _hosts(text: str) -> frozenset[stages.Host]:
    try:
        return frozenset(stages.Host(each) for each in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("krita, gimp, or krita,gimp") from None


def _install(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    profiles = BASE | {Profile(name) for name in options.extra}
    _install_profiles(checkout, profiles, report)
    place = _place(checkout, report)
    for name, plugin in _PLUGINS.items():
        if name in options.hosts:
            plugin.install(place)
        elif not options.hosts:
            plugin.refresh(place)
    return 0


def _bundle(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    environment.ensure(checkout, BASE, report)
    report.line(f"built {_shown(bundle.write(checkout, options.output))}")
    return 0


def _repair(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    found = Marker.read(checkout.marker)
    names = found.profiles if found else {}
    profiles = BASE | {profile for profile in Profile if profile.value in names}
    if checkout.environment.exists():
        report.line("removing the old environment")
        environment.remove(checkout)
    _install_profiles(checkout, profiles, report)
    for plugin in _PLUGINS.values():
        plugin.repair(_place(checkout, report))
    return 0


def _install_profiles(checkout: Checkout, profiles: frozenset[Profile], report: Report) -> None:
    if not environment.ensure(checkout, profiles, report):
        report.line("everything is up to date")
    path = record.write(checkout, locations.data_folder())
    report.line(f"the editors' plugins will find this backend by {path}")
    report.line(f"try: {_shown(checkout.program('velatura'))} --help")


def _status(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    data = locations.data_folder()
    found = Marker.read(checkout.marker)
    works = environment.runs(checkout)
    reason = environment.ill(checkout) if works else "no environment that runs"
    stale = _stale(checkout, found) if works else []
    print(f"checkout     {checkout.root}, version {record.version(checkout)}")
    print(f"environment  {checkout.environment}: {reason or 'works'}")
    print(f"profiles     {', '.join(found.profiles) if found else 'unknown'}")
    print(f"up to date   {'no: ' + ', '.join(stale) if stale else 'yes' if works else 'no'}")
    print(f"data         {data}{'' if data.exists() else ' (not made yet)'}")
    print(f"plugins use  {record.recorded(data) or 'nothing yet: run `python3 installer install`'}")
    for name, plugin in _PLUGINS.items():
        for line in plugin.status(_place(checkout, report)):
            print(f"{name:12} {line}")
    return 3 if reason else 0


def _stale(checkout: Checkout, found: Marker | None) -> list[str]:
    installed = found.profiles if found else {}
    profiles = BASE | {profile for profile in Profile if profile.value in installed}
    want = wanted(checkout, profiles)
    return [step.value for step in steps(found, want, environment_runs=True)]


def _uninstall(options: argparse.Namespace, checkout: Checkout, report: Report) -> int:
    data = locations.data_folder()
    purge.refuse_if_in_use(data)
    for plugin in _PLUGINS.values():
        plugin.uninstall(_place(checkout, report))
    if checkout.environment.exists():
        report.line(f"removing {checkout.environment}")
        environment.remove(checkout)
    checkout.lock.unlink(missing_ok=True)
    record.remove(checkout, data)
    purge.kernels(checkout, locations.cache_folder())
    if options.purge:
        _purge(data, report)
    elif data.is_dir() and not any(data.iterdir()):
        data.rmdir()
    elif data.exists():
        report.line(f"models and results stay in {data}; --purge removes them")
    return 0


def _purge(data: Path, report: Report) -> None:
    removed = purge.data(data)
    report.line(f"removed {len(removed)} items of {data}" if removed else f"nothing in {data}")
    if data.exists():
        report.line(f"{data} has files that are not Velatura's: they stay")


def _place(checkout: Checkout, report: Report) -> Place:
    return Place(checkout, krita_profiles.this_machine(), locations.data_folder(), report)


def _shown(path: Path) -> str:
    """``path`` as one would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
