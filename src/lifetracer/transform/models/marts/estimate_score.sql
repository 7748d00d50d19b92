-- Of each day of making the last version counts; periods of which nothing at all was tracked are not judged.
with made as (
    select distinct on (account_id, category_id, grain, period_start, made_on) *
    from {{ source('analyzer', 'estimate') }}
    order by account_id asc, category_id asc, grain asc, period_start asc, made_on asc, made_at desc
),

judged as (
    select
        made.*,
        lived.seconds as actual,
        made.period_end > (account.as_of at time zone account.time_zone)::date - 28 as is_recent,
        case
            when made.horizon <= 0 then 'open'
            when made.horizon <= case made.grain when 'day' then 1 when 'week' then 7 else 31 end then 'next'
            when made.grain = 'day' and made.horizon <= 7 then 'soon'
            else 'later'
        end as ahead
    from made
    inner join {{ ref('dim_day') }} as last_day
        on made.account_id = last_day.account_id and made.period_end - 1 = last_day.local_date
    inner join {{ ref('dim_account') }} as account on made.account_id = account.account_id
    cross join lateral ({{ lived_in_period('made') }}) as lived
    where
        last_day.is_over
        and exists (
            select from {{ ref('fct_day') }} as tracked
            where
                tracked.account_id = made.account_id
                and tracked.local_date >= made.period_start
                and tracked.local_date < made.period_end
                and tracked.actual_seconds > 0
        )
),

scored as (
    select
        judged.*,
        {{ pinball_loss('actual', '') }} as loss,
        {{ pinball_loss('actual', 'baseline_') }} as baseline_loss
    from judged
),

summed as (
    select
        account_id,
        category_id,
        grain,
        ahead,
        count(*)::int as estimates,
        min(period_start) as first_start,
        max(period_start) as last_start,
        avg(loss) as loss,
        avg(baseline_loss) as baseline_loss,
        avg((actual between p10 and p90)::int) as coverage,
        avg(mean - actual) as bias,
        avg(is_model::int) as model_share,
        avg(loss) filter (where is_recent) as recent_loss,
        avg(loss) filter (where not is_recent) as former_loss
    from scored
    group by account_id, category_id, grain, ahead
)

select
    summed.account_id,
    summed.grain,
    summed.ahead,
    summed.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'summed.category_id') }} as category_color,
    summed.estimates,
    summed.first_start,
    summed.last_start,
    summed.loss::numeric(12, 1) as loss_seconds,
    summed.baseline_loss::numeric(12, 1) as baseline_loss_seconds,
    (1 - summed.loss / nullif(summed.baseline_loss, 0))::numeric(12, 4) as gain,
    summed.coverage::numeric(5, 4) as coverage,
    summed.bias::numeric(12, 1) as bias_seconds,
    summed.model_share::numeric(5, 4) as model_share,
    (summed.recent_loss / nullif(summed.former_loss, 0) - 1)::numeric(12, 4) as drift
from summed
left join {{ ref('dim_category') }} as category
    on summed.account_id = category.account_id and summed.category_id = category.category_id
