{{ event_columns(source('raw', 'ical__events')) }}
