"""Rows of what migrations make: app, ops, raw.

Written by `lifetracer types` from the live database. Do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

Json = Any
"""A decoded JSON document."""


@dataclass(frozen=True, slots=True)
class AppAccount:
    """A person whose time is kept here. With Supabase Auth the id is the user's id. One row per account."""

    account_id: UUID

    name: str

    time_zone: str
    """IANA zone that decides where a day begins."""

    language: str

    week_start: int
    """First day of the week: 0 Sunday … 6 Saturday (as Toggl counts)."""

    created_at: datetime

    country: str | None
    """ISO 3166 country whose public holidays apply; null: the one its time zone lies in."""


@dataclass(frozen=True, slots=True)
class AppAdjusterSetting:
    """How bold the proposals to a person may be; without a row the defaults hold. One row per account."""

    account_id: UUID

    probability: Decimal
    """Chance with which a proposed target is to be reached; the lower, the more ambitious."""

    carry_over: bool
    """Whether what an agreed target fell short of is wished for in the next period as well."""

    sleep_seconds: int
    """Sleep of a day that is kept free while no category of the kind sleep tells how much it is."""

    reserve_seconds: int
    """Time of a day that no target may take: meals, ways, breaks."""

    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AppApiToken:
    """Tokens by which programs use the API for an account. One row per account and token."""

    account_id: UUID

    token_id: UUID

    name: str

    token_hash: bytes
    """SHA-256 of the token; the token itself (256 random bits) is shown once and kept nowhere."""

    scopes: list[str]

    created_at: datetime

    expires_at: datetime | None
    """From then on it is refused; null never."""

    last_used_at: datetime | None
    """To the minute."""

    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppCategory:
    """Categories as a person wants them; those that projects and calendars bring need no row. One row per account
    and category.
    """

    account_id: UUID

    category_id: str
    """app.category_id() of the name at creation; a row of a derived category's id overrides it."""

    name: str
    """Name as shown."""

    parent_id: str | None
    """Category it belongs to."""

    color: str | None
    """#rrggbb; null: the project's, the calendar's, or one by hash."""

    kind: str | None
    """What it is for its person; null: what is chosen for the nearest category above, else by the words of its
    name.
    """

    is_archived: bool
    """No longer offered; former time keeps it."""

    position: int
    """Order among its siblings, the lowest first."""


@dataclass(frozen=True, slots=True)
class AppCategoryRule:
    """Which entries and occurrences belong to which category; the first that fits wins, none: the default. One row
    per account and rule.
    """

    account_id: UUID

    rule_id: UUID

    position: int
    """Order, the lowest first; equal ones by rule_id."""

    source: str | None
    """Only what came from this source; null: any."""

    field: str
    """What is looked at: of entries client, project, task, tag, description, color; of occurrences calendar,
    title, event_type, location, color.
    """

    operator: str
    """How the pattern is meant; matches: a regular expression of PostgreSQL. Case and width never count."""

    pattern: str

    category_id: str

    folded: str
    """The pattern as it is compared with folded texts."""


@dataclass(frozen=True, slots=True)
class AppConnection:
    """One access to one service. One row per account and connection."""

    account_id: UUID

    connection_id: UUID

    source: str

    name: str

    settings: Json
    """What the source keeps about the access and is no secret: user id, calendars, zone."""

    status: str

    problem: Json | None
    """Why status is needs_user: {kind, message, remedy}."""

    external_user: str | None
    """The service's id of the user; a credential of another user is refused."""

    created_at: datetime

    last_success_at: datetime | None

    last_change_at: datetime | None
    """When a sync last brought a change (the staleness alarm looks at it)."""


@dataclass(frozen=True, slots=True)
class AppCredential:
    """Encrypted credentials (Fernet). Only the owner role reads it. One row per connection."""

    account_id: UUID

    connection_id: UUID

    secret: str

    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AppDayType:
    """What kind of day it was, said by the person; it overrules what is derived. One row per account and corrected
    day.
    """

    account_id: UUID

    local_date: date

    day_type: str

    set_at: datetime


