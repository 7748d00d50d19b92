-- What is likely, and what was noticed: written by the analyzer, kept with the time it was made, shown by marts.

create table core.estimate (
    account_id uuid not null references app.account on delete cascade,
    category_id text not null,
    grain text not null check (grain in ('day', 'week', 'month')),
    period_start date not null,
    period_end date not null,
    made_at timestamptz not null,
    made_on date not null,
    horizon integer not null,
    p10 integer not null,
    p25 integer not null,
    p50 integer not null,
    p75 integer not null,
    p90 integer not null,
    mean integer not null,
    lived_seconds integer not null,
    planned_seconds integer not null,
    baseline_p10 integer not null,
    baseline_p25 integer not null,
    baseline_p50 integer not null,
    baseline_p75 integer not null,
    baseline_p90 integer not null,
    method text not null,
    is_model boolean not null,
    reasons jsonb not null default '[]',
    primary key (account_id, category_id, grain, period_start, made_at),
    constraint estimate_period check (period_end > period_start and horizon = period_start - made_on),
    constraint estimate_order check (
        0 <= p10 and p10 <= p25 and p25 <= p50 and p50 <= p75 and p75 <= p90
        and 0 <= baseline_p10 and baseline_p10 <= baseline_p25 and baseline_p25 <= baseline_p50
        and baseline_p50 <= baseline_p75 and baseline_p75 <= baseline_p90
    )
);
create index estimate_of_period on core.estimate (account_id, period_start, grain, category_id, made_at desc);
comment on table core.estimate is 'How much of a category a day, week or month will probably hold, in seconds of the whole period; every version is kept. One row per account, category, period and time of making.';
comment on column core.estimate.period_start is 'First day; weeks begin on Monday.';
comment on column core.estimate.period_end is 'Day after the last.';
comment on column core.estimate.made_on is 'Local day on which it was made.';
comment on column core.estimate.horizon is 'Days from made_on to period_start; negative: the period had begun.';
comment on column core.estimate.p10 is 'One in ten such periods ends below; p25, p50, p75, p90 likewise.';
comment on column core.estimate.mean is 'Expected seconds.';
comment on column core.estimate.lived_seconds is 'What was lived of the period when it was made; included in all figures.';
comment on column core.estimate.planned_seconds is 'What the calendar had planned for the whole period when it was made.';
comment on column core.estimate.baseline_p10 is 'What the best simple rule said at the same time (p25 … likewise), so that the gain can be reckoned.';
comment on column core.estimate.method is 'Which method answered: the model, or the name of the simple rule.';
comment on column core.estimate.is_model is 'The model answered, because it had been better than every simple rule.';
comment on column core.estimate.reasons is 'Main contributions: [{"code", "seconds", …}], the weightiest first.';

create table core.estimate_choice (
    account_id uuid not null references app.account on delete cascade,
    category_id text not null,
    made_at timestamptz not null,
    method text,
    is_model boolean not null,
    baseline text,
    known_days integer not null,
    model_loss numeric,
    baseline_loss numeric,
    codes jsonb not null default '[]',
    primary key (account_id, category_id, made_at)
);
comment on table core.estimate_choice is 'Which method answers for a category since when, and why. One row per account, category and time of choosing.';
comment on column core.estimate_choice.method is 'As in core.estimate; null: the category is not estimated, codes say why.';
comment on column core.estimate_choice.baseline is 'The simple rule that had been best.';
comment on column core.estimate_choice.known_days is 'Complete days that it rests on.';
comment on column core.estimate_choice.model_loss is 'Mean pinball loss of the model in the back-test, in seconds; null: there was none.';
comment on column core.estimate_choice.baseline_loss is 'The same of the best simple rule.';
comment on column core.estimate_choice.codes is 'Sentences to say about it: [{"code", …}].';

create table core.insight (
    account_id uuid not null references app.account on delete cascade,
    insight_id uuid not null,
    kind text not null check (kind in ('anomaly', 'change_point', 'correlation', 'planning_fallacy')),
    category_id text not null,
    other_category_id text,
    begins_on date not null,
    ends_on date,
    effect numeric not null,
    details jsonb not null default '{}',
    p_value numeric not null check (p_value between 0 and 1),
    made_at timestamptz not null,
    ended_at timestamptz,
    primary key (account_id, insight_id)
);
comment on table core.insight is 'Something noticed about a person''s time that chance explains badly. One row per account and finding.';
comment on column core.insight.insight_id is 'The same finding keeps its id from run to run.';
comment on column core.insight.other_category_id is 'Of correlations: the category that follows.';
comment on column core.insight.begins_on is 'First day that it is about.';
comment on column core.insight.ends_on is 'Day after the last; null: until now.';
comment on column core.insight.effect is 'anomaly and change_point: seconds a day more (less when negative); correlation: Spearman''s rho; planning_fallacy: lived by planned.';
comment on column core.insight.details is 'Figures that its sentence is made of.';
comment on column core.insight.p_value is 'How often chance alone would show as much, as reckoned by the test that found it.';
comment on column core.insight.ended_at is 'Since when it is no longer found; null: it holds.';

alter table core.estimate enable row level security;
alter table core.estimate_choice enable row level security;
alter table core.insight enable row level security;
create policy own on core.estimate for select to lifetracer_app, lifetracer_reader, authenticated
using (account_id = (select app.current_account_id()));
create policy own on core.estimate_choice for select to lifetracer_app, lifetracer_reader, authenticated
using (account_id = (select app.current_account_id()));
create policy own on core.insight for select to lifetracer_app, lifetracer_reader, authenticated
using (account_id = (select app.current_account_id()));
grant select on core.estimate, core.estimate_choice, core.insight to lifetracer_app, lifetracer_reader, authenticated;
