{{ event_columns(source('raw', 'google_calendar__events')) }}