@dataclass(frozen=True, slots=True)
class AppFeed:
    """Secret addresses under which calendars read what happened (iCalendar). One row per account and address."""

    account_id: UUID

    feed_id: UUID

    name: str

    address_hash: bytes
    """SHA-256 of the secret part of the address (256 random bits), which is shown once and kept nowhere."""

    shows: str
    """everything: descriptions, projects and clients; categories: nothing but the category."""

    days: int
    """How far back it reaches."""

    created_at: datetime

    last_read_at: datetime | None
    """To the minute."""

    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """Accounts elsewhere that vouch for a person: OpenID Connect, Supabase Auth. One row per account, issuer and
    subject.
    """

    account_id: UUID

    issuer: str

    subject: str

    label: str
    """What people recognise it by, such as an e-mail address; nothing is ever decided by it."""

    created_at: datetime

    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppIntent:
    """What a person wishes of each day, week or month, in the vocabulary of targets. A changed intent gets a
    further row, so that the past keeps its wish. One row per account, intent and day from which it is so.
    """

    account_id: UUID

    intent_id: UUID

    name: str

    sentence: str | None
    """As the person said it; null: it was entered field by field."""

    subject: str
    """What is wished about: a category with those beneath it, a project, a tag, entries whose description contains
    a text, or everything.
    """

    subject_value: str | None
    """Id or name of the category, key or name of the project, the tag or the text."""

    measure: str
    """duration: lived seconds; count: entries begun; start_time, end_time: first start and last end of a day;
    share: part of all tracked time.
    """

    period: str

    comparison: str

    low: Decimal | None
    """Seconds, entries, seconds after midnight, or a share from 0 to 1."""

    high: Decimal | None
    """Likewise; with exactly it equals low."""

    weekdays: list[int] | None
    """ISO days (1 Monday … 7 Sunday) that count; null: all."""

    priority: int
    """The higher goes first where not all wishes have room."""

    valid_from: date
    """Periods that begin on this day or later are wished for so."""

    valid_to: date | None
    """Periods that begin on this day or later are not; null: it goes on."""

    created_at: datetime


@dataclass(frozen=True, slots=True)
class AppInvitation:
    """Links and codes by which somebody comes in once. One row per account and invitation."""

    account_id: UUID
    """Who invited; for the kinds owner and return, the account that it opens."""

    invitation_id: UUID

    kind: str
    """owner: the set-up code of a new installation; person: makes a new account; return: a new password, made on
    the command line only.
    """

    name: str

    token_hash: bytes

    created_at: datetime

    expires_at: datetime

    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppLanguageModelChoice:
    """What a language model may see of a person; without a row it sees nothing. One row per account."""

    account_id: UUID

    level: str
    """nothing; totals: names of categories and targets, and sums; texts: also titles of plans and what the person
    writes to it.
    """

    chosen_at: datetime


@dataclass(frozen=True, slots=True)
class AppLetter:
    """Texts that were sent to a language model, word by word, with the answers; the latest 200. One row per
    account and letter.
    """

    account_id: UUID

    letter_id: UUID

    sent_at: datetime

    purpose: str
    """review: to word a week's review; intent: to read a wish that was not understood."""

    subject: str
    """The week that it is about, such as 2026-W47; empty for an intent."""

    language: str

    endpoint: str

    model: str

    level: str
    """What the person let it see then."""

    sent: Json
    """The messages, exactly as sent: [{"role", "content"}]."""

    digest: str
    """SHA-256 of the messages; with other facts it is another letter."""

    answer: str | None

    outcome: str
    """waiting; answered; used; refused: the answer did not pass the check; failed: there was no answer."""

    note: str | None
    """Why it was refused or failed."""


@dataclass(frozen=True, slots=True)
class AppPerson:
    """Who can sign in to the console. One row per account that has a person behind it."""

    account_id: UUID

    sign_in_name: str

    is_operator: bool
    """May invite and remove people; sees nobody's time but their own."""

    password_hash: str | None
    """Argon2id; null where only other services vouch for the person."""

    password_changed_at: datetime | None

    totp_secret: str | None
    """Of the second factor, encrypted by the vault; it counts from totp_since on."""

    totp_since: datetime | None

    totp_step: int
    """The last half minute whose code was used: a code works once."""

    created_at: datetime


