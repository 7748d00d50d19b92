"""One person's Toggl Track account: entries, projects, clients, tags, tasks; every change goes through a verb here.

A verb takes the instant of the change in microseconds first. The web API, the admin routes and the demo person's life
use the same verbs, so whatever happens is seen by ``since``, by the truth and by webhooks alike.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.toggl.dimension import client_json, project_json, tag_json, task_json
from lifetracer.sandbox.toggl.quota import Allowances
from lifetracer.sandbox.toggl.subscriptions import Subscriptions
from lifetracer.sandbox.wire import Missing

if TYPE_CHECKING:
    from lifetracer.sandbox.deliveries import PostOffice
    from lifetracer.sandbox.person.vocabulary import Topic

STRIDE = 10_000_000
"""Distance between the ids of two people."""


@dataclass(slots=True)
class TimeEntry:
    """A stretch of time; instants are whole seconds since 1970."""

    id: int
    workspace_id: int
    start: int
    stop: int | None
    """None while it runs."""
    at: int
    """Microseconds of the last change."""
    description: str | None = None
    project_id: int | None = None
    task_id: int | None = None
    billable: bool = False
    tag_ids: tuple[int, ...] = ()
    deleted_at: int | None = None
    zombie: bool = False
    """Made without duration and stop: duration 0, and yet no stop."""

    @property
    def running(self) -> bool:
        """Whether it has not been stopped."""
        return self.stop is None

    @property
    def duration(self) -> int:
        """Seconds; of a running one minus its start, off by one as seen in recordings."""
        if self.stop is None:
            return 0 if self.zombie else -(self.start + 1)
        return self.stop - self.start


@dataclass
class TogglAccount:
    """All state of one person at Toggl."""

    index: int
    token: str
    email: str
    name: str
    zone: ZoneInfo
    plan: str
    post: PostOffice
    entries: dict[int, TimeEntry] = field(default_factory=dict)
    projects: dict[int, dict[str, Any]] = field(default_factory=dict)
    clients: dict[int, dict[str, Any]] = field(default_factory=dict)
    tags: dict[int, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    fragments: dict[str, dict[int, bytes]] = field(default_factory=dict)
    """Rendered entries by form of answer, so that a page is a join of bytes."""

    def __post_init__(self) -> None:
        self.user_id = 2_166_261 + self.index
        self.workspace_id = 2_230_580 + self.index
        self.organization_id = 2_108_099 + self.index
        self.password = f"password-{self.index}"
        self.since_born = 0
        self.next_id = 9_000_000_000 + self.index * STRIDE
        self.tag_names: dict[str, int] = {}
        self.allowances = Allowances(self.plan)
        self.subscriptions = Subscriptions(self)
        self.version = 0
        """Grows with every change, so that what was found can be kept until then."""
        self.kept: dict[str, list[TimeEntry]] = {}
        self._by_start: list[tuple[int, int]] | None = None
        self.running_id: int | None = None

    # -- identity ---------------------------------------------------------------------------------------------------

    def found(self, at: int, topics: Sequence[Topic] | None) -> None:
        """Open the account, with the person's projects, clients and tags."""
        self.since_born = at
        for topic in topics or ():
            client = topic.client and next((c for c in self.clients.values() if c["name"] == topic.client), None)
            if topic.client and client is None:
                client = self.create_client(at, name=topic.client)
            self.create_project(
                at,
                id=self.project_id(topic.key_number),
                name=topic.name,
                color=topic.color,
                client_id=client["id"] if client else None,
                billable=topic.billable,
                active=not topic.archived,
            )

    def project_id(self, number: int) -> int:
        """Return the id of the demo person's n-th project."""
        return 63_334_400 + self.index * 1000 + number

    def entry_id(self, number: int) -> int:
        """Return the id of the demo person's n-th entry."""
        return 3_700_000_000 + self.index * STRIDE + number

    def fresh_id(self) -> int:
        """Return an id that was never used."""
        self.next_id += 1
        return self.next_id

    # -- entries ----------------------------------------------------------------------------------------------------

    def create_entry(self, at: int, *, number: int | None = None, tags: Iterable[str] = (), **values: Any) -> TimeEntry:
        """Add an entry; a running one stops the one that ran before. Unknown tag names become tags."""
        if "project" in values:
            values["project_id"] = self.project_id(values.pop("project"))
        entry_id = self.entry_id(number) if number is not None else values.pop("id", None) or self.fresh_id()
        tag_ids = values.pop("tag_ids", None) or tuple(self.tag_id(at, name) for name in tags)
        values.setdefault("workspace_id", self.workspace_id)
        entry = TimeEntry(id=entry_id, at=at, tag_ids=tuple(tag_ids), **values)
        if entry.running:
            before = self.current()
            if before is not None:
                self.update_entry(at, id=before.id, stop=max(entry.start, before.start))
            self.running_id = entry.id
        self.entries[entry.id] = entry
        self.version += 1
        if self._by_start is not None:
            insort(self._by_start, (entry.start, entry.id))
        self.subscriptions.tell("time_entry", "created", at, entry)
        return entry

    def update_entry(
        self, at: int, *, number: int | None = None, tags: Iterable[str] | None = None, **values: Any
    ) -> TimeEntry:
        """Change fields of a living entry.

        Raises:
            Missing: it does not exist, or was deleted.
        """
        entry_id = self.entry_id(number) if number is not None else values.pop("id")
        entry = self.living(entry_id)
        if "project" in values:
            values["project_id"] = self.project_id(values.pop("project"))
        if tags is not None:
            values["tag_ids"] = tuple(self.tag_id(at, name) for name in tags)
        if "start" in values and values["start"] != entry.start:
            self._by_start = None
        for name, value in values.items():
            setattr(entry, name, value)
        self._touch(at, entry)
        self.subscriptions.tell("time_entry", "updated", at, entry)
        return entry

    def delete_entry(self, at: int, *, number: int | None = None, id: int | None = None) -> TimeEntry:  # noqa: A002
        """Delete an entry; a running one gets a stop first.

        Raises:
            Missing: it does not exist, or was deleted before.
        """
        entry = self.living(self.entry_id(number) if number is not None else id or 0)
        if entry.stop is None:
            entry.stop = max(at // 1_000_000, entry.start)
        entry.deleted_at = at // 1_000_000
        self._touch(at, entry)
        self.subscriptions.tell("time_entry", "deleted", at, entry)
        return entry

    def _touch(self, at: int, entry: TimeEntry) -> None:
        entry.at = at
        self.version += 1
        if entry.stop is not None:
            entry.zombie = False
        if self.running_id == entry.id and (entry.stop is not None or entry.deleted_at):
            self.running_id = None
        elif entry.stop is None and not entry.deleted_at:
            self.running_id = entry.id
        for rendered in self.fragments.values():
            rendered.pop(entry.id, None)

    def forget_order(self) -> None:
        """Forget the order of entries after many were added at once."""
        self._by_start = None
        self.version += 1

    def render_anew(self) -> None:
        """Forget rendered entries, as what they refer to has changed."""
        self.fragments.clear()
        self.version += 1

    def set_plan(self, plan: str) -> None:
        """Change the plan, and with it the hourly allowances."""
        self.plan = plan
        self.allowances = Allowances(plan)

    def living(self, entry_id: int) -> TimeEntry:
        """Return an entry that was not deleted.

        Raises:
            Missing: there is none.
        """
        entry = self.entries.get(entry_id)
        if entry is None or entry.deleted_at is not None:
            raise Missing(entry_id)
        return entry

    def current(self) -> TimeEntry | None:
        """Return the running entry."""
        return None if self.running_id is None else self.entries.get(self.running_id)

    def between(self, first: int, last: int) -> list[TimeEntry]:
        """Return the living entries that started in ``[first, last)``, oldest first."""
        if self._by_start is None:
            self._by_start = sorted((entry.start, entry.id) for entry in self.entries.values())
        low, high = bisect_left(self._by_start, (first, 0)), bisect_left(self._by_start, (last, 0))
        entries = self.entries
        found = [entries[entry_id] for _, entry_id in self._by_start[low:high]]
        return [entry for entry in found if entry.deleted_at is None]

    # -- projects, clients, tags, tasks -----------------------------------------------------------------------------

    def create_project(self, at: int, **values: Any) -> dict[str, Any]:
        """Add a project."""
        values.setdefault("id", self.fresh_id())
        project = self.projects[values["id"]] = project_json(at, self.workspace_id, values)
        self.subscriptions.tell("project", "created", at, project)
        return project

    def update_project(
        self,
        at: int,
        *,
        id: int = 0,  # noqa: A002
        number: int | None = None,
        **values: Any,
    ) -> dict[str, Any]:
        """Rename, recolour, move or archive a project; its entries keep their ``at``.

        Raises:
            Missing: there is none.
        """
        project = self._dimension(self.projects, id if number is None else self.project_id(number))
        changed = project_json(at, self.workspace_id, {**project, **values})
        project.clear()
        project.update(changed)
        self.render_anew()
        self.subscriptions.tell("project", "updated", at, project)
        return project

    def delete_project(self, at: int, *, id: int, with_entries: bool = False) -> None:  # noqa: A002
        """Delete a project; its entries lose it (their ``at`` stays), or are deleted too."""
        project = self._dimension(self.projects, id)
        stamp = project_json(at, self.workspace_id, {**project, "server_deleted_at": at, "status": "deleted"})
        project.update(stamp)
        for entry in self.entries.values():
            if entry.project_id == id and entry.deleted_at is None:
                if with_entries:
                    self.delete_entry(at, id=entry.id)
                else:
                    entry.project_id = None
        self.render_anew()
        self.subscriptions.tell("project", "deleted", at, project)

    def create_client(self, at: int, **values: Any) -> dict[str, Any]:
        """Add a client."""
        values.setdefault("id", 64_000_000 + self.index * 1000 + len(self.clients))
        client = self.clients[values["id"]] = client_json(at, self.workspace_id, self.user_id, values)
        self.subscriptions.tell("client", "created", at, client)
        return client

    def update_client(self, at: int, *, id: int, **values: Any) -> dict[str, Any]:  # noqa: A002
        """Rename, archive or delete (``server_deleted_at``) a client."""
        client = self._dimension(self.clients, id)
        client.update(client_json(at, self.workspace_id, self.user_id, {**client, **values}))
        if client["server_deleted_at"]:
            for project in self.projects.values():
                if project["client_id"] == id:
                    project.update(client_id=None, cid=None)
        self.render_anew()
        return client

    def tag_id(self, at: int, name: str) -> int:
        """Return the id of the tag of that name, which is created when it is new."""
        if name not in self.tag_names:
            tag_id = 15_986_600 + self.index * 1000 + len(self.tags)
            self.tags[tag_id] = tag_json(at, self.workspace_id, self.user_id, {"id": tag_id, "name": name})
            self.tag_names[name] = tag_id
            self.subscriptions.tell("tag", "created", at, self.tags[tag_id])
        return self.tag_names[name]

    def update_tag(self, at: int, *, id: int, **values: Any) -> dict[str, Any]:  # noqa: A002
        """Rename or delete (``deleted_at``) a tag; a deleted one vanishes from its entries, whose ``at`` stays."""
        tag = self._dimension(self.tags, id)
        self.tag_names.pop(tag["name"], None)
        tag.update(tag_json(at, self.workspace_id, self.user_id, {**tag, **values}))
        if tag.get("deleted_at"):
            for entry in self.entries.values():
                if id in entry.tag_ids:
                    entry.tag_ids = tuple(tag_id for tag_id in entry.tag_ids if tag_id != id)
        else:
            self.tag_names[tag["name"]] = id
        self.render_anew()
        return tag

    def create_task(self, at: int, **values: Any) -> dict[str, Any]:
        """Add a task to a project."""
        values.setdefault("id", 91_000_000 + self.index * 1000 + len(self.tasks))
        task = self.tasks[values["id"]] = task_json(at, self.workspace_id, values)
        return task

    def _dimension(self, table: dict[int, dict[str, Any]], key: int) -> dict[str, Any]:
        row = table.get(key)
        if row is None or row.get("server_deleted_at") or row.get("deleted_at"):
            raise Missing(key)
        return row
