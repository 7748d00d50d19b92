"""Style sheet, script, logo and letters, each under an address that holds a hash of its content.

Law: an address never changes its content, so browsers, buckets and CDNs may keep it for a year; pages carry no inline
style or script. Positions are words: ``s9h s15m e12h e0m`` on a block mean from 9:15 to 12:00, and the style sheet
knows them all.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from lifetracer.charts import CHROMAS, HUES, shade
from lifetracer.errors import FixByHandError

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".otf": "font/otf",
}
FOREVER = "public, max-age=31536000, immutable"

PARTS = {
    "lifetracer.css": (
        "tokens.css",
        "elements.css",
        "parts.css",
        "charts.css",
        "grid.css",
        "loop.css",
        "estimates.css",
        "planning.css",
        "review.css",
        "entrance.css",
    ),
    "lifetracer.js": ("console.js", "forms.js", "palette.js", "planning.js", "entrance.js"),
}
"""Files that browsers get as one → the files they are written in, in order."""
LETTERS = {"HankenGrotesk-Regular.otf": "100 500", "HankenGrotesk-SemiBold.otf": "501 900"}
"""Font files of the package ``font-hanken-grotesk`` (SIL Open Font Licence) → the weights that each draws. What they
lack (Japanese, Greek, Cyrillic) the system's fonts draw."""


class Assets:
    """All static files, read once.

    Args:
        elsewhere: where browsers fetch them from, if not from this server (``https://cdn.example.org/static``).
    """

    def __init__(self, elsewhere: str | None = None) -> None:
        written = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in TYPES}
        files = {name: b"\n".join(written.pop(part) for part in parts) for name, parts in PARTS.items()}
        letters = {name: (_letters() / name).read_bytes() for name in LETTERS}
        files["lifetracer.css"] += (letters_css(letters) + scale_css()).encode()
        self._files = {name: (_digest(body), body) for name, body in sorted((files | written | letters).items())}
        self._packed = {name: gzip.compress(body, mtime=0) for name, (_, body) in self._files.items()}
        self._root = (elsewhere or "/static").rstrip("/")

    def url(self, name: str) -> str:
        """Give the address of a file."""
        return f"{self._root}/{self._files[name][0]}/{name}"

    def write(self, folder: Path) -> list[Path]:
        """Write every file to where its address leads below a folder, for a bucket; gives what was written."""
        written = []
        for name, (digest, body) in self._files.items():
            path = folder / digest / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            written.append(path)
        return written

    def routes(self) -> APIRouter:
        """Serve the files; an outdated hash gets the present file, but not for keeps."""
        router = APIRouter(include_in_schema=False)

        @router.api_route("/static/{digest}/{name}", methods=["GET", "HEAD"])
        def static(digest: str, name: str, request: Request) -> Response:
            if name not in self._files:
                raise HTTPException(404)
            current, body = self._files[name]
            headers = {"Cache-Control": FOREVER if digest == current else "no-cache", "Vary": "Accept-Encoding"}
            if "gzip" in request.headers.get("accept-encoding", ""):
                body, headers["Content-Encoding"] = self._packed[name], "gzip"
            return Response(body, media_type=TYPES[Path(name).suffix], headers=headers)

        @router.api_route("/favicon.ico", methods=["GET", "HEAD"])
        def favicon() -> Response:
            return Response(self._files["icon.svg"][1], media_type=TYPES[".svg"])

        return router


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def _letters() -> Path:
    """Find the folder of the fonts inside their package."""
    found = importlib.util.find_spec("font_hanken_grotesk")
    if found is None or found.origin is None:
        raise FixByHandError(
            "The letters of the pages are not installed.", remedy="pip install lifetracer brings them."
        )
    return Path(found.origin).parent / "files"


def letters_css(letters: Mapping[str, bytes]) -> str:
    """Write the rules of the fonts; their addresses are told from the style sheet's own."""
    return "".join(
        f'@font-face{{font-family:"Hanken Grotesk";font-weight:{LETTERS[name]};font-display:swap;'
        f'src:url("../{_digest(body)}/{name}") format("opentype")}}\n'
        for name, body in letters.items()
    )


def scale_css() -> str:
    """Write the rules of all places and colours."""
    return "\n".join([*_places(), *_colours()]) + "\n"


def _places() -> Iterator[str]:
    for name, highest in (("h", 24), ("m", 59)):
        for edge in "se":
            yield "".join(f".{edge}{n}{name}{{--{edge}{name}:{n}}}" for n in range(highest + 1))
    yield "".join(f".from{n}{{--from:{n}}}.to{n}{{--to:{n}}}" for n in range(25))
    yield "".join(f".lane{n}{{--lane:{n}}}.of{n}{{--lanes:{n}}}.row{n}{{--row:{n}}}" for n in range(13))
    yield "".join(f".span{n}{{--span:{n}}}" for n in range(8))
    yield "".join(f".w{n}{{--w:{n}%}}" for n in range(101))


def _colours() -> Iterator[str]:
    for hue in HUES:
        for level in range(len(CHROMAS)):
            day, night = (shade(hue, level, dark=dark) for dark in (False, True))
            yield (
                f".hue{hue}-{level}{{"
                + ";".join(
                    f"--{part}:light-dark({getattr(day, part)},{getattr(night, part)})"
                    for part in ("fill", "text", "ink", "tint")
                )
                + "}"
            )
