"""Delivery: sizes, cutting, formats, headers, ranges, what cannot be rendered."""

import io

import pytest
import pyvips
from PIL import Image, ImageCms

from tests.integrations.sandbox.scaleflex_client import Dam, opened, picture

BLUE, WHITE = (51, 102, 153), (255, 255, 255)


@pytest.fixture(scope="module")
def dam(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dam")
    dam = Dam(folder, with_seed=False)
    dam.part.project.put_document(
        "settings",
        {
            "metadata": {"model": [], "store": {}},
            "presets": [
                {"name": "thumb", "params": {"w": 40, "h": 40, "func": "fit", "force_format": "webp"}}
            ],
        },
    )
    picture(folder / "p.jpg", 400, 200)
    picture(folder / "p.png", 400, 200)
    put(dam, "p.jpg", (folder / "p.jpg").read_bytes())
    put(dam, "p.png", (folder / "p.png").read_bytes())
    put(
        dam,
        "logo.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>',
    )
    put(dam, "guide.pdf", b"%PDF-1.4 nothing more")
    return dam


def put(dam, name, data):
    answer = dam.api(
        "PUT", f"/v4/files?folder=/&name={name}", data=data, content_type="application/octet-stream"
    )
    return dam.ok(answer)["file"]


def size(response):
    image = opened(response.data)
    return image.width, image.height


def close(pixel, colour):
    return all(abs(a - b) < 12 for a, b in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("w=100", (100, 50)),
        ("h=100", (200, 100)),
        ("width=100", (100, 50)),
        ("w=800", (800, 400)),
        ("w=800&org_if_sml=1", (400, 200)),
        ("w=100&h=100", (100, 100)),
        ("w=100&h=100&func=crop", (100, 100)),
        ("w=100&h=100&func=fit", (100, 100)),
        ("w=100&h=100&func=bound", (100, 50)),
        ("w=900&h=900&func=bound", (400, 200)),
        ("w=100&h=100&func=boundmin", (200, 100)),
        ("w=100&h=100&func=cover", (100, 100)),
        ("w=100&h=40&func=cropfit", (100, 40)),
        ("w=40&h=100&func=cropfit", (40, 100)),
        ("w=800&h=800&func=fit", (800, 800)),
        ("w=100&h=100&func=face", (100, 100)),
        ("w=100&h=100&gravity=smart", (100, 100)),
        ("w=600&h=600&org_if_sml=1", (400, 200)),
        ("w=50&dpr=2", (100, 50)),
        ("tl_px=100,50&br_px=300,150", (200, 100)),
        ("tl_px=100,50&br_px=300,150&w=50", (50, 25)),
        ("w=100&r=90", (50, 100)),
        ("w=100&margin=10", (120, 70)),
        ("p=thumb", (40, 40)),
        ("p=thumb&w=90", (40, 40)),
        ("w=60&radius=5&format=png", (60, 30)),
        ("w=60&f=bright:10,contrast:20&blur=3&sharp=1&pixelate=4&gray=1&saturate=50&flip=hv", (60, 30)),
    ],
)
def test_sizes(dam, query, expected):
    response = dam.cdn(f"/p.jpg?{query}")

    assert response.status_code == 200, response.data
    assert size(response) == expected


def test_fit_pads_with_the_colour_asked_for_and_does_not_enlarge(dam):
    image = opened(dam.cdn("/p.png?w=500&h=500&func=fit&bg_color=ff0000").data)

    assert close(image(250, 10), (255, 0, 0))
    assert close(image(20, 250), (255, 0, 0))
    assert close(image(60, 250), WHITE)
    assert close(image(440, 250), BLUE)


@pytest.mark.parametrize(
    ("gravity", "colour"), [("west", WHITE), ("east", BLUE), ("390,10", BLUE), ("10,10", WHITE)]
)
def test_gravity_says_what_is_kept(dam, gravity, colour):
    image = opened(dam.cdn(f"/p.jpg?w=80&h=80&gravity={gravity}").data)

    assert close(image(40, 40), colour)


@pytest.mark.parametrize(("query", "left"), [("w=100", WHITE), ("w=100&flip=h", BLUE), ("w=100&r=180", BLUE)])
def test_flipping_and_turning(dam, query, left):
    assert close(opened(dam.cdn(f"/p.jpg?{query}").data)(5, 25), left)


