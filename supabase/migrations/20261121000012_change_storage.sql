-- Notes of changes live for minutes: compressing their ids would cost a first load more than the space is worth.
alter table raw.change alter column source_ids set storage external;
