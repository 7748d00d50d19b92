{{ categories_by('week_start') }}
