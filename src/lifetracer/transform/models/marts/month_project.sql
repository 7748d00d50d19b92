{{ projects_by('month_start') }}