@dataclass(frozen=True, slots=True)
class AppPlanCalendar:
    """The calendar that lifetracer made, the only one that it ever writes to. One row per account."""

    account_id: UUID

    connection_id: UUID

    calendar_id: str | None
    """Google's id; null: it was asked for, and the answer is not known yet."""

    title: str

    marker: str
    """Words in its description by which it is found again."""

    asked_at: datetime

    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppPlanSetting:
    """How lifetracer may plan for a person; without a row the defaults hold. One row per account."""

    account_id: UUID

    is_on: bool
    """Whether the stage adjust ends with a plan proposal."""

    horizon_days: int
    """How many days ahead, today included."""

    shortest_minutes: int
    """No block is shorter."""

    longest_minutes: int
    """No block is longer."""

    pause_minutes: int
    """Between two blocks."""

    buffer_minutes: int
    """Before and after an event of somebody else's making."""

    day_minutes: int
    """No more of one target is placed on one day."""

    quiet_from: time | None
    """Nothing is placed from this time of day on; null: learned from when nothing but sleep is lived."""

    quiet_until: time | None
    """Up to this time of day."""


@dataclass(frozen=True, slots=True)
class AppRate:
    """What a billable hour costs; the most specific rate wins, and of several the latest that is valid. One row
    per account and rate.
    """

    account_id: UUID

    rate_id: UUID

    client_name: str | None
    """Only for this client; null: for any."""

    project_name: str | None
    """Only for projects of this name; null: for any."""

    hourly_amount: Decimal

    currency: str
    """ISO 4217 code."""

    valid_from: date
    """First day it applies to, until a later one for the same does."""


@dataclass(frozen=True, slots=True)
class AppReaderRole:
    """Database logins for people who write SQL, each bound to one account. One row per login."""

    role_name: str

    account_id: UUID

    created_at: datetime


@dataclass(frozen=True, slots=True)
class AppRecoveryCode:
    """Codes that stand in once for a lost second factor. One row per account and code."""

    account_id: UUID

    code_hash: bytes

    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppReport:
    """Reports that were written, with what they were asked for. One row per account and report."""

    account_id: UUID

    report_id: UUID

    name: str
    """Name of the file: kind, period, and what sets it apart; writing it again replaces it."""

    kind: str

    period: str
    """As people name it: 2026-11-21, 2026-W47 or 2026-11."""

    period_start: date

    period_end: date
    """Last day."""

    language: str

    paper: str

    parameters: Json
    """What else it was asked for: client, rounding."""

    place: str
    """Folder or address below which the file lies, as the one who wrote it knew it; a folder with the name of its
    machine.
    """

    size: int

    sha256: str

    made_at: datetime


@dataclass(frozen=True, slots=True)
class AppRevision:
    """What a row that people enter was before each change. At an instant it was as the first revision after it
    says; without one, as it is now. One row per account, entity, row and change.
    """

    account_id: UUID

    entity: str
    """Name of the table."""

    entity_id: str
    """The row's key in it."""

    revision_id: int

    data: Json | None
    """The row until changed_at; null: there was none."""

    changed_at: datetime

    changed_by: str
    """The setting lifetracer.changed_by, else the role, else the login."""


@dataclass(frozen=True, slots=True)
class AppSchedule:
    """What runs by itself: every day at a local time of the account, or every so many minutes. One row per account
    and schedule.
    """

    account_id: UUID

    schedule_id: UUID

    stage: str

    subject: str

    local_time: time | None

    enabled: bool

    next_run_at: datetime | None
    """Null until a worker has worked it out."""

    last_run_at: datetime | None

    every_minutes: int | None
    """A light sync at this interval, as long as the service's quota leaves room; null for a time of day."""


