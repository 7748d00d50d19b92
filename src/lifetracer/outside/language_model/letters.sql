-- Queries of letters.py, in the account's transaction.

-- level --
select level from app.language_model_choice where account_id = (select app.current_account_id())

-- choose --
insert into app.language_model_choice (account_id, level)
values ((select app.current_account_id()), %(level)s)
on conflict (account_id) do update set level = excluded.level, chosen_at = now()
where language_model_choice.level <> excluded.level

-- keep --
insert into app.letter (account_id, purpose, subject, language, endpoint, model, level, sent, digest)
values (
    (select app.current_account_id()), %(purpose)s, %(subject)s, %(language)s, %(endpoint)s, %(model)s, %(level)s,
    %(sent)s, %(digest)s
)
returning letter_id, sent_at, purpose, subject, language, endpoint, model, level, sent, digest, answer, outcome, note

-- forget --
delete from app.letter
where letter_id in (select letter_id from app.letter order by sent_at desc, letter_id offset %(kept)s)

-- answered --
update app.letter set answer = %(answer)s, outcome = 'answered'
where letter_id = %(letter_id)s
returning letter_id, sent_at, purpose, subject, language, endpoint, model, level, sent, digest, answer, outcome, note

-- judge --
update app.letter set outcome = %(outcome)s, note = %(note)s
where letter_id = %(letter_id)s
returning letter_id, sent_at, purpose, subject, language, endpoint, model, level, sent, digest, answer, outcome, note

-- latest --
select letter_id, sent_at, purpose, subject, language, endpoint, model, level, sent, digest, answer, outcome, note
from app.letter
where purpose = %(purpose)s and subject = %(subject)s and language = %(language)s and digest = %(digest)s
order by sent_at desc, letter_id
limit 1

-- recent --
select letter_id, sent_at, purpose, subject, language, endpoint, model, level, sent, digest, answer, outcome, note
from app.letter
order by sent_at desc, letter_id
limit %(limit)s
