{{ categories_by('month_start') }}
