{{ calendar_columns(source('raw', 'ical__calendars')) }}
