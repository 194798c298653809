"""Uploads and the policies that decide what becomes of them."""

import base64
import hashlib
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from PIL import Image

from tests.integrations.sandbox.scaleflex_client import Dam


@pytest.fixture
def dam(tmp_path):
    return Dam(tmp_path, with_seed=False)


def jpeg(width=40, height=30, colour="navy", **save):
    data = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(data, "JPEG", **save)
    return data.getvalue()


def send(dam, name, data, part="file", folder="/In", query="", **side):
    form = {part: (io.BytesIO(data), name)}
    form |= {f"{word}[{part}]": json.dumps(value) for word, value in side.items()}
    return dam.api(
        "POST", f"/v4/files?folder={quote(folder)}{query}", data=form, content_type="multipart/form-data"
    )


def test_a_multipart_upload_answers_as_recorded(dam):
    data = jpeg()
    answer = dam.ok(send(dam, "a.jpg", data))
    file = answer["file"]

    assert file["hash"] == {"sha1": hashlib.sha1(data).hexdigest(), "blur_hash": None}
    assert file["folder"]["name"] == "/In/"
    assert file["overwrite"] is False
    assert (file["info"]["img_w"], file["info"]["img_h"]) == (40, 30)
    assert answer["info"]["uploaded_files"] == 1
    assert dam.api("GET", f"/v4/get/{file['uuid']}").data == data


@pytest.mark.parametrize("part", ["file", "files[]", "my picture.jpg"])
def test_side_data_goes_by_the_parts_own_name(dam, part):
    answer = send(
        dam, "a.jpg", jpeg(), part,
        meta={"price": "14"}, tags={"lang": "de", "new_tags": ["Neu"]}, product={"ref": "SKU-1", "position": 2},
    )  # fmt: skip
    file = dam.ok(answer)["file"]

    assert file["meta"] == {"price": "14"}
    assert file["tags"]["de"][0]["label"] == "Neu"
    assert file["product"] == {"ref": "SKU-1", "position": "2"}


def test_several_files_come_back_as_a_list(dam):
    form = {"files[]": [(io.BytesIO(jpeg(colour=colour)), f"{colour}.jpg") for colour in ("red", "blue")]}
    answer = dam.ok(dam.api("POST", "/v4/files?folder=/In", data=form, content_type="multipart/form-data"))

    assert [file["name"] for file in answer["files"]] == ["red.jpg", "blue.jpg"]
    assert answer["info"]["files_count"] == 2


def test_base64_and_stream(dam):
    body = {"name": "b.jpg", "data": base64.b64encode(jpeg()).decode(), "postactions": "decode_base64"}
    by_text = dam.ok(dam.api("POST", "/v4/upload?folder=/In", body))["file"]
    streamed = dam.ok(
        dam.api(
            "PUT", "/v4/files?folder=/In&name=c.bin", data=b"x" * 10, content_type="application/octet-stream"
        )
    )["file"]

    assert by_text["type"] == "image/jpeg"
    assert (streamed["size"]["bytes"], streamed["type"]) == (10, "application/octet-stream")


@pytest.mark.parametrize(
    "name",
    [
        "with space.jpg", "a+b.jpg", "a+b c.jpg", "Käse & Brot #1.jpg", "снег.jpg", "رف.jpg", "🍓.jpg", "no extension",
        "quote's \"here\".jpg", "x" * 251 + ".jpg", "q?x=1;y.jpg",
    ],
)  # fmt: skip
def test_every_lawful_name_can_be_stored_and_fetched_by_its_addresses(dam, name):
    data = jpeg()
    body = {"name": name, "data": base64.b64encode(data).decode(), "postactions": "decode_base64"}
    file = dam.ok(dam.api("POST", f"/v4/files?folder={quote('/Ordner + Mappe')}", body))["file"]

    assert file["name"] == name
    for word in ("cdn", "public", "permalink"):
        address = file["url"][word].removeprefix("http://dam.test")
        assert dam.http.get(address).data == data, word


