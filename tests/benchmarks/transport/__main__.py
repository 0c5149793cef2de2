"""``python -m tests.benchmarks.transport``: a 12-megapixel picture to the worker and back."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.shared.pictures import illustration, photograph
from tests.benchmarks.shared.server import Server, serving
from tests.benchmarks.shared.tables import table, verdict

from .measure import Picture, Trip, best
from .ours import our_trip, reading_seconds, talking, wait_for_worker
from .peers import peer_server, peer_trip

_FASTER = {
    ("photograph", "chunks"): 10.0,
    ("illustration", "chunks"): 6.0,
    ("photograph", "mapped file"): 20.0,
    ("illustration", "mapped file"): 8.0,
}
_MEMORY = 3.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of our ways; peers get fewer")
    options = parser.parse_args()
    for name, picture in (("photograph", photograph()), ("illustration", illustration())):
        print(f"\n{name}, 4000×3000 RGBA, {picture.nbytes / 1e6:.0f} MB\n")
        print(_compare(name, picture, options.rounds), flush=True)


def _compare(name: str, picture: Picture, rounds: int) -> str:
    trips = {"chunks": _ours(picture, rounds, by_file=False)}
    trips["mapped file"] = _ours(picture, rounds, by_file=True)
    with peer_server() as (port, pid):
        few = range(max(1, rounds // 2))
        json_trips = [peer_trip(port, pid, picture, as_json=True) for _ in few]
        form_trips = [peer_trip(port, pid, picture, as_json=False) for _ in few]
    base = best(json_trips)
    rows = [["memcpy", *_times(_copy(picture)), "", "", "", ""]]
    for way, trip in trips.items():
        ratio = base.seconds / trip.seconds
        target = _FASTER[name, way]
        speed = f"{target:.0f}× {verdict(ratio, target, at_most=False)}"
        most = max(trip.client_memory, trip.server_memory) / picture.nbytes
        memory = f"{_MEMORY} {verdict(most, _MEMORY)}"
        rows.append([f"Velatura, {way}", *_row(trip, picture), f"{ratio:.1f}×", speed, memory])
    rows.append(["multipart PNG 1", *_row(best(form_trips), picture), "", "", ""])
    rows.append(["base64 PNG 1 in JSON", *_row(base, picture), "1×", "", ""])
    head = ["way", "up ms", "down ms", "peak memory, images, client / server"]
    return table([*head, "faster", "target", "memory target"], rows)


def _row(trip: Trip, picture: Picture) -> list[str]:
    memory = (trip.client_memory / picture.nbytes, trip.server_memory / picture.nbytes)
    return [*_times(trip), f"{memory[0]:.1f} / {memory[1]:.1f}"]


def _times(trip: Trip) -> list[str]:
    return [f"{trip.up * 1000:.0f}", f"{trip.down * 1000:.0f}"]


def _copy(picture: Picture) -> Trip:
    seconds = min(_timed(picture.copy) for _ in range(5))
    return Trip(seconds, seconds, 0, 0)


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _ours(picture: Picture, rounds: int, *, by_file: bool) -> Trip:
    reading = min(reading_seconds(picture) for _ in range(3))
    with (
        tempfile.TemporaryDirectory(prefix="velatura-bench-") as folder,
        serving(Path(folder) / "data") as server,
    ):
        trip = best(_trips(server, picture, rounds, by_file=by_file))
    return Trip(trip.up + reading, trip.down, trip.client_memory, trip.server_memory)


def _trips(server: Server, picture: Picture, rounds: int, *, by_file: bool) -> list[Trip]:
    with talking(server, by_file=by_file) as talker:
        wait_for_worker(talker)
        return [our_trip(server, talker, picture) for _ in range(rounds)]


if __name__ == "__main__":
    main()
