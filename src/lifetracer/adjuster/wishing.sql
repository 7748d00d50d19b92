-- What sentences may be about; in the account's transaction.

-- is_made --
-- Whether a transform has made the names.
select
    to_regclass('core.dim_category') is not null
    and to_regclass('core.dim_project') is not null
    and to_regclass('core.fct_entry') is not null

-- names --
-- Of projects that are spelt alike the living one comes last, so that it stays.
select subject, value, name
from (
    select 'category' as subject, category_id as value, category as name, is_archived as is_old
    from core.dim_category
    union all
    select 'project' as subject, project_key as value, project_name as name, is_deleted as is_old
    from core.dim_project
    where project_name is not null
    union all
    select distinct 'tag' as subject, tag.name as value, tag.name, false as is_old
    from core.fct_entry as entry
    cross join unnest(entry.tags) as tag (name)
) as known
where btrim(name) <> ''
order by subject asc, is_old desc, name asc, value asc

-- names_entered --
select 'category' as subject, category_id as value, name
from app.category
order by name