@dataclass(frozen=True, slots=True)
class AppSession:
    """Browsers that are signed in. One row per account and session."""

    account_id: UUID

    session_id: UUID

    session_hash: bytes
    """SHA-256 of the cookie (256 random bits), which is kept nowhere."""

    how: str
    """By which proof it was opened: a password, another service, or the installation's access token."""

    proof: bytes | None
    """Of the access token with which it was opened: the session ends when that token is changed."""

    upstream: str | None
    """Supabase's refresh token, encrypted: the session ends when the project no longer renews it."""

    upstream_until: datetime | None
    """When it is to be renewed next."""

    user_agent: str

    ip: str | None

    created_at: datetime

    last_seen_at: datetime

    confirmed_at: datetime
    """When the person last proved who they are; changes of security ask for it anew after a while."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AppTarget:
    """What a person wants of each day, week or month. A changed target gets a further row, so that the past keeps
    its measure. One row per account, target and day from which it is so.
    """

    account_id: UUID

    target_id: UUID

    name: str

    subject: str
    """What is measured: a category with those beneath it, a project, a tag, entries whose description contains a
    text, or everything.
    """

    subject_value: str | None
    """Id or name of the category, key or name of the project, the tag or the text."""

    measure: str
    """duration: lived seconds; count: entries begun; start_time, end_time: first start and last end of a day;
    share: part of all tracked time.
    """

    period: str

    comparison: str

    low: Decimal | None
    """Seconds, entries, seconds after midnight, or a share from 0 to 1."""

    high: Decimal | None
    """Likewise; with exactly it equals low."""

    weekdays: list[int] | None
    """ISO days (1 Monday … 7 Sunday) that count; null: all."""

    priority: int
    """The higher goes first where not all targets can be met."""

    valid_from: date
    """Periods that begin on this day or later are measured so."""

    valid_to: date | None
    """Periods that begin on this day or later are not; null: it goes on."""

    made_by: str

    created_at: datetime


@dataclass(frozen=True, slots=True)
class AppVacation:
    """Days on which intents rest: nothing is proposed for them. One row per account and vacation."""

    account_id: UUID

    vacation_id: UUID

    name: str

    begins_on: date
    """First day away."""

    ends_on: date
    """First day that is none of it any more."""

    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpsAudit:
    """Who changed or started what through the API, the console or the command line. One row per account and
    change.
    """

    account_id: UUID

    audit_id: int

    at: datetime

    who: str
    """The token's name, "browser", "this machine" or "command line"."""

    ip: str | None

    action: str

    subject: str

    details: Json
    """Facts such as the request's id; never a secret."""


@dataclass(frozen=True, slots=True)
class OpsCursor:
    """How far each stream was read; commits together with the rows that prove it. One row per connection, stream
    and partition.
    """

    account_id: UUID

    connection_id: UUID

    stream: str

    partition: str

    state: Json

    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OpsHintChannel:
    """Ways by which a service tells that something changed: Toggl webhooks, Google push channels. One row per
    account and channel.
    """

    account_id: UUID

    channel_id: UUID

    connection_id: UUID

    source: str

    topic: str
    """What it tells about: a Toggl workspace, a Google calendar."""

    address: str
    """Where the service was told to send its hints, without the channel's own part."""

    secret: str
    """By which a hint proves where it comes from, encrypted like a credential."""

    remote_id: str | None
    """The service's own name for it: Toggl's subscription id, Google's resource id."""

    opened_at: datetime

    expires_at: datetime | None

    confirmed_at: datetime | None
    """When the service first reached us over it."""

    last_heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpsIdempotency:
    """Answers to requests that carried an Idempotency-Key, kept for a day. One row per account and key."""

    account_id: UUID

    key: str

    request_hash: bytes

    status: int

    headers: Json

    body: Json | None

    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpsJob:
    """Runs of stages, queued, running and ended. One row per account and job."""

    account_id: UUID

    job_id: UUID

    stage: str

    subject: str
    """What the stage is about: a source, or a report's kind and day. At most one living job each."""

    parameters: Json

    status: str

    progress: Json

    summary: Json | None

    error: Json | None
    """Why it did not succeed: {kind, message, remedy}."""

    attempt: int
    """How often it was started for this request."""

    fence: int
    """Grows with every claim; whoever holds an older number may no longer write the row."""

    again: bool
    """Somebody asked while it was running: one more run follows, with again_parameters."""

    again_parameters: Json

    priority: int
    """The higher goes first: a click overtakes the schedule."""

    requested_by: str

    worker: str | None

    queued_at: datetime

    run_after: datetime
    """Not before: after a failure that time may heal, or when the quota resets."""

    started_at: datetime | None

    finished_at: datetime | None

    heartbeat_at: datetime | None

    cancel_requested_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpsJobLog:
    """What jobs said while they ran. One row per account, job and line."""

    account_id: UUID

    job_id: UUID

    line: int

    attempt: int

    at: datetime

    level: str

    event: str

    details: Json


@dataclass(frozen=True, slots=True)
class OpsQuota:
    """Request allowance as last observed, shared by all workers. One row per connection and bucket."""

    account_id: UUID

    connection_id: UUID

    bucket: str

    total: int | None

    remaining: int | None

    resets_at: datetime | None

    observed_at: datetime


