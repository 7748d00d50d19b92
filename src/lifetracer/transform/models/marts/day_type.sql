with worded as (
    select
        kept.*,
        coalesce(reason_lived_seconds, 0) + coalesce(reason_planned_seconds, 0) as seconds,
        case reason
            when 'travel_time' then 'travel'
            when 'work_time' then 'work'
            when 'study_time' then 'study'
            else 'work or study'
        end as matter_en,
        case reason
            when 'travel_time' then '移動'
            when 'work_time' then '仕事'
            when 'study_time' then '勉強'
            else '仕事・勉強'
        end as matter_ja
    from {{ ref('fct_day_type') }} as kept
),

explained as (
    select
        worded.*,
        case
            when reason = 'travel_event' then 'the calendar says “' || reason_title || '”'
            when reason = 'vacation' then 'time off: ' || reason_title
            when reason = 'public_holiday'
                then 'public holiday: ' || holiday || case when holiday_en <> holiday then ' (' || holiday_en || ')' else '' end
            when seconds = 0 then 'no ' || matter_en
            when reason_planned_seconds = 0 then {{ duration_en('seconds / 60 * 60') }} || ' of ' || matter_en
            when reason_lived_seconds = 0 then {{ duration_en('seconds / 60 * 60') }} || ' of ' || matter_en || ' planned'
            else {{ duration_en('seconds / 60 * 60') }} || ' of ' || matter_en || ', '
                || {{ duration_en('reason_planned_seconds / 60 * 60') }} || ' of it planned'
        end as explanation_en,
        case
            when reason = 'travel_event' then '予定「' || reason_title || '」'
            when reason = 'vacation' then '休暇：' || reason_title
            when reason = 'public_holiday' then '祝日：' || holiday
            when seconds = 0 then matter_ja || 'なし'
            when reason_planned_seconds = 0 then matter_ja || {{ duration_ja('seconds / 60 * 60') }}
            when reason_lived_seconds = 0 then matter_ja || 'の予定' || {{ duration_ja('seconds / 60 * 60') }}
            else matter_ja || {{ duration_ja('seconds / 60 * 60') }} || '（うち予定' || {{ duration_ja('reason_planned_seconds / 60 * 60') }} || '）'
        end as explanation_ja
    from worded
)

select
    account_id,
    local_date,
    week_start,
    day_type,
    derived_type,
    is_corrected,
    case
        when is_corrected then 'set by hand; derived: ' || derived_type || ' (' || explanation_en || ')'
        else explanation_en
    end as reason_en,
    case
        when is_corrected
            then '手動で設定（自動判定：'
            || case derived_type
                when 'work' then '仕事'
                when 'study' then '勉強'
                when 'rest' then '休み'
                when 'travel' then '旅行'
                else '休日'
            end
            || '、' || explanation_ja || '）'
        else explanation_ja
    end as reason_ja,
    holiday,
    holiday_en
from explained
