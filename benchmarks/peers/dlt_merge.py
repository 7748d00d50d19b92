"""dlt as its documentation has one write it: a paginated resource, merged by primary key into PostgreSQL.

Usage: dlt_merge.py DSN URL TOKEN WORKSPACE FIRST_DAY PAGE_SIZE
"""

import json
import os
import sys
import tempfile
import time
from datetime import date, timedelta

dsn, url, token, workspace, first, page_size = sys.argv[1:]
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt  # noqa: E402
from dlt.sources.helpers import requests  # noqa: E402
from memory import peak_mb  # noqa: E402


@dlt.resource(name="time_entries", primary_key="id", write_disposition="merge")
def time_entries():
    session = requests.Client().session
    session.auth = (token, "api_token")
    last = date.today() + timedelta(days=1)
    while last >= date.fromisoformat(first):
        body = {
            "start_date": str(last - timedelta(days=364)), "end_date": str(last), "page_size": int(page_size),
            "order_by": "date", "order_dir": "DESC", "rounding": 0, "rounding_minutes": 0, "enrich_response": True,
        }  # fmt: skip
        while True:
            answer = session.post(f"{url}/reports/api/v3/workspace/{workspace}/search/time_entries", json=body)
            yield [
                {**{k: v for k, v in group.items() if k != "time_entries"}, **entry}
                for group in answer.json()
                for entry in group["time_entries"]
            ]
            if "X-Next-Row-Number" not in answer.headers:
                break
            body["first_row_number"] = int(answer.headers["X-Next-Row-Number"])
        last -= timedelta(days=365)


with tempfile.TemporaryDirectory() as folder:
    began = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench", destination=dlt.destinations.postgres(dsn), dataset_name="dlt_toggl", pipelines_dir=folder
    )
    pipeline.run(time_entries())
    took = time.perf_counter() - began
print(json.dumps({"seconds": took, "peak_mb": peak_mb()}))
