-- Every block of one week, in the order of the day.
select
    block_id, layer, local_date, starts_at, ends_at, start_second, end_second, seconds, all_day, category, category_color,
    title, detail, source, busy, response, running, verdict, counterpart_block_id, delta_seconds,
    overrun_seconds, replaced_by
from marts.week_block
where account_id = %(account_id)s and week_start = %(monday)s
order by local_date, all_day desc, start_second, end_second desc, layer, block_id
