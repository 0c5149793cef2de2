from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import (
    DOCUMENT,
    FAILURE,
    JOB,
    PIXELS,
    WELCOME,
    accepted,
    after,
    failed,
    finished,
    online,
    preview,
    progress,
    started,
    thumbnail,
    variation,
    working,
)
from velatura_plugin.client.events import (
    HistoryArrived,
    JobRefused,
    Link,
    LinkChanged,
    RequestDone,
    UploadProgressed,
)
from velatura_plugin.state.reducer import reduce
from velatura_plugin.state.staging import Staging
from velatura_plugin.state.state import (
    CancelAsked,
    Compared,
    DocumentSeen,
    JobRemoved,
    JobStatus,
    JobView,
    LinkView,
    Notice,
    NoticeDismissed,
    NoticeRaised,
    PanelState,
    StagingChanged,
)
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    CancelledJob,
    Capabilities,
    DeviceInfo,
    ErrorInfo,
    Queued,
    VariationFailed,
)


def job_after(*events) -> JobView:
    (job,) = working(*events).jobs
    return job


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((), JobStatus.SENDING),
        ((UploadProgressed("job", 1, 2),), JobStatus.SENDING),
        ((accepted(),), JobStatus.QUEUED),
        ((accepted(), started()), JobStatus.LOADING),
        ((accepted(), started(), progress(phase=Phase.LOADING)), JobStatus.LOADING),
        ((accepted(), started(), progress()), JobStatus.RUNNING),
        ((accepted(), started(), variation(), finished()), JobStatus.FINISHED),
        ((accepted(), failed()), JobStatus.FAILED),
        ((accepted(), CancelledJob("job", 5, Phase.QUEUED)), JobStatus.CANCELLED),
        ((JobRefused("job", FAILURE),), JobStatus.FAILED),
        ((JobRefused("job", ErrorInfo(ErrorCode.CANCELLED)),), JobStatus.CANCELLED),
    ],
)
def test_how_far_a_job_is(events: tuple, status: JobStatus) -> None:
    job = job_after(*events)
    assert job.status is status
    assert job.is_active is not status.is_end


def test_the_way_to_the_front_of_the_queue() -> None:
    assert job_after(accepted(ahead=2)).ahead == 2
    assert job_after(accepted(ahead=2), Queued("job", 2, 1)).ahead == 1
    assert job_after(accepted(ahead=2), started()).ahead == 0


def test_sent_bytes() -> None:
    assert job_after(UploadProgressed("job", 1, 4)).sent == 0.25
    assert job_after(UploadProgressed("job", 0, 0)).sent == 1.0


def test_replayed_events_change_nothing() -> None:
    state = working(accepted(), started(), progress(3, fraction=0.5))
    for replayed in (accepted(), started(), progress(3, fraction=0.1), progress(2)):
        assert reduce(state, replayed) is state


def test_nothing_follows_the_end() -> None:
    state = working(accepted(), failed(5))
    for late in (
        progress(6),
        variation(7),
        preview(),
        thumbnail(2),
        finished(8),
        CancelAsked("job"),
    ):
        assert reduce(state, late) is state
    assert reduce(state, JobRefused("job", FAILURE)) is state


def test_events_of_unknown_jobs_change_nothing() -> None:
    state = online()
    for stray in (accepted(), variation(), finished(), preview(), JobRefused("job", FAILURE)):
        assert reduce(state, stray) is state


def test_answers_to_requests_are_not_the_state_s() -> None:
    state = online()
    assert reduce(state, HistoryArrived(1, ())) is state
    assert reduce(state, RequestDone(1)) is state


def test_the_first_result_is_shown_and_stays() -> None:
    job = job_after(accepted(), thumbnail(1), variation(4, 1), thumbnail(0), variation(5, 0))
    assert job.staging.current == 1
    assert [each.index for each in job.staging.ready] == [0, 1]


def test_a_thumbnail_without_pixels_goes_with_the_end() -> None:
    job = job_after(accepted(), variation(4, 0), thumbnail(1), finished())
    assert [each.index for each in job.staging.variations] == [0]


def test_a_preview_goes_with_the_end() -> None:
    assert job_after(accepted(), preview()).preview is not None
    assert job_after(accepted(), preview(), finished()).preview is None


def test_failed_variations_are_kept_apart() -> None:
    job = job_after(accepted(), VariationFailed("job", 4, 1, FAILURE), variation(5, 2), finished())
    assert [(each.index, each.error) for each in job.failures] == [(1, FAILURE)]
    assert job.status is JobStatus.FINISHED


def test_a_failure_is_the_notice_until_the_job_is_gone() -> None:
    state = working(accepted(), failed())
    assert state.notice == Notice(FAILURE, "job")
    assert reduce(state, JobRemoved("job")).notice is None
    assert reduce(state, JobRemoved("job")).jobs == ()


def test_the_same_error_twice_is_one_notice() -> None:
    state = online(NoticeRaised(Notice(FAILURE)), NoticeRaised(Notice(FAILURE)))
    assert state.notice == Notice(FAILURE)
    assert reduce(state, NoticeDismissed()).notice is None


def test_cancel_is_asked_once_the_backend_answers() -> None:
    assert job_after(accepted(), CancelAsked("job")).cancelling
    ended = job_after(accepted(), CancelAsked("job"), CancelledJob("job", 3, Phase.STEPPING))
    assert not ended.cancelling


def test_comparing_ends_with_another_variation() -> None:
    state = working(accepted(), variation(), Compared("job", True))
    assert state.jobs[0].comparing
    assert not reduce(state, StagingChanged("job", Staging())).jobs[0].comparing


def test_what_the_backend_can_do_is_kept_while_the_link_is_lost() -> None:
    state = online(LinkChanged(Link.RECONNECTING, retry_in=3, error=FAILURE))
    assert state.engines
    assert state.version == "0.1.0"
    assert state.link == LinkView(Link.RECONNECTING, 3, 0, FAILURE)


def test_devices_and_document() -> None:
    device = DeviceInfo("cpu", "CPU", ready=True)
    state = after(WELCOME, Capabilities((device,), ("inverter",)), DocumentSeen(DOCUMENT))
    assert (state.devices, state.warm_engines) == ((device,), ("inverter",))
    assert state.document == DOCUMENT
    assert reduce(state, DocumentSeen(None)).document is None


def test_reduce_changes_no_state_in_place() -> None:
    before = working(accepted())
    copy = PanelState(**vars(before))
    reduce(before, variation())
    reduce(before, failed())
    assert before == copy
    assert before.job("job") is not None
    assert JOB.preview is None
    assert PIXELS.size.area == 16


def test_a_document_that_is_as_it_was_is_no_news() -> None:
    state = online()
    assert reduce(state, DocumentSeen(replace(DOCUMENT))) is state
    assert reduce(state, DocumentSeen(replace(DOCUMENT, selected=None))) is not state
