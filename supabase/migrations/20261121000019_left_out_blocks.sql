-- Approving some blocks of a plan proposal: the others are left out, and their times are not proposed again.

alter table core.plan_proposal_block drop constraint plan_proposal_block_status_check;
alter table core.plan_proposal_block add constraint plan_proposal_block_status_check
check (status in ('proposed', 'left_out', 'writing', 'written', 'conflict', 'gone', 'undoing', 'undone'));
comment on column core.plan_proposal_block.status is 'proposed; left_out: the person approved others only; writing, undoing: Google was asked, the answer is not known; written; conflict: something stands in the way, nothing was overwritten; gone: deleted by hand; undone.';
