"""What a repository of models lists for a commit: the listing of Hugging Face's hub, which mirrors
have, too (``/api/models/REPO/tree/COMMIT``)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from typing import cast

from velatura_protocol.errors import DownloadFailed
from velatura_protocol.faults import DownloadFault

from .download import Wanted
from .manifest import Offer
from .record_file import BadRecord, safe_path
from .web import Web, ask

_LARGEST_LISTING = 8 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHA1 = re.compile(r"[0-9a-f]{40}")


def wanted_files(offer: Offer, web: Web, watch: Callable[[], None]) -> dict[str, Wanted]:
    """What is to be downloaded, by where it goes below the model's folder.

    :raises DownloadFailed: the listing did not come, or does not have what the manifest expects
    """
    if offer.files:
        return {
            each.local: Wanted(_url(offer, web, each.path), each.bytes, each.sha256)
            for each in offer.files
        }
    listing = _listing(offer, web, watch)
    found = {
        _plain(path): wanted
        for path, wanted in listing.items()
        if any(fnmatch(path, pattern) for pattern in offer.take)
    }
    for pattern in offer.take:
        if "*" not in pattern and pattern not in listing:
            raise DownloadFailed(reason=DownloadFault.NOT_AS_ANNOUNCED)
    return found


def _plain(path: str) -> str:
    """``.fp16.`` in a name says which of two precisions it is; only one of them comes."""
    return path.replace(".fp16.", ".")


def _url(offer: Offer, web: Web, path: str) -> str:
    return f"{web.base_url.rstrip('/')}/{offer.repo}/resolve/{offer.revision}/{path}"


def _listing(offer: Offer, web: Web, watch: Callable[[], None]) -> dict[str, Wanted]:
    base = web.base_url.rstrip("/")
    url = f"{base}/api/models/{offer.repo}/tree/{offer.revision}?recursive=true"
    content = b""
    with ask(url, web, {}, watch) as answer:
        if answer.status != 200:
            raise DownloadFailed(reason=DownloadFault.STATUS, status=answer.status)
        while chunk := answer.read(256 * 1024):
            content += chunk
            if len(content) > _LARGEST_LISTING:
                raise DownloadFailed(reason=DownloadFault.NOT_AS_ANNOUNCED)
    try:
        entries: object = json.loads(content)
        if not isinstance(entries, list):
            raise ValueError
        files = [_file(offer, web, each) for each in cast("list[object]", entries)]
    except (ValueError, TypeError, KeyError, BadRecord) as error:
        raise DownloadFailed(reason=DownloadFault.NOT_AS_ANNOUNCED) from error
    return dict(filter(None, files))


def _file(offer: Offer, web: Web, given: object) -> tuple[str, Wanted] | None:
    entry = cast("Mapping[str, object]", given)
    if entry["type"] != "file":
        return None
    path = str(safe_path(str(entry["path"])))
    large = cast("Mapping[str, object]", entry.get("lfs") or {})
    size = large.get("size", entry["size"])
    sha256, git_sha1 = str(large.get("oid", "")), str(entry["oid"])
    if type(size) is not int or size < 0:
        raise ValueError
    if sha256:
        if not _SHA256.fullmatch(sha256):
            raise ValueError
        return path, Wanted(_url(offer, web, path), size, sha256)
    if not _SHA1.fullmatch(git_sha1):
        raise ValueError
    return path, Wanted(_url(offer, web, path), size, git_sha1=git_sha1)
