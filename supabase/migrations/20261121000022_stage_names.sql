-- A stage may have a hyphen in its name: what-if.

alter table ops.job drop constraint job_stage_check;
alter table ops.job add constraint job_stage_check check (stage ~ '^[a-z][a-z_-]*$');
