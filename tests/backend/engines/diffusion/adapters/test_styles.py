from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.adapters.styles import (
    Style,
    StyleLora,
    read_style,
    read_styles,
    style_content,
    style_from,
    write_style,
)
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_protocol.errors import UnreadableFile, UnwritableFile

INK = Style(
    id="my-ink",
    name="My ink",
    description="Brush and ink.",
    families=(Family.SD15, Family.SDXL),
    model="ink-model",
    prompt="{prompt}, ink {wash|line}",
    avoid="colour",
    sampler="euler_a",
    steps=30,
    guidance=7.5,
    loras=(StyleLora("ink wash", 0.8),),
)


def model(family=Family.SD15, name="Ink model"):
    return InstalledModel(
        "ink-model", name, ModelKind.CHECKPOINT, family, Path("m"), ModelForm.FILE
    )


def test_a_style_is_written_and_read_the_same(tmp_path):
    path = write_style(tmp_path / "styles", INK)
    assert path.name == "my-ink.json"
    assert read_style(path) == INK
    assert INK in read_styles(tmp_path / "styles").styles


@given(
    st.builds(
        Style,
        id=st.just("x"),
        name=st.text(min_size=1, max_size=30).filter(str.strip),
        description=st.text(max_size=30),
        families=st.lists(st.sampled_from(Family), max_size=3).map(tuple),
        prompt=st.text(max_size=20).map("{{prompt}}{}".format),
        avoid=st.text(max_size=20),
        steps=st.integers(0, 1000),
        guidance=st.just(-1.0) | st.floats(0.0, 100.0),
        loras=st.lists(
            st.builds(StyleLora, st.text(min_size=1, max_size=9), st.floats(-10.0, 10.0)),
            max_size=3,
        ).map(tuple),
    )
)
def test_any_style_is_written_and_read_the_same(style):
    assert style_from(style_content(style), "x") == style


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"velatura_style": 2}, "newer"),
        ({"velatura_style": None}, "velatura_style must be a number"),
        ({"name": " "}, "name is missing"),
        ({"name": 5}, "name must be a text"),
        ({"prompt": "ink"}, "{prompt}"),
        ({"steps": 2.5}, "steps must be a whole number"),
        ({"steps": True}, "steps must be a number"),
        ({"steps": -1}, "steps must be between 0"),
        ({"guidance": float("nan")}, "guidance must be between"),
        ({"families": ["sd99"]}, "families must be of sd15"),
        ({"families": "sd15"}, "families must be a list"),
        ({"families": [1]}, "families must be a list of texts"),
        ({"loras": [{"weight": 1}]}, "a LoRA's model is missing"),
        ({"loras": ["ink"]}, "loras[0] is not an object"),
        ({"loras": [{"model": "a", "weigth": 1}]}, "loras[0].weigth is not a field"),
        ({"promt": "a"}, "promt is not a field"),
    ],
)
def test_what_is_wrong_is_told_by_the_fields_name(change, reason):
    content = {**json.loads(style_content(INK)), **change}
    with pytest.raises(UnreadableFile) as caught:
        style_from(json.dumps(content).encode(), "x")
    assert reason in str(caught.value.params["reason"])


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b'{"name": "a"}']
)
def test_what_is_no_style_is_refused(content):
    with pytest.raises(UnreadableFile):
        style_from(content, "x")


def test_a_bad_file_becomes_a_problem_and_keeps_no_other_from_being_read(tmp_path):
    write_style(tmp_path, INK)
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "Bad Name.json").write_bytes(style_content(INK))
    (tmp_path / "long.json").write_bytes(b" " * 300_000)
    styles = read_styles(tmp_path)
    assert styles.find("my-ink") == INK
    assert {problem.file for problem in styles.problems} == {
        "bad.json", "Bad Name.json", "long.json",
    }  # fmt: skip


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableFile):
        write_style(tmp_path / "file", INK)
    with pytest.raises(UnreadableFile):
        write_style(tmp_path, Style("../up", "Up"))


def test_the_shipped_ones_are_read_without_a_folder_and_can_be_replaced(tmp_path):
    shipped = read_styles(None)
    assert len(shipped.styles) >= 6
    assert not shipped.problems
    assert read_styles(tmp_path / "none").styles == shipped.styles
    own = Style(shipped.styles[0].id, "Mine")
    write_style(tmp_path, own)
    assert read_styles(tmp_path).find(own.id) == own
    assert len(read_styles(tmp_path).styles) == len(shipped.styles)


def test_a_style_suits_its_families_and_its_model():
    assert INK.suits(model())
    assert not INK.suits(model(Family.FLUX1))
    assert Style("x", "X", model="Ink model").suits(model())
    assert not Style("x", "X", model="another").suits(model())
    assert Style("x", "X").suits(model(Family.FLUX1))


def test_wording():
    assert INK.worded(" a cat ") == "a cat, ink {wash|line}"
    assert INK.worded("") == "ink {wash|line}"
    assert INK.avoided("") == "colour"
    assert INK.avoided("people") == "people, colour"
    assert Style("x", "X").worded("a, b,") == "a, b,"


def test_listing_styles_imports_nothing_heavy():
    code = (
        "import sys; from velatura_backend.engines.diffusion.adapters import styles;"
        "assert not {'numpy', 'torch', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