@pytest.mark.parametrize("name", ["a/b.jpg", "50%.jpg", "a\\b.jpg", "x" * 256, " ", "..", "line\nbreak.jpg"])
def test_names_that_may_not_be_are_refused_with_the_reason(dam, name):
    body = {"name": name, "data": base64.b64encode(jpeg()).decode(), "postactions": "decode_base64"}
    answer = dam.api("POST", "/v4/files", body).json

    assert (answer["status"], answer["code"]) == ("error", "ERR_REFUSED_UPLOAD")
    assert answer["info"]["msg"]


def test_an_empty_file_is_a_file(dam):
    file = dam.ok(send(dam, "empty.jpg", b""))["file"]

    assert file["size"]["bytes"] == 0
    assert "img_w" not in file["info"]
    assert dam.cdn("/In/empty.jpg").data == b""
    assert dam.cdn("/In/empty.jpg?w=10").json["code"] == "UNREADABLE_IMAGE"


def test_uploads_above_the_limit_are_refused(dam):
    dam.switch(largest_upload_bytes=1000)
    answer = send(dam, "big.bin", b"x" * 1001).json

    assert answer["code"] == "ERR_REFUSED_UPLOAD"
    assert "1000 bytes" in answer["info"]["msg"]
    assert dam.names() == []


def test_another_content_under_the_same_path_is_a_new_version(dam):
    first = dam.ok(send(dam, "a.jpg", jpeg(colour="red"), meta={"price": "1"}))["file"]
    second = dam.ok(send(dam, "a.jpg", jpeg(colour="blue")))["file"]

    assert second["uuid"] != first["uuid"]
    assert second["url"]["path"] == first["url"]["path"]
    assert second["url"]["cdn"] != first["url"]["cdn"]
    assert second["meta"] == {"price": "1"}
    versions = dam.get(f"/v5/files/{first['uuid']}/versions")["versions"]
    assert [version["uuid"] for version in versions] == [second["uuid"], first["uuid"]]
    assert dam.api("GET", f"/v4/get/{first['uuid']}").data == jpeg(colour="red")
    assert dam.cdn("/In/a.jpg").data == jpeg(colour="blue")
    assert dam.cdn(f"/{first['uuid']}/a.jpg").data == jpeg(colour="red")
    assert dam.names() == ["a.jpg"]


def test_the_same_content_under_the_same_path_is_skipped(dam):
    first = dam.ok(send(dam, "a.jpg", jpeg()))["file"]
    answer = send(dam, "a.jpg", jpeg())

    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["code"]) == ("error", "SAME_ASSET_EXISTS_SKIP_UPLOAD")
    assert answer.json["existing_file_uuid"] == first["uuid"]
    assert "file" not in answer.json


def test_the_same_content_elsewhere_is_accepted_or_refused_by_policy(dam):
    send(dam, "a.jpg", jpeg())
    accepted = send(dam, "b.jpg", jpeg()).json["status"]
    dam.switch(duplicate_content="refuse", upload_refusal_status=409)
    refused = send(dam, "c.jpg", jpeg())

    assert accepted == "success"
    assert (refused.status_code, refused.json["code"]) == (409, "SAME_ASSET_EXISTS_SKIP_UPLOAD")


def test_a_taken_name_may_be_refused_or_overwritten(dam):
    first = dam.ok(send(dam, "a.jpg", jpeg(colour="red")))["file"]
    dam.switch(duplicate_name="refuse")
    refused = send(dam, "a.jpg", jpeg(colour="blue")).json
    dam.switch(duplicate_name="overwrite")
    written = dam.ok(send(dam, "a.jpg", jpeg(colour="blue")))["file"]

    assert refused["code"] == "ERR_REFUSED_UPLOAD"
    assert written["overwrite"] is True
    assert dam.api("GET", f"/v5/files/{first['uuid']}").status_code == 404


