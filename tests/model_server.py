"""A language model's endpoint on this machine: it speaks chat completions, says what it is told to, and can misbehave.

Law: it answers over real HTTP what real endpoints answer (OpenAI's error bodies included), and keeps what it was sent.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = str | Callable[[list[dict[str, str]]], str]


class Model:
    """What the endpoint shall do, and what it was sent."""

    def __init__(self) -> None:
        self.url = ""
        self.answer: Answer = ""
        """The content of its answer, or how it is made of the messages."""
        self.fault = ""
        """401, 429, 500, 302, hang, drip, huge, nonsense, empty or hang up."""
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        """Headers and body of every request."""
        self.released = threading.Event()

    @property
    def messages(self) -> list[dict[str, str]]:
        """What the last request said."""
        return self.requests[-1][1]["messages"]


def facts_of(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Read the facts out of a letter as a model would."""
    return json.loads(messages[-1]["content"])["facts"]


def parrot(messages: list[dict[str, str]]) -> str:
    """Tell every fact in its own words, as the most honest model does."""
    return json.dumps({"sentences": [{"facts": [f["id"]], "text": f["text"]} for f in facts_of(messages)[:12]]})


@contextmanager
def answering() -> Iterator[Model]:
    """Serve a model on a free port for the length of a block."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            model.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            if self.path != "/v1/chat/completions":
                return self.send(404, {"error": {"message": f"no {self.path}"}})
            return getattr(self, f"fault_{model.fault.replace(' ', '_')}", self.well)(body)

        def well(self, body: dict[str, Any]) -> None:
            said = model.answer if isinstance(model.answer, str) else model.answer(body["messages"])
            self.send(200, completion(said))

        def fault_401(self, _: dict[str, Any]) -> None:
            self.send(401, {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}})

        def fault_404(self, _: dict[str, Any]) -> None:
            self.send(404, {"error": {"message": "The model `tiny` does not exist."}})

        def fault_429(self, _: dict[str, Any]) -> None:
            self.send(429, {"error": {"message": "Rate limit reached.", "type": "tokens"}}, **{"Retry-After": "3600"})

        def fault_500(self, _: dict[str, Any]) -> None:
            self.send(500, {"error": {"message": "The server had an error."}})

        def fault_302(self, _: dict[str, Any]) -> None:
            self.send(302, {}, Location="http://169.254.169.254/latest/meta-data/")

        def fault_nonsense(self, _: dict[str, Any]) -> None:
            self.raw(200, b"<html>welcome to the hotel's network</html>", "text/html")

        def fault_empty(self, _: dict[str, Any]) -> None:
            self.send(200, {"choices": []})

        def fault_huge(self, _: dict[str, Any]) -> None:
            self.send(200, completion("a" * (3 << 20)))

        def fault_hang(self, _: dict[str, Any]) -> None:
            model.released.wait(30)
            self.close_connection = True

        def fault_drip(self, _: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            while not model.released.is_set():
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)

        def fault_hang_up(self, _: dict[str, Any]) -> None:
            self.close_connection = True
            self.connection.close()

        def send(self, status: int, body: dict[str, Any], **headers: str) -> None:
            self.raw(status, json.dumps(body).encode(), "application/json", **headers)

        def raw(self, status: int, body: bytes, kind: str, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that gives up waiting is what is tested."""

    with Server(("127.0.0.1", 0), Handler) as server:
        model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield model
        finally:
            model.released.set()
            server.shutdown()
            thread.join(5)


def completion(content: str) -> dict[str, Any]:
    """Write an answer as the protocol has it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795000000,
        "model": "tiny",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
