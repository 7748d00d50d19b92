{# Whether a connection (alias) that is read again and again has not been read for longer than a missed daily run explains. #}
{% macro is_stale_connection(connection) -%}
    {{ connection }}.status = 'active'
    and not {{ connection }}.is_of_files
    and coalesce({{ connection }}.last_success_at < now() - interval '36 hours', false)
{%- endmacro %}

{# A length of time in words, to the minute, as screens and paper word it: 7 h 05 m, 40 m; 7時間5分, 40分. #}
{% macro duration_en(seconds) -%}
    case
        when round({{ seconds }} / 60.0) >= 60
        then (round({{ seconds }} / 60.0)::bigint / 60)::text || ' h ' || lpad((round({{ seconds }} / 60.0)::bigint % 60)::text, 2, '0') || ' m'
        else round({{ seconds }} / 60.0)::text || ' m'
    end
{%- endmacro %}

{% macro duration_ja(seconds) -%}
    case
        when round({{ seconds }} / 60.0) >= 60
        then (round({{ seconds }} / 60.0)::bigint / 60)::text || '時間' || (round({{ seconds }} / 60.0)::bigint % 60)::text || '分'
        else round({{ seconds }} / 60.0)::text || '分'
    end
{%- endmacro %}

{# A date in words: Tue 20 October 2026; 2026年10月20日(火). #}
{% macro date_en(date) -%}
    to_char({{ date }}, 'Dy FMDD FMMonth YYYY')
{%- endmacro %}

{% macro date_ja(date) -%}
    to_char({{ date }}, 'YYYY"年"FMMM"月"FMDD"日"') || '(' || {{ weekday_ja(date) }} || ')'
{%- endmacro %}

{% macro weekday_ja(date) -%}
    substr('月火水木金土日', extract(isodow from {{ date }})::int, 1)
{%- endmacro %}

{# How an entry is called in a sentence. #}
{% macro entry_title(entry) -%}
    coalesce({{ entry }}.description, {{ entry }}.project_name, {{ no_project() }})
{%- endmacro %}

{# problem: figures are wrong until it is mended; warning: they probably are; info: worth a look. #}
{% macro finding_severity(kind) -%}
    case
        when {{ kind }} in ('over_31_days', 'no_start', 'no_stop', 'negative', 'running', 'needs_user') then 'problem'
        when {{ kind }} in ('overlap', 'duplicate', 'long', 'odd_year', 'stale') then 'warning'
        else 'info'
    end
{%- endmacro %}

{# The sentence about a row of `finding`, in a language. #}
{% macro finding_message(language) -%}
    {%- if language == 'en' -%}
    case finding.kind
        when 'untracked' then format(
            'Only %s were tracked on %s; on a %s it is usually %s.',
            {{ duration_en('finding.seconds') }}, {{ date_en('finding.local_date') }},
            to_char(finding.local_date, 'FMDay'), {{ duration_en('finding.other_seconds') }}
        )
        when 'no_project' then format(
            case finding.other_seconds when 1 then '%s entry of %s (%s) has no project.' else '%s entries of %s (%s) have no project.' end,
            finding.other_seconds, {{ date_en('finding.local_date') }}, {{ duration_en('finding.seconds') }}
        )
        when 'overlap' then format(
            '“%s” and “%s” overlap by %s on %s.',
            finding.other, finding.subject, {{ duration_en('finding.seconds') }}, {{ date_en('finding.local_date') }}
        )
        when 'duplicate' then format(
            '“%s” is there twice on %s, with the same start and end (%s).',
            finding.subject, {{ date_en('finding.local_date') }}, {{ duration_en('finding.seconds') }}
        )
        when 'long' then format(
            '“%s” of %s lasts %s.', finding.subject, {{ date_en('finding.local_date') }}, {{ duration_en('finding.seconds') }}
        )
        when 'running' then format(
            '“%s” has been running since %s, for %s.',
            finding.subject, {{ date_en('finding.local_date') }}, {{ duration_en('finding.seconds') }}
        )
        when 'over_31_days' then format(
            '“%s” of %s lasts %s and is not counted.',
            finding.subject, {{ date_en('finding.local_date') }}, {{ duration_en('finding.seconds') }}
        )
        when 'negative' then format(
            '“%s” of %s ends %s before it starts and is not counted.',
            finding.subject, {{ date_en('finding.local_date') }}, {{ duration_en('abs(finding.seconds)') }}
        )
        when 'zero' then format('“%s” of %s has no length.', finding.subject, {{ date_en('finding.local_date') }})
        when 'no_start' then format('“%s” has no readable start and is not counted.', finding.subject)
        when 'no_stop' then format(
            '“%s” of %s has no readable end and is not counted.', finding.subject, {{ date_en('finding.local_date') }}
        )
        when 'odd_year' then format('“%s” lies in the year %s.', finding.subject, to_char(finding.local_date, 'FMYYYY'))
        when 'half_running' then format(
            '“%s” of %s has no end, and yet a length.', finding.subject, {{ date_en('finding.local_date') }}
        )
        when 'calendar' then format(
            'The calendar “%s” has had nothing since %s; in the eight weeks up to then there were %s events.',
            finding.subject, {{ date_en('finding.other::date') }}, finding.seconds
        )
        when 'stale' then format('“%s” has not been read for %s.', finding.subject, {{ duration_en('finding.seconds') }})
        when 'needs_user' then concat_ws(' ', format('“%s” cannot be read any more.', finding.subject), finding.other)
    end
    {%- else -%}
    case finding.kind
        when 'untracked' then format(
            '%sの記録は%sだけです。%s曜日はふだん%sです。',
            {{ date_ja('finding.local_date') }}, {{ duration_ja('finding.seconds') }},
            {{ weekday_ja('finding.local_date') }}, {{ duration_ja('finding.other_seconds') }}
        )
        when 'no_project' then format(
            '%sの記録%s件（%s）にプロジェクトがありません。',
            {{ date_ja('finding.local_date') }}, finding.other_seconds, {{ duration_ja('finding.seconds') }}
        )
        when 'overlap' then format(
            '%sの「%s」と「%s」が%s重なっています。',
            {{ date_ja('finding.local_date') }}, finding.other, finding.subject, {{ duration_ja('finding.seconds') }}
        )
        when 'duplicate' then format(
            '%sの「%s」（%s）が、同じ開始と終了で二つあります。',
            {{ date_ja('finding.local_date') }}, finding.subject, {{ duration_ja('finding.seconds') }}
        )
        when 'long' then format(
            '%sの「%s」は%s続いています。', {{ date_ja('finding.local_date') }}, finding.subject, {{ duration_ja('finding.seconds') }}
        )
        when 'running' then format(
            '「%s」は%sから%s計測中です。',
            finding.subject, {{ date_ja('finding.local_date') }}, {{ duration_ja('finding.seconds') }}
        )
        when 'over_31_days' then format(
            '%sの「%s」は%sもあるため、集計に入れていません。',
            {{ date_ja('finding.local_date') }}, finding.subject, {{ duration_ja('finding.seconds') }}
        )
        when 'negative' then format(
            '%sの「%s」は開始より%s前に終わっているため、集計に入れていません。',
            {{ date_ja('finding.local_date') }}, finding.subject, {{ duration_ja('abs(finding.seconds)') }}
        )
        when 'zero' then format('%sの「%s」は長さがありません。', {{ date_ja('finding.local_date') }}, finding.subject)
        when 'no_start' then format('「%s」は開始が読めないため、集計に入れていません。', finding.subject)
        when 'no_stop' then format(
            '%sの「%s」は終了が読めないため、集計に入れていません。', {{ date_ja('finding.local_date') }}, finding.subject
        )
        when 'odd_year' then format('「%s」は%s年の記録になっています。', finding.subject, to_char(finding.local_date, 'FMYYYY'))
        when 'half_running' then format(
            '%sの「%s」は終了がないのに長さがあります。', {{ date_ja('finding.local_date') }}, finding.subject
        )
        when 'calendar' then format(
            'カレンダー「%s」は%sを最後に予定がありません。それまでの8週間には%s件ありました。',
            finding.subject, {{ date_ja('finding.other::date') }}, finding.seconds
        )
        when 'stale' then format('「%s」を%s読み込めていません。', finding.subject, {{ duration_ja('finding.seconds') }})
        when 'needs_user' then concat('「', finding.subject, '」を読み込めなくなりました。', finding.other)
    end
    {%- endif -%}
{%- endmacro %}

{# What to do about a row of `finding`, in a language. #}
{% macro finding_remedy(language) -%}
    {%- set remedies = {
        'untracked': ('Add what is missing; if the day was free, leave it.', '抜けている時間を足してください。休みの日ならそのままで構いません。'),
        'no_project': ('Give them a project.', 'プロジェクトを付けてください。'),
        'overlap': ('Mend the times of one of them; until then the one that started last counts.', 'どちらかの時刻を直してください。それまでは後から始めた方だけを数えます。'),
        'duplicate': ('Delete one of them; it counts once in lived time and twice in recorded time.', '一つを削除してください。実績では1回、記録の合計では2回数えています。'),
        'long': ('Was the timer forgotten? Mend its end.', '止め忘れなら、終了を直してください。'),
        'running': ('Was the timer forgotten? Stop it and mend its end.', '止め忘れなら、止めて終了を直してください。'),
        'over_31_days': ('Mend its start or end.', '開始か終了を直してください。'),
        'negative': ('Mend its start or end.', '開始か終了を直してください。'),
        'zero': ('Mend its end, or delete it.', '終了を直すか、削除してください。'),
        'no_start': ('Give it a start, or delete it.', '開始を入れるか、削除してください。'),
        'no_stop': ('Give it an end, or delete it.', '終了を入れるか、削除してください。'),
        'odd_year': ('Mend its date.', '日付を直してください。'),
        'half_running': ('Open it and save it again.', '開いて、もう一度保存してください。'),
        'calendar': ('If its events moved, connect the calendar they are in now; else there is nothing to do.', '予定が別のカレンダーに移ったなら、そちらを接続してください。使わなくなったのなら、何もしなくて構いません。'),
        'stale': ('See whether lifetracer still runs, and sync it.', 'lifetracer が動いているか確かめて、同期してください。'),
        'needs_user': ('Connect it again.', 'もう一度接続してください。'),
    } -%}
    case finding.kind
        {%- for kind, words in remedies.items() %}
        when '{{ kind }}' then '{{ words[0] if language == 'en' else words[1] }}'
        {%- endfor %}
    end
{%- endmacro %}
