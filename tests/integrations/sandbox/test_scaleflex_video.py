"""Video: size, container, bit rate, sound, the first minute, the still frame."""

import io
import time

import av
import numpy as np
import pytest

from tests.integrations.sandbox.scaleflex_client import Dam, opened


def film(seconds, width=320, height=180, rate=10, sound=True, container="mp4", rotation=0):
    """Encode a clip whose brightness rises, with a tone."""
    data = io.BytesIO()
    with av.open(data, "w", format=container) as out:
        video = out.add_stream("libx264" if container == "mp4" else "libvpx", rate=rate)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.options = (
            {"preset": "ultrafast"} if container == "mp4" else {"deadline": "realtime", "cpu-used": "8"}
        )
        tone = (
            out.add_stream("aac" if container == "mp4" else "libopus", rate=48000, layout="mono")
            if sound
            else None
        )
        for number in range(seconds * rate):
            picture = np.full((height, width, 3), 20 + number % 200, np.uint8)
            picture[:, : width // 2] = 250
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(video.encode(None))
        if tone:
            for second in range(seconds):
                wave = (np.sin(np.arange(48000) / 20) * 9000).astype(np.int16).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(wave, "s16", "mono")
                frame.rate, frame.pts = 48000, second * 48000
                out.mux(tone.encode(frame))
            out.mux(tone.encode(None))
    return data.getvalue()


@pytest.fixture(scope="module")
def dam(tmp_path_factory):
    dam = Dam(tmp_path_factory.mktemp("dam"), with_seed=False)
    put(dam, "clip.mp4", film(2))
    put(dam, "silent.mp4", film(1, sound=False))
    put(dam, "long.mp4", film(63, 160, 120, 4))
    return dam


def put(dam, name, data):
    answer = dam.api(
        "PUT", f"/v4/files?folder=/&name={name}", data=data, content_type="application/octet-stream"
    )
    return dam.ok(answer)["file"]


def facts(data):
    """Return codec, width, height, seconds and audio codec of delivered bytes."""
    with av.open(io.BytesIO(data)) as clip:
        video, audio = clip.streams.video[0], clip.streams.audio
        frames = list(clip.decode(video=0))
        seconds = float(frames[-1].pts * video.time_base)
        return (
            video.codec.canonical_name,
            video.width,
            video.height,
            seconds,
            audio[0].codec.canonical_name if audio else None,
        )


def test_facts_of_a_video_are_measured(dam):
    file = dam.get("/v5/files?q=clip")["files"][0]

    assert (file["type"], file["info"]["video_w"], file["info"]["video_h"]) == ("video/mp4", 320, 180)
    assert 1.9 < file["info"]["duration"] < 2.2
    assert file["url"]["cdn"].endswith("&func=proxy")
    thumbnail = dam.http.get(file["info"]["video_thumbnail"].removeprefix("http://dam.test"))
    assert opened(thumbnail.data).width == 300


@pytest.mark.parametrize(
    ("query", "codec", "size", "audio"),
    [
        ("w=160", "h264", (160, 90), "aac"),
        ("w=160&format=mp4", "h264", (160, 90), "aac"),
        ("w=160&format=h265.mp4", "hevc", (160, 90), "aac"),
        ("w=160&format=webm", "vp9", (160, 90), "opus"),
        ("w=160&format=vp9.webm&bitrate=100k", "vp9", (160, 90), "opus"),
        ("w=120&h=120", "h264", (120, 120), "aac"),
        ("w=160&h=160&func=fit&bg_color=ff0000", "h264", (160, 160), "aac"),
        ("w=160&h=160&func=bound", "h264", (160, 90), "aac"),
        ("bitrate=64k", "h264", (320, 180), "aac"),
        ("format=auto", "h264", (320, 180), "aac"),
    ],
)
def test_videos_are_cut_to_size_with_their_sound(dam, query, codec, size, audio):
    response = dam.cdn(f"/clip.mp4?{query}")
    found = facts(response.data)

    assert response.mimetype == ("video/webm" if codec == "vp9" else "video/mp4")
    assert found[:3] == (codec, *size)
    assert 1.6 < found[3] < 2.1
    assert found[4] == audio


def test_a_silent_video_stays_silent(dam):
    assert facts(dam.cdn("/silent.mp4?w=160").data)[4] is None


def test_only_the_first_minute_is_delivered(dam):
    seconds = facts(dam.cdn("/long.mp4?w=120&h=102&func=cover").data)[3]

    assert 59 <= seconds < 60


def test_a_still_frame_can_be_asked_for(dam):
    response = dam.cdn("/clip.mp4?w=100&format=jpeg")

    assert response.mimetype == "image/jpeg"
    assert opened(response.data).width == 100


def test_a_webm_stays_a_webm(dam):
    put(dam, "small.webm", film(1, container="webm"))

    assert facts(dam.cdn("/small.webm?w=160").data)[0] == "vp9"


def test_as_it_is_with_ranges(dam):
    whole = dam.cdn("/clip.mp4?func=proxy").data

    assert dam.cdn("/clip.mp4?func=proxy", headers={"Range": "bytes=0-3"}).data == whole[:4]
    assert dam.cdn("/clip.mp4").data == whole


@pytest.mark.parametrize(
    ("query", "status"),
    [("w=100", 400), ("h=50", 400), ("bitrate=5k", 400), ("bitrate=30m", 400), ("w=200", 200)],
)
def test_the_documented_limits(dam, query, status):
    assert dam.cdn(f"/silent.mp4?{query}").status_code == status


def test_what_is_no_video_is_a_422(dam):
    put(dam, "broken.mp4", b"\0\0\0\x18ftypmp42 and nothing more")

    assert dam.cdn("/broken.mp4?w=200").json["code"] == "UNREADABLE_VIDEO"


def job(dam, kind, body, query=""):
    """Start a job on clip.mp4 and wait for it; returns its first result and its last progress."""
    url = f"http://dam.test/store/{dam.token}/clip.mp4"
    headers = {"X-Filerobot-Key": dam.key, "Filerobot-Token": dam.token}
    started = dam.http.post(f"/videos/v2/{kind}/url{query}", json=[{"url": url, **body}], headers=headers)
    result = dam.ok(started)["result"][0]
    for _ in range(1200):
        progress = dam.http.get(result["progress"].removeprefix("http://dam.test"), headers=headers).json
        if progress["ready"]:
            break
        time.sleep(0.05)
    return result, progress


def test_a_playlist_is_made_in_the_background(dam):
    result, progress = job(dam, "transcode", {"video_protocols": "HLS"})
    address = result["transcoded"][0]["playlists"][0]
    playlist = dam.http.get(address.removeprefix("http://dam.test"))
    segment = next(line for line in playlist.get_data(as_text=True).splitlines() if line.endswith(".ts"))
    part = dam.http.get(address.removeprefix("http://dam.test").rsplit("/", 1)[0] + f"/{segment}")

    assert progress == {"status": "success", "ready": True, "progress": 100}
    assert playlist.mimetype == "application/vnd.apple.mpegurl"
    assert (part.status_code, part.mimetype) == (200, "video/mp2t")
    info = dam.get("/v5/files?q=clip")["files"][0]["info"]
    assert info["playlists"] == [{"playlists": [address], "resolution": "auto"}]


def test_smaller_copies_and_other_containers(dam):
    smaller, _ = job(dam, "compress", {"video_resolutions": ["240p"], "bitrate": "200K"})
    other, _ = job(dam, "convert", {}, "?output_format=webm")

    assert smaller["compressed"][0].endswith("/clip_240p_200k_compressed.mp4")
    assert facts(dam.http.get(smaller["compressed"][0].removeprefix("http://dam.test")).data)[:3] == (
        "h264",
        320,
        180,
    )
    assert facts(dam.http.get(other["converted"][0].removeprefix("http://dam.test")).data)[0] == "vp9"
    info = dam.get("/v5/files?q=clip")["files"][0]["info"]
    assert (info["compressed"], info["converted"]) == (smaller["compressed"], other["converted"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/videos/v2/transcode/url", [{"url": "http://dam.test/store/fnorrvik/nothing.mp4"}], 404),
        ("/videos/v2/transcode/url", {"url": "x"}, 400),
        (
            "/videos/v2/compress/url",
            [{"url": "http://dam.test/store/fnorrvik/clip.mp4", "bitrate": "1"}],
            400,
        ),
        (
            "/videos/v2/convert/url?output_format=avi",
            [{"url": "http://dam.test/store/fnorrvik/clip.mp4"}],
            400,
        ),
        ("/videos/v2/paint/url", [], 404),
    ],
)
def test_a_job_that_cannot_be_done_is_refused(dam, path, body, status):
    assert dam.http.post(path, json=body, headers={"X-Filerobot-Key": dam.key}).status_code == status


def test_made_files_are_found_by_their_names_only(dam):
    uuid = dam.uuid("clip")

    assert dam.cdn(f"/.internal/videos/{uuid}/../../../scaleflex.sqlite3").status_code == 404
    assert dam.cdn(f"/.internal/videos/{uuid}/hls").status_code == 404


def test_invalidation_is_received(dam):
    answer = dam.http.post("/invalidate", json={"scope": "original", "urls": ["/clip.mp4"]})

    assert dam.ok(answer)["invalidation"]["status"] == "RECEIVED"
    assert dam.http.post("/invalidate", json={"scope": "some"}).status_code == 400
