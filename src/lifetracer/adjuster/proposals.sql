-- Proposals: written by run.py, decided by proposals.py; in the account's transaction.

-- open --
-- Undecided proposals for periods that are not over.
select proposal_id, intent_id, period, period_start, comparison, low::float, high::float, wished_low::float, wished_high::float,
    chosen_probability::float, probability::float
from core.target_proposal
where status = 'proposed' and period_end > %(today)s

-- decided --
-- What was said about the present, the next and the last periods.
select intent_id, period, period_start, status, decided_low::float as decided_low
from core.target_proposal
where status in ('accepted', 'edited', 'rejected') and period_end > %(today)s::date - 62

-- supersede --
update core.target_proposal set status = 'superseded' where proposal_id = any(%(proposal_ids)s) and status = 'proposed'

-- propose --
insert into core.target_proposal (
    account_id, proposal_id, intent_id, period, period_start, period_end, measure, comparison, low, high, wished_comparison,
    wished_low, wished_high, chosen_probability, probability, probability_wished, lived, likely, reasons, made_at
)
values (
    app.current_account_id(), %(proposal_id)s, %(intent_id)s, %(period)s, %(period_start)s, %(period_end)s, %(measure)s,
    %(comparison)s, %(low)s, %(high)s, %(wished_comparison)s, %(wished_low)s, %(wished_high)s, %(chosen_probability)s,
    %(probability)s, %(probability_wished)s, %(lived)s, %(likely)s, %(reasons)s, %(made_at)s
)

-- every --
-- Undecided ones of periods that are not over; with all: whatever was proposed, the latest first.
select proposal.proposal_id, proposal.intent_id, intent.name, intent.subject, intent.subject_value, intent.weekdays,
    intent.priority, proposal.period, proposal.period_start, proposal.period_end, proposal.measure, proposal.comparison,
    proposal.low, proposal.high, proposal.wished_comparison, proposal.wished_low, proposal.wished_high,
    proposal.chosen_probability::float as chosen_probability, proposal.probability::float as probability,
    proposal.probability_wished::float as probability_wished, proposal.lived, proposal.likely, proposal.reasons, proposal.status,
    proposal.decided_at, proposal.decided_low, proposal.decided_high, proposal.target_id, proposal.made_at
from core.target_proposal as proposal
inner join lateral (
    select version.name, version.subject, version.subject_value, version.weekdays, version.priority
    from app.intent as version
    where version.intent_id = proposal.intent_id
    order by version.valid_from <= proposal.period_start desc, abs(version.valid_from - proposal.period_start) asc
    limit 1
) as intent on true
where
    (%(proposal_id)s::uuid is null or proposal.proposal_id = %(proposal_id)s)
    and (
        %(all)s or %(proposal_id)s::uuid is not null
        or (proposal.status = 'proposed' and proposal.period_end > %(today)s::date)
    )
order by
    case when %(all)s then proposal.made_at end desc,
    proposal.period_start asc,
    intent.priority desc,
    intent.name asc,
    proposal.proposal_id asc
limit %(limit)s

-- lock --
-- So that two decisions of one moment come one after the other.
select status from core.target_proposal where proposal_id = %(proposal_id)s for update

-- decide --
update core.target_proposal set
    status = %(status)s, decided_at = %(decided_at)s, decided_low = %(decided_low)s, decided_high = %(decided_high)s,
    target_id = %(target_id)s
where proposal_id = %(proposal_id)s

-- is_taken --
-- Whether a target of a person's own bears the name at that time.
select exists (
    select from app.target
    where name = %(name)s and target_id <> %(target_id)s and (valid_to is null or valid_to > %(on)s)
)