@dataclass(frozen=True, slots=True)
class OpsRate:
    """How often somebody came in a minute, over all servers. One row per minute and bucket."""

    window_number: int
    """Minutes since 1970."""

    bucket: str
    """token:…, session:… or ip:…, and wrong:… for tokens that were refused."""

    hits: int


@dataclass(frozen=True, slots=True)
class OpsRoundTrip:
    """Browsers that were sent to another service's sign-in or consent page. One row per state."""

    state_hash: bytes

    browser: bytes
    """Hash of the cookie of the browser that began; no other one may end it."""

    details: str
    """What is needed when it comes back (verifier, nonce, where to go on), encrypted."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpsSignInFailure:
    """Failed sign-ins in a row, over all servers. One row per bucket."""

    bucket: str
    """A hash of what is counted: a name from an address, a name, a known browser, a second factor."""

    failures: int

    last_at: datetime

    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class OpsSweepSeen:
    """Ids met during a full read; what is not here at its end was deleted. One row per account, sweep, stream and
    id.
    """

    account_id: UUID

    connection_id: UUID

    sweep_id: UUID

    stream: str

    source_id: str


@dataclass(frozen=True, slots=True)
class OpsSyncRun:
    """The sync log. One row per account and sync of a connection."""

    account_id: UUID

    run_id: UUID

    connection_id: UUID

    source: str

    started_at: datetime

    finished_at: datetime | None

    status: str

    requests: int

    items: int

    inserted: int

    updated: int

    deleted: int

    mended: int
    """Texts with characters PostgreSQL cannot hold (NUL, lone surrogates), stored with U+FFFD instead."""

    details: Json

    error: Json | None


@dataclass(frozen=True, slots=True)
class OpsWorker:
    """Workers and when each was last seen. One row per worker; it goes when the worker ends well."""

    name: str
    """Host and process id."""

    stages: list[str]

    slots: int

    running: int

    version: str

    started_at: datetime

    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RawChange:
    """Items of raw that were written and are not yet transformed. One row per account, statement and raw table."""

    account_id: UUID

    change_id: int

    stream: str
    """Name of the raw table: of a stream, or occurrence."""

    source_ids: list[str]
    """Their source_id, or occurrence_id."""

    changed_at: datetime

    is_taken: bool
    """A transform has begun with it; it is removed when the transform has ended well."""


@dataclass(frozen=True, slots=True)
class RawOccurrence:
    """Calendar events expanded into the times they take place. One row per account and occurrence."""

    account_id: UUID

    occurrence_id: str

    connection_id: UUID

    source: str

    calendar_id: str

    series_id: str
    """source_id of the event row it comes from: a single event or a series master."""

    content_id: str
    """source_id of the event row whose title and details apply: an exception, or series_id."""

    original_start: str
    """Start the series gave it before any exception moved it, ISO 8601."""

    starts_at: datetime | None

    ends_at: datetime | None

    starts_on: date | None
    """All-day only: first day. It has no instant."""

    ends_on: date | None
    """All-day only: the day after the last."""

    time_zone: str | None


@dataclass(frozen=True, slots=True)
class RawOccurrenceRevision:
    """Former versions of occurrences. One row per account, occurrence and version that was replaced."""

    account_id: UUID

    occurrence_id: str

    revision_id: int

    change: str
    """What became of this version: changed into another, removed; or added: there was none before, and this one
    came.
    """

    connection_id: UUID

    source: str

    calendar_id: str

    series_id: str

    content_id: str
    """source_id of the event row whose title and details applied; its former versions are in raw.revision."""

    starts_at: datetime | None

    ends_at: datetime | None

    starts_on: date | None

    ends_on: date | None

    replaced_at: datetime
    """When that happened here."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A raw table ``raw.<service>__<entity>``: what a service sent, as received."""

    account_id: UUID

    source_id: str

    connection_id: UUID

    data: Json

    api_version: str

    synced_at: datetime

    deleted_at: datetime | None

    deleted_reason: str | None


@dataclass(frozen=True, slots=True)
class RawRevision:
    """Former versions of raw rows. One row per account, stream, item and replaced version."""

    account_id: UUID

    stream: str
    """Name of the raw table the row was in."""

    source_id: str

    revision_id: int

    data: Json

    api_version: str

    synced_at: datetime
    """Since when this version had been the stored one."""

    deleted_at: datetime | None

    replaced_at: datetime
    """When a newer version or a deletion replaced it."""
