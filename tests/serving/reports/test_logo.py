"""A logo is a picture that stands on the cover, and nothing else."""

import io

import pytest
from PIL import Image

from engine.errors import EhyaError, ErrorCode
from serving.i18n import speech
from serving.reports.logo import LARGEST, read_logo


def picture(path, kind, size=(2000, 400), **more):
    Image.new("RGB", size, (10, 90, 160)).save(path, kind, **more)
    return path


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_becomes_small_and_loses_what_its_file_held_besides(tmp_path, kind):
    told = {"comment": b"secret"} if kind == "JPEG" else {}
    path = picture(tmp_path / "logo.any", kind, **told)
    small = read_logo(path)
    with Image.open(io.BytesIO(small)) as found:
        assert (found.format, found.size) == ("PNG", (900, 180))
    assert b"secret" not in small
    assert read_logo(path) == small


def test_what_is_no_picture_is_refused_with_what_is_allowed(tmp_path):
    whole = picture(tmp_path / "whole.png", "PNG").read_bytes()
    files = {
        "text.png": b"a logo",
        "empty.png": b"",
        "cut.png": whole[: len(whole) // 2],
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "large.png": whole + bytes(LARGEST),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EhyaError) as refusal:
            read_logo(tmp_path / name)
        assert refusal.value.code is ErrorCode.LOGO_REFUSED, name
        assert refusal.value.facts["allowed"] == ["PNG", "JPEG"]
        assert name in speech("fa").text(refusal.value.code, **refusal.value.facts)
    with pytest.raises(EhyaError) as refusal:
        read_logo(tmp_path / "none.png")
    assert refusal.value.code is ErrorCode.FILE_NOT_FOUND


def test_more_pixels_than_anybody_prints_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(EhyaError) as refusal:
        read_logo(picture(tmp_path / "wide.png", "PNG"))
    assert refusal.value.code is ErrorCode.LOGO_REFUSED
