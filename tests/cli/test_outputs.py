from __future__ import annotations

from pathlib import Path

import pytest

from velatura_cli.exit_codes import UsageError
from velatura_cli.options import EngineOptions, OperationCommand
from velatura_cli.outputs import assign_outputs, check_parts, numbered, part_path
from velatura_protocol.tasks import Operation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.tif", "m.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "out").mkdir()
    return tmp_path


def command(
    folder: Path,
    *images: str,
    output: str,
    mask: str = "m.png",
    variations: int = 1,
    operation: Operation = Operation.FILL,
    table: Path | None = None,
):
    path = folder / output
    options = EngineOptions("", 0, variations, (), (), json=False)
    return OperationCommand(
        operation=operation,
        images=tuple(folder / image for image in images),
        output=path,
        output_is_folder=path.is_dir() or output.endswith("/"),
        options=options,
        mask=folder / mask,
        colour_table=table,
    )


def test_one_picture_to_one_file(folder: Path) -> None:
    (assignment,) = assign_outputs(command(folder, "a.png", output="o.webp"))
    assert assignment.output == folder / "o.webp"
    assert assignment.mask == folder / "m.png"
    assert assignment.variation(0, 1) == folder / "o.webp"


def test_variations_are_numbered_before_the_suffix(folder: Path) -> None:
    (assignment,) = assign_outputs(command(folder, "a.png", output="o.x.png", variations=2))
    names = [assignment.variation(index, 2).name for index in range(2)]
    assert names == ["o.x-1.png", "o.x-2.png"]


def test_several_pictures_keep_their_names_in_a_folder(folder: Path) -> None:
    assignments = assign_outputs(command(folder, "a.png", "b.tif", output="out"))
    assert [each.output for each in assignments] == [folder / "out/a.png", folder / "out/b.tif"]


def test_a_folder_of_masks_is_matched_by_name(folder: Path) -> None:
    masks = folder / "masks"
    masks.mkdir()
    for name in ("a.png", "b.png", "b.txt"):
        (masks / name).write_bytes(b"x")
    assignments = assign_outputs(command(folder, "a.png", "b.tif", output="out", mask="masks"))
    assert [each.mask for each in assignments] == [masks / "a.png", masks / "b.png"]


def test_the_picture_itself_may_be_named_as_output(folder: Path) -> None:
    (assignment,) = assign_outputs(command(folder, "a.png", output="a.png"))
    assert assignment.output == assignment.image


@pytest.mark.parametrize(
    ("images", "output", "mask", "variations", "words"),
    [
        (("c.png",), "o.png", "m.png", 1, "no such file"),
        (("out",), "o.png", "m.png", 1, "is a folder"),
        (("a.png",), "o.png", "n.png", 1, "no such file"),
        (("a.png",), "o.png", "out", 1, "no mask named a"),
        (("a.png",), "o.gif", "m.png", 1, "unknown suffix .gif"),
        (("a.png",), "o", "m.png", 1, "no suffix"),
        (("a.png",), "missing/o.png", "m.png", 1, "no such folder"),
        (("a.png",), "missing/", "m.png", 1, "no such folder"),
        (("a.png", "b.tif"), "o.png", "m.png", 1, "need a folder"),
        (("a.png", "a.png"), "out", "m.png", 1, "two results"),
        (("a.png",), "", "m.png", 1, "would be overwritten"),
    ],
)
def test_refusals(
    folder: Path, images: tuple[str, ...], output: str, mask: str, variations: int, words: str
) -> None:
    asked = command(folder, *images, output=output, mask=mask, variations=variations)
    with pytest.raises(UsageError, match=words) as refused:
        assign_outputs(asked)
    assert "\n" not in str(refused.value)


def test_what_is_cut_out_is_no_jpeg(folder: Path) -> None:
    (folder / "c.jpg").write_bytes(b"x")
    cut_out = Operation.CUT_OUT
    with pytest.raises(UsageError, match="a JPEG cannot be transparent"):
        assign_outputs(command(folder, "c.jpg", output="o.jpg", operation=cut_out))
    assignments = assign_outputs(command(folder, "c.jpg", "b.tif", output="out", operation=cut_out))
    assert [each.output.name for each in assignments] == ["c.png", "b.tif"]
    (folder / "c.png").write_bytes(b"x")
    with pytest.raises(UsageError, match="two results"):
        assign_outputs(command(folder, "c.jpg", "c.png", output="out/", operation=cut_out))


def test_what_is_made_beside_a_result_is_named_after_it() -> None:
    transparent = {"is_transparent": True}
    assert part_path(Path("o.tif"), "background", is_transparent=False) == Path("o-background.tif")
    assert part_path(Path("o.jpg"), "source-map", **transparent) == Path("o-source-map.png")
    assert part_path(Path("o.jpg"), "background", is_transparent=False).suffix == ".jpg"
    assert numbered(Path("t.cube"), 1, 2) == Path("t-2.cube")
    assert numbered(Path("t.cube"), 0, 1) == Path("t.cube")


def test_a_table_of_one_picture(folder: Path) -> None:
    one = command(folder, "a.png", output="o.png", table=folder / "t.cube")
    assert len(assign_outputs(one)) == 1
    refused = {
        "one picture": command(folder, "a.png", "b.tif", output="out", table=folder / "t.cube"),
        "this name": command(folder, "a.png", output="o.png", table=folder / "o.png"),
        "no such folder": command(folder, "a.png", output="o.png", table=folder / "x" / "t.cube"),
    }
    for words, wanted in refused.items():
        with pytest.raises(UsageError, match=words):
            assign_outputs(wanted)


@pytest.mark.parametrize(
    ("images", "kept", "output", "variations"),
    [
        (["o-layer-2.png"], "o-layer-2.png", "o.png", 1),
        (["o-layer-1.png"], "o-layer-1.png", "o.jpg", 1),
        (["a.png"], "o-background.png", "o.png", 1),
        (["a.png"], "o-2-layer-1.png", "o.png", 2),
        (["a.png", "a-layer-1.png"], "m.png", "out", 1),
    ],
)
def test_what_is_made_beside_a_result_overwrites_nothing_that_is_needed(
    folder: Path, images: list[str], kept: str, output: str, variations: int
) -> None:
    for name in (*images, kept):
        (folder / name).write_bytes(b"x")
    assignments = assign_outputs(command(folder, *images, output=output))
    names = ["layer-1", "layer-2", "background"]
    with pytest.raises(UsageError, match=r"would be overwritten .* choose another name"):
        check_parts(assignments, variations, names, [folder / kept])


def test_other_names_beside_a_result_are_free(folder: Path) -> None:
    assignments = assign_outputs(command(folder, "a.png", output="o.png"))
    (folder / "o-layer-1.png").write_bytes(b"of the run before")
    check_parts(assignments, 1, ["layer-1"], [folder / "a.png", folder / "m.png"])
    check_parts(assignments, 1, [], [folder / "o-layer-1.png"])