@pytest.mark.parametrize(("policy", "length"), [("suffix", len("a-12345678.jpg")), ("uuid", 40)])
def test_naming_policies_change_the_stored_name(dam, policy, length):
    dam.switch(filename_policy=policy)
    name = dam.ok(send(dam, "a.jpg", jpeg()))["file"]["name"]
    kept = dam.ok(send(dam, "a.jpg", jpeg(), query="&obfuscate=KEEP_ORIGINAL_NAME"))["file"]["name"]

    assert len(name) == length
    assert name.endswith(".jpg")
    assert kept == "a.jpg"


def test_a_forced_name_overwrites(dam):
    dam.ok(send(dam, "fixed.jpg", jpeg(colour="red")))
    file = dam.ok(send(dam, "other.jpg", jpeg(colour="blue"), query="&opt_force_name=fixed.jpg"))["file"]

    assert (file["name"], file["overwrite"]) == ("fixed.jpg", True)
    assert dam.names() == ["fixed.jpg"]


class _Source(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        if "nolength" not in self.path:
            self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"body")

    def log_message(self, *args):
        pass


@pytest.fixture
def source():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Source)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_remote_files_are_fetched_twenty_at_most(dam, source):
    urls = [{"url": f"{source}/{number}.txt", "meta": {"n": number}} for number in range(22)]
    answer = dam.ok(dam.api("POST", "/v4/files?folder=/Remote", {"files_urls": urls}))

    assert len(answer["files"]) == 20
    assert dam.names()[:2] == ["0.txt", "1.txt"]


@pytest.mark.parametrize("path", ["/nolength", "refused"])
def test_a_remote_file_that_cannot_be_fetched_is_a_400(dam, source, path):
    url = source + path if path.startswith("/") else "http://127.0.0.1:9/x"
    answer = dam.api("POST", "/v4/files", {"files_urls": [{"url": url, "name": "x"}]})

    assert (answer.status_code, answer.json["code"]) == (400, "INVALID_URL")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b"{}", "application/json"),
        (b'{"data": "!!", "name": "x", "postactions": "decode_base64"}', "application/json"),
        (b'{"files_urls": [{}]}', "application/json"),
        (b"", "application/json"),
    ],
)
def test_broken_uploads_are_the_callers_mistake(dam, body, content_type):
    answer = dam.api("POST", "/v4/files", data=body, content_type=content_type)

    assert answer.status_code == 400
    assert answer.json["status"] == "error"
    assert list(dam.part.project.blobs.folder.glob("draft-*")) == []


def test_pixels_are_counted_after_the_orientation_flag(dam):
    exif = Image.Exif()
    exif[0x0112] = 6
    info = dam.ok(send(dam, "turned.jpg", jpeg(40, 30, exif=exif.tobytes())))["file"]["info"]

    assert (info["img_w"], info["img_h"], info["img_o"]) == (30, 40, "PT")


def test_colours_and_thumbnail_come_later_when_the_switch_says_so(dam):
    dam.switch(processing_delay_seconds=2)
    uuid = dam.ok(send(dam, "a.jpg", jpeg(colour="navy")))["file"]["uuid"]
    early = dam.get(f"/v5/files/{uuid}")["file"]
    for _ in range(600):
        threading.Event().wait(0.1)
        late = dam.get(f"/v5/files/{uuid}")["file"]
        if "thumbnail" in late["info"]:
            break

    assert "thumbnail" not in early["info"]
    assert late["info"]["dominant_color"] == "navy"
    assert late["modified_at"] > early["modified_at"]


@pytest.mark.parametrize("query", ["&resize=10,10", "&postprocess=transcode"])
def test_work_that_is_not_simulated_is_refused_not_forgotten(dam, query):
    assert send(dam, "a.jpg", jpeg(), query=query).status_code == 501
    assert dam.names() == []
