"""tap-toggl writing Singer messages from the same Reports v3 pages.

The tap itself asks Reports v2, which Toggl has shut down; here only its fetching is replaced, so that its
transformation and its messages are measured on the pages that everybody gets.
Usage: tap_pages.py URL TOKEN WORKSPACE FIRST_DAY PAGE_SIZE
"""

import json
import logging
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

url, token, workspace, first, page_size = sys.argv[1:]

import requests  # noqa: E402
import tap_toggl  # noqa: E402
from tap_toggl.discover import discover_streams  # noqa: E402
from tap_toggl.toggl import Toggl  # noqa: E402

logging.disable(logging.CRITICAL)


def time_entries(self, column_name=None, bookmark=None):  # noqa: ARG001
    session = requests.Session()
    session.auth = (token, "api_token")
    last = date.today() + timedelta(days=1)
    while last >= date.fromisoformat(first):
        body = {
            "start_date": str(last - timedelta(days=364)), "end_date": str(last), "page_size": int(page_size),
            "order_by": "date", "order_dir": "DESC", "rounding": 0, "rounding_minutes": 0, "enrich_response": True,
        }  # fmt: skip
        while True:
            answer = session.post(f"{url}/reports/api/v3/workspace/{workspace}/search/time_entries", json=body)
            for group in answer.json():
                for entry in group["time_entries"]:
                    yield {
                        "id": entry["id"], "pid": group["project_id"], "uid": group["user_id"],
                        "description": group["description"], "start": entry["start"], "end": entry["stop"],
                        "updated": entry["at"], "dur": entry["seconds"] * 1000, "user": group["username"],
                        "project": group["project_name"], "client": group["client_name"],
                        "tags": group["tag_names"], "is_billable": group["billable"],
                    }  # fmt: skip
            if "X-Next-Row-Number" not in answer.headers:
                break
            body["first_row_number"] = int(answer.headers["X-Next-Row-Number"])
        last -= timedelta(days=365)


Toggl.time_entries = time_entries
Toggl.is_authorized = lambda _self: True
Toggl.__init__ = lambda _self, **_: None
catalog = {"streams": [s for s in discover_streams(Toggl()) if s["tap_stream_id"] == "time_entries"]}
for stream in catalog["streams"]:
    for entry in stream["metadata"]:
        entry["metadata"]["selected"] = True
with tempfile.TemporaryDirectory() as folder:
    config = {
        "api_token": token,
        "start_date": "2000-01-01T00:00:00Z",
        "user_agent": "x",
        "detailed_report_trailing_days": 1,
    }
    files = {"--config": config, "--catalog": catalog}
    sys.argv = ["tap-toggl"]
    for option, content in files.items():
        path = Path(folder) / option.strip("-")
        path.write_text(json.dumps(content))
        sys.argv += [option, str(path)]
    tap_toggl.main()
