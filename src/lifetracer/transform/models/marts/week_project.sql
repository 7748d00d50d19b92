{{ projects_by('week_start') }}
