{{ calendar_columns(source('raw', 'google_calendar__calendars')) }}
