"""What is done to bytes after they were fetched: pure, repeatable, and readable by other people's programs."""

import io
from fractions import Fraction

import av
import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, IptcImagePlugin

from portal.renditions import finishing, metadata
from portal.renditions.finishing import TooHeavy
from portal.renditions.metadata import Rights
from portal.renditions.models import RecipeRevision
from portal.renditions.source import Fetched, SourceRefused

RIGHTS = Rights(
    version="ver_a2s3d4f5g6h7j2k3",
    check_url="https://portal.example/v/ver_a2s3d4f5g6h7j2k3/",
    copyright="© Norrvik & Söhne <AB>",
    usage="Online",
)
SAVERS = {
    "jpeg": lambda image: image.jpegsave_buffer(keep="none"),
    "png": lambda image: image.pngsave_buffer(keep="none"),
    "webp": lambda image: image.webpsave_buffer(keep="none"),
}


def noise(width=240, height=160, *, alpha=False) -> pyvips.Image:
    """A picture that compresses badly, the same in every run."""
    bands = [
        pyvips.Image.gaussnoise(width, height, mean=128, sigma=50, seed=n).gaussblur(1) for n in (1, 2, 3)
    ]
    image = bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")
    return (
        image.bandjoin(pyvips.Image.xyz(width, height)[0].linear(255 / width, 0).cast("uchar"))
        if alpha
        else image
    )


def revision(form="jpeg", **fields) -> RecipeRevision:
    return RecipeRevision(format=form, carries_rights=True, **fields)


def finished(content: bytes, cut: RecipeRevision) -> bytes:
    return finishing.picture(content, revision=cut, rights=RIGHTS)[0]


def pixels(content: bytes) -> bytes:
    return pyvips.Image.new_from_buffer(content, "").write_to_memory()


def xmp_in(content: bytes) -> bytes:
    """What Pillow, which is not what wrote it, finds."""
    found = Image.open(io.BytesIO(content)).info
    text = found.get("xmp") or found.get("XML:com.adobe.xmp") or b""
    return text if isinstance(text, bytes) else text.encode()


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("alpha", [False, True])
def test_rights_are_written_and_no_pixel_changes(form, alpha):
    content = SAVERS[form](noise(alpha=alpha))

    made = finished(content, revision(form))

    assert pixels(made) == pixels(content)
    assert xmp_in(made) == metadata.xmp(RIGHTS)
    assert "© Norrvik &amp; Söhne &lt;AB&gt;".encode() in xmp_in(made)
    assert b"https://portal.example/v/ver_a2s3d4f5g6h7j2k3/" in xmp_in(made)


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_rights_replace_the_rights_that_were_there(form):
    content = SAVERS[form](noise())
    older = Rights("ver_older", "https://portal.example/v/ver_older/", "© Somebody")
    once = finishing.stamp(content, form, rights=older, dpi=None)

    assert finished(once, revision(form)) == finished(content, revision(form))


def test_lossless_webp_with_transparency_keeps_it():
    content = noise(alpha=True).webpsave_buffer(lossless=True, keep="none")

    made = finished(content, revision("webp"))

    assert Image.open(io.BytesIO(made)).mode == "RGBA"
    assert pixels(made) == pixels(content)


def test_jpeg_names_its_copyright_to_older_programs_too():
    made = finished(SAVERS["jpeg"](noise()), revision("jpeg"))

    found = IptcImagePlugin.getiptcinfo(Image.open(io.BytesIO(made)))
    assert found[(2, 116)].decode() == RIGHTS.copyright
    assert found[(2, 103)].decode() == RIGHTS.version


@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_pixels_per_inch_are_told_to_printers_and_no_pixel_changes(form):
    content = SAVERS[form](noise())

    made = finished(content, revision(form, dpi=300))

    assert tuple(round(x) for x in Image.open(io.BytesIO(made)).info["dpi"]) == (300, 300)
    assert pixels(made) == pixels(content)


def test_avif_carries_rights_too():
    cut = revision("avif", quality=60)

    made = finished(noise(64, 48).pngsave_buffer(), cut)

    assert finishing.to_fetch(cut).format == "png"
    assert xmp_in(made) == metadata.xmp(RIGHTS)


def test_revision_from_before_gets_the_very_bytes():
    old = RecipeRevision(format="webp", quality=82)
    content = SAVERS["webp"](noise())

    assert finishing.to_fetch(old) is old
    assert finishing.picture(content, revision=old, rights=None)[0] is content


@pytest.mark.parametrize("form", ["jpeg", "webp"])
@settings(max_examples=12, deadline=None)
@given(most=st.integers(4_500, 40_000))
def test_file_is_never_heavier_than_asked_and_never_needlessly_light(form, most):
    content = noise().pngsave_buffer()
    try:
        made = finished(content, revision(form, max_bytes=most))
    except TooHeavy as error:
        assert error.least > most
        return

    assert len(made) <= most
    assert made == finished(content, revision(form, max_bytes=most))
    best = finished(content, revision(form, quality=finishing.BEST_QUALITY, colour_space="srgb"))
    # Either there is nothing better, or the weight is used: one step of quality costs less than a third here.
    assert made == best or len(made) > most * 0.6