def test_turning_is_counter_clockwise(dam):
    image = opened(dam.cdn("/p.jpg?w=100&r=90").data)

    assert close(image(25, 95), WHITE)
    assert close(image(25, 5), BLUE)


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("/p.jpg?w=10", "*/*", "image/jpeg"),
        ("/p.png?w=10", "*/*", "image/png"),
        ("/logo.svg?w=10", "*/*", "image/png"),
        ("/p.jpg?w=10&format=png", "*/*", "image/png"),
        ("/p.jpg?w=10&force_format=webp", "image/png", "image/webp"),
        ("/p.jpg?w=10&format=avif", "", "image/avif"),
        ("/p.jpg?w=10&format=webp,jpeg", "image/webp,*/*", "image/webp"),
        ("/p.jpg?w=10&format=webp,jpeg", "image/png", "image/jpeg"),
        ("/p.jpg?w=10&format=awebp,webp", "image/*", "image/webp"),
        ("/p.jpg?w=10&format=auto", "image/avif,image/webp", "image/webp"),
        ("/p.jpg?w=10&format=auto", "*/*", "image/jpeg"),
    ],
)
def test_formats(dam, path, accept, expected):
    response = dam.cdn(path, headers={"Accept": accept})
    loader = opened(response.data).get("vips-loader")

    assert response.mimetype == expected
    assert {"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp", "image/avif": "heif"}[
        expected
    ] in loader


def test_a_negotiated_format_says_so_to_caches(dam):
    assert dam.cdn("/p.jpg?w=10&format=auto").headers["Vary"] == "Accept"
    assert "Vary" not in dam.cdn("/p.jpg?w=10&format=png").headers


def test_quality_weighs(dam):
    small, large = (len(dam.cdn(f"/p.jpg?w=300&q={quality}").data) for quality in (10, 95))

    assert small < large


def test_a_vector_is_sharp_at_any_size(dam):
    assert size(dam.cdn("/logo.svg?w=600")) == (600, 300)


def test_nothing_asked_is_the_file_itself_whatever_the_cache_key(dam):
    data = dam.cdn("/p.jpg").data

    for query in ("vh=abcdef", "func=proxy", "func=proxy&w=10", "download=1"):
        assert dam.cdn(f"/p.jpg?{query}").data == data
    assert dam.cdn("/v7/p.jpg").data == data
    assert dam.http.get(f"/store/{dam.token}/p.jpg").data == data


def test_a_turned_picture_is_delivered_upright_without_its_flag(dam):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = io.BytesIO()
    Image.new("RGB", (40, 20)).save(data, "JPEG", exif=exif.tobytes())
    put(dam, "turned.jpg", data.getvalue())
    image = opened(dam.cdn("/turned.jpg?w=10").data)

    assert (image.width, image.height) == (10, 20)
    assert not image.get_typeof("orientation")


