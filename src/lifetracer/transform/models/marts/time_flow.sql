-- Where planned time went. Each day that is over is a sheet of accounts with two margins of equal sum, the length of
-- the day: planned categories and No plan on one side; lived categories, Untracked and Short gaps on the other.
--
-- What a category has on both sides stays (the diagonal, the smaller of the two). The rest flows in proportion:
--
--     flow(a → b) = left over(a) × missing(b) ÷ all that is left over
--
-- Source: this is the plan of entropy-regularised optimal transport (Cuturi, Sinkhorn Distances, 2013) when every way
-- costs the same: then minimising the cost says nothing, maximising the entropy remains, and of all tables with given
-- margins the independent coupling a ⊗ b has the greatest entropy. So no iteration is needed.
with day as (
    select
        account_id,
        local_date,
        week_start,
        day_seconds - planned_seconds as unplanned_seconds,
        untracked_seconds,
        joined_seconds
    from {{ ref('fct_day') }}
    where is_over
),

-- one row per day and category or kind, with both its sides
node as (
    select
        day.account_id,
        day.local_date,
        day.week_start,
        side.category_id,
        side.planned_seconds,
        side.actual_seconds
    from day
    cross join lateral (
        select
            category.category_id,
            category.planned_seconds,
            category.actual_seconds
        from {{ ref('fct_day_category') }} as category
        where category.account_id = day.account_id and category.local_date = day.local_date
        union all
        values
        ('no_plan', day.unplanned_seconds, 0),
        ('untracked', 0, day.untracked_seconds),
        ('joined', 0, day.joined_seconds)
    ) as side
),

sheet as (
    select
        account_id,
        local_date,
        week_start,
        array_agg(category_id) as ids,
        array_agg(least(planned_seconds, actual_seconds)) as kept,
        array_agg(planned_seconds - least(planned_seconds, actual_seconds)) as outflow,
        array_agg(actual_seconds - least(planned_seconds, actual_seconds)) as inflow,
        sum(planned_seconds - least(planned_seconds, actual_seconds))::double precision as total
    from node
    group by account_id, local_date, week_start
),

-- what a category keeps, and what it gives to each other one (of what it has left over and what it misses, one is 0)
flow as (
    select
        sheet.account_id,
        sheet.local_date,
        sheet.week_start,
        leaves.category_id as from_id,
        enters.category_id as to_id,
        case
            when leaves.category_id = enters.category_id then leaves.kept::double precision
            else leaves.outflow::double precision * enters.inflow / nullif(sheet.total, 0)
        end as seconds
    from sheet
    cross join lateral unnest(sheet.ids, sheet.kept, sheet.outflow) as leaves (category_id, kept, outflow)
    cross join lateral unnest(sheet.ids, sheet.inflow) as enters (category_id, inflow)
)

select
    flow.account_id,
    flow.local_date,
    flow.week_start,
    flow.from_id as from_category_id,
    case flow.from_id when 'no_plan' then 'No plan' else {{ category_name('source') }} end as from_category,
    case flow.from_id when 'no_plan' then '#9aa0a6' else {{ category_color('source', 'flow.from_id') }} end as from_color,
    flow.to_id as to_category_id,
    case flow.to_id
        when 'untracked' then 'Untracked' when 'joined' then 'Short gaps' else {{ category_name('target') }}
    end as to_category,
    case
        when flow.to_id in ('untracked', 'joined') then '#9aa0a6'
        else {{ category_color('target', 'flow.to_id') }}
    end as to_color,
    flow.seconds
from flow
left join {{ ref('dim_category') }} as source
    on flow.account_id = source.account_id and flow.from_id = source.category_id
left join {{ ref('dim_category') }} as target
    on flow.account_id = target.account_id and flow.to_id = target.category_id
where flow.seconds > 0
