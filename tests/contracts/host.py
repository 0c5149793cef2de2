"""What every host promises. A subclass brings a desk: the host, and hands to work it with.

Asked of the memory host here, and of the adapters inside real editors by their own suites.
"""

from __future__ import annotations

import threading

from tests.contracts.host_accepting import AcceptingContract
from tests.contracts.host_desk import (
    CANVAS,
    PROVENANCE,
    SIZE,
    SPOT,
    HostDesk,
    outside,
)
from tests.contracts.host_looking import LookingContract
from tests.contracts.host_parts import PartsContract
from tests.contracts.host_results import ResultsContract
from velatura_plugin.host.base import (
    Spot,
)

__all__ = ["CANVAS", "PROVENANCE", "SIZE", "SPOT", "HostContract", "HostDesk", "outside"]


class HostContract(LookingContract, AcceptingContract, PartsContract, ResultsContract):
    # -- show and clear

    def test_what_is_cleared_leaves_no_trace(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.select(document, SPOT, None)
        before = desk.fingerprint(document)
        desk.host.show_preview(document, "job", self.frame(), spot=Spot())
        desk.host.show_preview(document, "job", self.frame(seed=9), spot=Spot())
        desk.host.show_result(document, "job", self.result(), spot=Spot())
        desk.host.show_result(document, "job", self.result(seed=8), spot=Spot())
        desk.host.clear(document, "job")
        assert desk.fingerprint(document) == before
        desk.host.clear(document, "job")
        assert desk.fingerprint(document) == before

    def test_a_result_takes_the_place_of_the_one_before(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.host.show_result(document, "job", self.result(seed=8), spot=Spot())
        desk.host.show_result(document, "job", self.result(seed=9), spot=Spot())
        seen = bytes(desk.flatten(document).data)
        desk.host.clear(document, "job")
        desk.host.show_result(document, "job", self.result(seed=9), spot=Spot())
        assert bytes(desk.flatten(document).data) == seen

    def test_jobs_are_cleared_one_by_one(self, desk: HostDesk) -> None:
        document = self.opened(desk)
        desk.host.show_result(document, "one", self.result(seed=8), spot=Spot())
        alone = desk.fingerprint(document)
        desk.host.show_result(document, "two", self.result(seed=9), spot=Spot())
        desk.host.clear(document, "two")
        assert desk.fingerprint(document) == alone

    # -- threads

    def test_actions_posted_from_threads_run_in_order_on_one_thread(self, desk: HostDesk) -> None:
        ran: list[int] = []
        threads: set[int] = set()

        def post() -> None:
            for number in range(20):
                desk.host.post(lambda number=number: note(number))

        def note(number: int) -> None:
            ran.append(number)
            threads.add(threading.get_ident())

        poster = threading.Thread(target=post)
        poster.start()
        desk.run_until(lambda: len(ran) == 20)
        poster.join()
        assert ran == list(range(20))
        assert threads == {threading.get_ident()}
