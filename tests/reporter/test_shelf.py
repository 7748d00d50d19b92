"""Reports in an object store: the real S3 client against a server that speaks enough of it, and against none."""

import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import pytest

from lifetracer.errors import FixByHandError, TryAgainError
from lifetracer.reporter import shelf
from lifetracer.settings import load

ANN = UUID(int=1)
NAME = "week-2026-W47-ja.pdf"


class Store(BaseHTTPRequestHandler):
    """One bucket, `life`, for whoever has the key `ann`; answers in the words of Amazon's API reference."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.count("/") == 1:  # a bucket
            self.server.made.append(self.path)
        if not self.is_refused():
            self.server.held[self.path] = body
            self.answer(200)

    def do_GET(self):
        if self.is_refused():
            return
        if "list-type=2" in self.path:
            self.answer(200, b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>")
        elif self.path in self.server.held:
            self.answer(200, self.server.held[self.path])
        else:
            self.refuse(404, "NoSuchKey")

    def do_HEAD(self):
        self.do_GET()

    def do_DELETE(self):
        if not self.is_refused():
            self.server.held.pop(self.path, None)
            self.answer(204)

    def is_refused(self):
        if "Credential=ann/" not in self.headers.get("Authorization", ""):
            self.refuse(403, "InvalidAccessKeyId")
        elif not self.path.startswith("/life"):
            self.refuse(404, "NoSuchBucket")
        else:
            return False
        return True

    def refuse(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}.</Message></Error>".encode())

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/xml")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def store():
    with ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        server.held, server.made = {}, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def place(store, tmp_path, monkeypatch):
    """Name a place; everything but the address is right unless told otherwise."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "secret").write_text("word\n", encoding="utf-8")

    def make(url="s3://life/reports", **other):
        given = {
            "LIFETRACER_HOME": str(tmp_path),
            "LIFETRACER_REPORTS_URL": url,
            "LIFETRACER_S3_ENDPOINT_URL": f"http://127.0.0.1:{store.server_port}",
            "LIFETRACER_S3_ACCESS_KEY_ID": "ann",
            "LIFETRACER_S3_SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret"),
        }
        return shelf._Place(load({name: value for name, value in (given | other).items() if value}))

    return make


def test_a_report_is_written_read_and_thrown_away(place, store):
    here = place()
    assert here.write(ANN, NAME, b"%PDF one") == f"s3://life/reports/{ANN}/{NAME}"
    here.write(ANN, NAME, b"%PDF two")
    assert here.read(ANN, NAME) == b"%PDF two"
    here.remove(ANN, NAME)
    assert here.read(ANN, NAME) is None
    here.remove(ANN, NAME)
    assert store.held == {}


def test_no_bucket_is_made_of_a_misspelt_name(place, store):
    with pytest.raises(FixByHandError, match="s3://lives/reports does not exist") as told:
        place("s3://lives/reports").write(ANN, NAME, b"x")
    assert told.value.remedy.startswith("Make the bucket")
    assert store.made == []


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        ({"LIFETRACER_S3_ACCESS_KEY_ID": "eve"}, FixByHandError, "refuses us (InvalidAccessKeyId.)"),
        (
            {"LIFETRACER_S3_ACCESS_KEY_ID": "", "LIFETRACER_S3_SECRET_ACCESS_KEY_FILE": ""},
            FixByHandError,
            "refuses us (Unable to locate credentials)",
        ),
        (
            {"LIFETRACER_S3_ENDPOINT_URL": "http://127.0.0.1:{closed}"},
            TryAgainError,
            "does not answer (Could not connect",
        ),
        ({"LIFETRACER_S3_ENDPOINT_URL": "http://store.invalid"}, TryAgainError, "does not answer (Could not connect"),
        ({"url": "s3://Not_a bucket!/x"}, FixByHandError, "cannot be used (Parameter validation failed"),
        ({"url": "s3://"}, FixByHandError, "cannot be opened (no bucket or folder)"),
        ({"url": "floppy://a/reports"}, FixByHandError, "cannot be opened (Protocol not known: floppy)"),
    ],
)
def test_a_place_that_is_wrong_or_away_is_told_in_a_sentence(place, wrong, kind, said):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        closed = door.getsockname()[1]
    here = place(**{name: value.replace("{closed}", str(closed)) for name, value in wrong.items()})
    with pytest.raises(kind, match=re.escape(said)) as told:
        here.write(ANN, NAME, b"x")
    assert told.value.remedy
    assert "word" not in told.value.sentence()
