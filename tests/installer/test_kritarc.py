from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer import kritarc

PLAIN = b"[General]\nversion=1\n"
LINES = st.sampled_from(
    [
        b"", b"  ", b"[General]", b"[python]", b"[python][deeper]", b"[Python]", b"# comment",
        b"enable_velatura_driver=true", b"enable_other=false", b"enable_velatura=false",
        b"  enable_velatura = False ", b"key=\xff\xfe", b"key[$e]=$HOME/x", b"=",
        b"enable_velatura",
    ]
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    newline = draw(st.sampled_from([b"\n", b"\r\n"]))
    text = newline.join(draw(st.lists(LINES, max_size=12)))
    return text + draw(st.sampled_from([b"", newline, newline * 2]))


@settings(max_examples=400)
@given(files())
def test_disabling_takes_back_what_enabling_did(content: bytes) -> None:
    enabled, change = kritarc.enable(content)
    assert kritarc.is_enabled(enabled)
    assert kritarc.disable(enabled, change) == content


@settings(max_examples=200)
@given(files())
def test_every_other_line_stays_and_once_is_enough(content: bytes) -> None:
    enabled, _ = kritarc.enable(content)
    before, after = content.split(b"\n"), enabled.split(b"\n")
    ours = (b"enable_velatura=", b"enable_velatura =", b"[python]")
    others = [line.strip() for line in before if line.strip() and not line.strip().startswith(ours)]
    kept = [line.strip() for line in after if line.strip() and not line.strip().startswith(ours)]
    assert kept == others
    assert kritarc.enable(enabled) == (enabled, kritarc.Change())


@settings(max_examples=200)
@given(files())
def test_a_change_that_never_happened_is_taken_back_without_harm(content: bytes) -> None:
    """The record is written first; an interruption leaves the file as it was."""
    _, change = kritarc.enable(content)
    lost = kritarc.disable(content, change)
    assert lost == content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"[python]\nenable_velatura=true\n"),
        (PLAIN, PLAIN + b"\n[python]\nenable_velatura=true\n"),
        (b"[python]\nenable_a=true\n\n[z]\nb=1\n",
         b"[python]\nenable_a=true\nenable_velatura=true\n\n[z]\nb=1\n"),
        (b"[python]\nenable_velatura=false\n", b"[python]\nenable_velatura=true\n"),
        (b"[python]", b"[python]\nenable_velatura=true\n"),
        (b"[a]\r\nb=1\r\n", b"[a]\r\nb=1\r\n\r\n[python]\r\nenable_velatura=true\r\n"),
        (b"[python][sub]\nenable_velatura=true\n",
         b"[python][sub]\nenable_velatura=true\n\n[python]\nenable_velatura=true\n"),
        (b"[other]\nenable_velatura=true\n",
         b"[other]\nenable_velatura=true\n\n[python]\nenable_velatura=true\n"),
    ],
)  # fmt: skip
def test_where_the_line_goes(before: bytes, after: bytes) -> None:
    assert kritarc.enable(before)[0] == after


@pytest.mark.parametrize(
    ("rewritten", "after"),
    [
        # Krita sorts the groups, drops comments and adds keys of its own.
        (b"[a]\nb=1\n\n[python]\nenable_velatura=true\n\n[z]\nc=2\n", b"[a]\nb=1\n\n[z]\nc=2\n"),
        (b"[python]\nenable_velatura=true\n\n[z]\nc=2\n", b"[z]\nc=2\n"),
        (b"[python]\nenable_other=true\nenable_velatura=true\n", b"[python]\nenable_other=true\n"),
        (b"[python]\nenable_velatura=true\nenable_z=false\n", b"[python]\nenable_z=false\n"),
        # The user has disabled it: the line is still ours.
        (b"[python]\nenable_velatura=false\n", b""),
        (b"[a]\nb=1\n", b"[a]\nb=1\n"),
    ],
)
def test_the_line_goes_whatever_krita_has_written_since(rewritten: bytes, after: bytes) -> None:
    change = kritarc.Change(made_group=True)
    assert kritarc.disable(rewritten, change) == after


def test_a_line_that_was_there_before_goes_with_the_plugin() -> None:
    """Who imported the zip by hand and then installed has one plug-in, and afterwards none."""
    content = b"[python]\nenable_a=true\nenable_velatura=true\n"
    enabled, change = kritarc.enable(content)
    assert enabled == content
    assert kritarc.disable(enabled, change) == b"[python]\nenable_a=true\n"


@pytest.mark.parametrize(
    ("content", "enabled"),
    [
        (b"[python]\nenable_velatura=true\n", True),
        (b"[python]\nenable_velatura = TRUE \n", True),
        (b"[python]\nenable_velatura=1", True),
        (b"[python]\nenable_velatura=true\nenable_velatura=false\n", False),
        (b"[python]\nenable_velatura=truely\n", False),
        (b"[python]\n\n[a]\nenable_velatura=true\n", False),
        (b"", False),
    ],
)
def test_whether_it_is_enabled(content: bytes, enabled: bool) -> None:
    assert kritarc.is_enabled(content) is enabled


@pytest.mark.parametrize(
    ("content", "folder"),
    [
        (b"ResourceDirectory=/big/krita\n\n[a]\nb=1\n", "/big/krita"),
        (b"a=1\r\nResourceDirectory=D:\\\\krita files\r\n", "D:\\krita files"),
        (b"ResourceDirectory=/b\xc3\xbcro\n", "/b\xfcro"),
        (b"[a]\nResourceDirectory=/wrong\n", ""),
        (b"ResourceDirectory=\n", ""),
        (b"", ""),
    ],
)
def test_the_folder_that_the_user_chose_for_resources(content: bytes, folder: str) -> None:
    assert kritarc.resource_folder(content) == folder