def test_impossible_weight_is_refused_with_the_weight_it_would_have():
    with pytest.raises(TooHeavy, match=r"still weighs .* bytes; 2500 are allowed") as caught:
        finished(noise().pngsave_buffer(), revision("jpeg", max_bytes=2_500))
    assert caught.value.least > 2_500

    with pytest.raises(TooHeavy):
        finished(noise().pngsave_buffer(), revision("png", max_bytes=5_000))


def test_what_is_encoded_here_is_fetched_without_loss():
    cut = revision("jpeg", quality=80, max_bytes=50_000, width=1200)

    asked = finishing.to_fetch(cut)

    assert (asked.format, asked.quality, asked.width) == ("png", None, 1200)
    assert (cut.format, cut.quality) == ("jpeg", 80)


def test_cmyk_comes_out_as_srgb_whatever_the_recipe_says():
    red = (
        pyvips.Image.black(40, 40, bands=3)
        .linear([1, 1, 1], [200, 30, 40])
        .cast("uchar")
        .copy(interpretation="srgb")
    )
    cmyk = red.icc_transform("cmyk", input_profile="srgb").jpegsave_buffer(Q=95)
    assert Image.open(io.BytesIO(cmyk)).mode == "CMYK"

    made = finished(cmyk, revision("jpeg"))

    image = Image.open(io.BytesIO(made))
    assert image.mode == "RGB"
    assert all(
        abs(got - want) < 12 for got, want in zip(image.getpixel((20, 20)), (200, 30, 40), strict=True)
    )


def test_other_profile_is_converted_and_srgb_named():
    image = noise().icc_transform("p3", input_profile="srgb")
    content = image.pngsave_buffer()

    made = pyvips.Image.new_from_buffer(finished(content, revision("png", colour_space="srgb")), "")

    srgb = pyvips.Image.new_from_buffer(noise().pngsave_buffer(profile="srgb"), "").get("icc-profile-data")
    assert made.get("icc-profile-data") == srgb
    assert (made.cast("short") - noise().cast("short")).abs().max() <= 3


def test_shades_of_grey():
    made = pyvips.Image.new_from_buffer(
        finished(noise().pngsave_buffer(), revision("jpeg", colour_space="grey")), ""
    )

    assert (made.bands, made.interpretation) == (1, "b-w")


def test_transparency_becomes_the_background_in_jpeg():
    clear = pyvips.Image.black(20, 20, bands=4).copy(interpretation="srgb").pngsave_buffer()

    made = Image.open(io.BytesIO(finished(clear, revision("jpeg", colour_space="srgb", background="ff8800"))))

    assert all(abs(a - b) <= 3 for a, b in zip(made.getpixel((10, 10)), (255, 136, 0), strict=True))


@pytest.mark.parametrize(
    "cut", [revision("jpeg"), revision("jpeg", max_bytes=9_000)], ids=["stamp", "encode"]
)
@pytest.mark.parametrize(
    "content", [b"", b"<html>no</html>", b"\xff\xd8\xff\xe0\x00"], ids=["empty", "page", "half"]
)
def test_what_is_no_picture_is_refused(cut, content):
    with pytest.raises(SourceRefused):
        finished(content, cut)


def film(seconds=4, form="mp4") -> io.BytesIO:
    target = io.BytesIO()
    with av.open(target, "w", format=form) as container:
        stream = container.add_stream("libx264" if form == "mp4" else "libvpx-vp9", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = Fraction(1, 10)
        for number in range(seconds * 10):
            frame = av.VideoFrame(64, 48, "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target


def duration(file) -> float:
    file.seek(0)
    with av.open(file) as container:
        return max(
            float((p.pts + p.duration) * p.time_base) for p in container.demux(video=0) if p.pts is not None
        )


@pytest.mark.parametrize("form", ["mp4", "webm"])
def test_beginning_of_a_video(form):
    whole = film(form=form).getvalue()
    made = [
        finishing.finish(
            Fetched("video/mp4"), io.BytesIO(whole), revision=revision(form, seconds=2), rights=RIGHTS
        )[1]
        for _ in range(2)
    ]

    assert 1.5 <= duration(made[0]) <= 2.3
    first, second = (file.seek(0) or file.read() for file in made)
    assert first == second
    assert (metadata.xmp(RIGHTS) in first) == (form == "mp4")


def test_mp4_with_rights_still_plays_whole():
    source = film()
    before = source.getvalue()

    _fetched, made = finishing.finish(Fetched("video/mp4"), source, revision=revision("mp4"), rights=RIGHTS)

    made.seek(0)
    content = made.read()
    assert content == before + metadata.mp4_box(RIGHTS)
    assert duration(made) == pytest.approx(4, abs=0.2)


def test_video_that_is_too_heavy_is_refused():
    with pytest.raises(TooHeavy):
        finishing.finish(Fetched("video/mp4"), film(), revision=revision("mp4", max_bytes=500), rights=None)
