from __future__ import annotations

from tests.plugin.wire import order
from velatura_plugin.client.jobbook import ClientJob
from velatura_plugin.client.uploading import Uploads, submit_message, wire_name
from velatura_protocol.fields import is_identifier
from velatura_protocol.messages import BlobRef


def test_inputs_are_named_after_their_job() -> None:
    submit = submit_message(ClientJob(order("a" * 32)))
    names = [each.blob for each in submit.task.inputs]
    assert names == ["a" * 32 + "-input0", "a" * 32 + "-input1"]
    assert all(map(is_identifier, names))


def test_what_is_through() -> None:
    uploads, job = Uploads(), ClientJob(order())
    image = job.order.blobs["input0"]
    assert not uploads.is_likely_known(image)
    name = uploads.begin(job, "input0", image)
    assert name == wire_name("job", "input0")
    assert uploads.is_likely_known(image)
    assert uploads.names_of("job") == [name]
    assert uploads.names_of("other") == []
    through = uploads.finish(name, "ab" * 32)
    assert through is not None
    assert through.ref == BlobRef("ab" * 32, image.size, image.format)
    assert job.digests == {"input0": "ab" * 32}
    assert uploads.progress(job) == (120, 150)
    assert uploads.finish(name, "") is None
    assert uploads.names_of("job") == []
    assert uploads.job_of(name) is job, "the backend may still refuse it"


def test_a_blob_without_a_digest_is_not_known_later() -> None:
    uploads, job = Uploads(), ClientJob(order())
    through = uploads.finish(uploads.begin(job, "input1", job.order.blobs["input1"]), "")
    assert through is not None
    assert through.ref is None


def test_shapes_are_remembered_over_connections() -> None:
    uploads, job = Uploads(), ClientJob(order())
    name = uploads.begin(job, "input0", job.order.blobs["input0"])
    uploads.connection_lost()
    assert uploads.job_of(name) is None
    assert uploads.progress(job) == (0, 150)
    assert uploads.is_likely_known(job.order.blobs["input0"])
