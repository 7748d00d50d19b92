"""The visualizer: Grafana dashboards as code, their queries, and the ways they get into a Grafana.

Law: a dashboard reads marts only and shows their numbers as they are. Building the documents needs the SDK, which
takes a second to load; so the doors are modules: ``dashboards`` and ``folder`` make documents, ``ask`` runs their
queries, ``upload`` carries them to a server.
"""

from importlib.util import find_spec

from lifetracer.errors import FixByHandError

if find_spec("grafana_foundation_sdk") is None:
    raise FixByHandError(
        "The dashboards need Grafana's SDK, which is not installed.", remedy="pip install 'lifetracer[visualizer]'"
    )