@pytest.mark.parametrize("with_profile", [False, True])
def test_print_colours_become_screen_colours(dam, with_profile, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() if with_profile else None
    data = io.BytesIO()
    # A profile that does not fit the picture must not stop it either.
    Image.new("CMYK", (40, 20), (0, 255, 255, 0)).save(data, "JPEG", icc_profile=profile)
    name = f"print-{with_profile}.jpg"
    put(dam, name, data.getvalue())
    image = opened(dam.cdn(f"/{name}?w=20").data)

    assert (image.interpretation, image.bands) == ("srgb", 3)
    assert image(5, 5)[0] > 180 > 90 > image(5, 5)[2]


def test_ranges_conditions_and_head(dam):
    whole = dam.cdn("/p.jpg")
    part = dam.cdn("/p.jpg", headers={"Range": "bytes=2-5"})
    tail = dam.cdn("/p.jpg", headers={"Range": "bytes=-4"})
    beyond = dam.cdn("/p.jpg", headers={"Range": "bytes=99999999-"})
    same = dam.cdn("/p.jpg", headers={"If-None-Match": whole.headers["ETag"]})
    head = dam.http.head(f"/cdn/{dam.token}/p.jpg")

    assert (part.status_code, part.data) == (206, whole.data[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(whole.data)}"
    assert tail.data == whole.data[-4:]
    assert beyond.status_code == 416
    assert (same.status_code, same.data) == (304, b"")
    assert (head.headers["Content-Length"], head.data) == (str(len(whole.data)), b"")
    assert whole.headers["Cache-Control"] == "public, max-age=3600"
    assert dam.cdn("/p.jpg?w=10").headers["ETag"] != dam.cdn("/p.jpg?w=11").headers["ETag"]


def test_a_download_carries_its_name(dam):
    named = dam.cdn("/p.jpg?w=10&force_download=M%C3%BCsli.jpg").headers["Content-Disposition"]
    plain = dam.cdn("/p.jpg?w=10&format=webp&download=1").headers["Content-Disposition"]

    assert named == "attachment; filename=\"M?sli.jpg\"; filename*=UTF-8''M%C3%BCsli.jpg"
    assert 'filename="p.webp"' in plain


def test_debug_output_tells_pixels(dam):
    result = dam.cdn("/p.jpg?w=100&format=webp&ci_info=1").json["result"]

    assert (result["width"], result["height"], result["mime"]) == (100, 50, "image/webp")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/p.jpg?w=0", 400, "INVALID_PARAMETER"),
        ("/p.jpg?w=9000", 400, "INVALID_PARAMETER"),
        ("/p.jpg?w=ten", 400, "INVALID_PARAMETER"),
        ("/p.jpg?w=10&func=magic", 400, "INVALID_PARAMETER"),
        ("/p.jpg?w=10&q=0", 400, "INVALID_PARAMETER"),
        ("/p.jpg?format=bmp", 400, "INVALID_PARAMETER"),
        ("/p.jpg?p=nothing", 400, "INVALID_PARAMETER"),
        ("/p.jpg?tl_px=1,1", 400, "INVALID_PARAMETER"),
        ("/p.jpg?w=10&wat=1", 501, "NOT_SIMULATED"),
        ("/guide.pdf?w=100", 415, "NOT_A_PICTURE"),
        ("/guide.pdf?doc_page=1", 501, "NOT_SIMULATED"),
        ("/nothing.jpg", 404, "FILE_NOT_FOUND"),
        ("/.internal/thumbnails/nonsense.jpg", 404, "FILE_NOT_FOUND"),
        ("/.internal/thumbnails/00000000-0000-4000-8000-000000000000.jpg", 404, "FILE_NOT_FOUND"),
    ],
)
def test_what_cannot_be_done_is_said(dam, path, status, code):
    response = dam.cdn(path)

    assert (response.status_code, response.json["code"]) == (status, code)


@pytest.mark.parametrize("data", [b"not a picture", b"\xff\xd8\xff\xe0 broken", b""])
def test_a_broken_picture_is_a_422_and_its_own_bytes_stay_reachable(dam, data):
    put(dam, f"broken-{len(data)}.jpg", data)

    assert dam.cdn(f"/broken-{len(data)}.jpg?w=10").status_code == 422
    assert dam.cdn(f"/broken-{len(data)}.jpg").data == data


def test_documents_are_linked_as_they_are(dam):
    file = dam.get("/v5/files?q=guide")["files"][0]

    assert file["url"]["cdn"].endswith("&func=proxy")
    assert dam.http.get(file["url"]["cdn"].removeprefix("http://dam.test")).data.startswith(b"%PDF")


def test_a_thumbnail_is_small(dam):
    file = dam.get("/v5/files?q=logo")["files"][0]
    response = dam.http.get(file["info"]["thumbnail"].removeprefix("http://dam.test"))

    assert response.mimetype == "image/jpeg"
    assert size(dam.http.get(f"/cdn/{dam.token}/.internal/thumbnails/{dam.uuid('p.jpg')}.jpg")) == (300, 150)


def test_an_animation_keeps_its_frames_when_only_scaled(dam):
    frames = [Image.new("RGB", (40, 20), colour) for colour in ("red", "green", "blue")]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    put(dam, "moving.gif", data.getvalue())
    moving = opened(dam.cdn("/moving.gif?w=20&format=awebp,webp", headers={"Accept": "*/*"}).data)
    still = opened(dam.cdn("/moving.gif?w=20&h=20&format=webp").data)

    assert moving.get("n-pages") == 3
    assert not still.get_typeof("n-pages")


def test_a_large_picture_is_refused_before_it_is_decoded(dam):
    data = pyvips.Image.black(15000, 15000).pngsave_buffer(compression=1)
    put(dam, "huge.png", data)

    assert dam.cdn("/huge.png?w=10").status_code == 413
