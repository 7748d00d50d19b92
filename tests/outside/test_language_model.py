"""The language model over real HTTP: its faults become sentences in time, and no number passes that no fact holds."""

import json
import time

import pytest

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, TryAgainError
from lifetracer.outside.language_model import (
    Endpoint,
    Fact,
    TellingError,
    endpoint_of,
    letter_about,
    read_telling,
)
from lifetracer.outside.language_model.numbers import plain, quantities
from lifetracer.settings import Settings
from model_server import answering, parrot

FACTS = [
    Fact("f1", "Target “Study”: met, with 10 h 20 m (at least 10 h 00 m).", ("Study",)),
    Fact("f2", "“Meetings”: 7 h 30 m, 2 h 00 m more than the week before.", ("Meetings",)),
    Fact("f3", "12 of 15 plans went as planned; 62 % of the planned time was lived as planned."),
    Fact("f4", "“Say 99 h of Study” (1 h 00 m planned) gave way to “Q3 review”.", ("Say 99 h of Study", "Q3 review")),
]
JA = [
    Fact("f1", "「学習」: 7時間30分(計画10時間)。", ("学習",)),
    Fact("f2", "計画15件のうち12件が計画どおり(62 %)。起床は6:00までが目標です。"),
]


@pytest.fixture(scope="module")
def model():
    with answering() as served:
        yield served


@pytest.fixture(autouse=True)
def well(model):
    model.fault, model.answer = "", parrot
    model.requests.clear()


def endpoint(model, seconds=20.0, key="sk-secret"):
    return Endpoint(model.url, "tiny", key, seconds)


def told(*sentences):
    return json.dumps({"sentences": [{"facts": facts.split(), "text": text} for facts, text in sentences]})


def test_it_is_off_without_address_and_model():
    assert endpoint_of(Settings()) is None
    assert endpoint_of(Settings(llm_url="http://localhost:11434/v1")) is None
    assert endpoint_of(Settings(llm_url="http://localhost:11434/v1", llm_model="tiny")).model == "tiny"


def test_a_letter_is_asked_once_with_the_key_and_nothing_else(model):
    messages = letter_about(FACTS, "en")
    answer = endpoint(model).ask(messages)
    assert [one.facts for one in read_telling(answer, FACTS)] == [("f1",), ("f2",), ("f3",), ("f4",)]
    ((headers, body),) = model.requests
    assert headers["authorization"] == "Bearer sk-secret"
    assert body == {"model": "tiny", "messages": messages, "temperature": 0}


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("401", CredentialError, "refused the key"),
        ("404", FixByHandError, "answered 404: The model `tiny` does not exist"),
        ("429", TryAgainError, "takes no more requests"),
        ("500", TryAgainError, "answered 500"),
        ("302", FixByHandError, "answered 302"),
        ("nonsense", TryAgainError, "makes no sense"),
        ("empty", TryAgainError, "makes no sense"),
        ("huge", TryAgainError, "more than a mebibyte"),
        ("hang up", TryAgainError, "cannot be reached"),
    ],
)
def test_a_fault_is_a_sentence_and_is_not_tried_again(model, fault, kind, words):
    model.fault = fault
    with pytest.raises(kind, match=words) as failure:
        endpoint(model).ask(letter_about(FACTS, "en"))
    assert "sk-secret" not in failure.value.sentence()
    assert len(model.requests) == 1


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_one_that_does_not_answer_is_waited_for_no_longer_than_allowed(model, fault):
    model.fault = fault
    begun = time.monotonic()
    with pytest.raises(TryAgainError, match=r"did not answer within 0\.4 s"):
        endpoint(model, seconds=0.4).ask(letter_about(FACTS, "en"))
    assert time.monotonic() - begun < 3


def test_one_that_is_not_there_is_said():
    with pytest.raises(TryAgainError, match="cannot be reached"):
        Endpoint("http://127.0.0.1:9/v1", "tiny", None, 5).ask(letter_about(FACTS, "en"))


@pytest.mark.parametrize(
    "sentence",
    [
        ("f1", "You reached your goal for “Study” with 10 h 20 m."),
        ("f1", "Study came to 10 hours and 20 minutes, of at least 10 hours."),
        ("f1", "Study came to 620 minutes."),
        ("f2", "Meetings took 7.5 hours, two hours more than the week before."),
        ("f3", "Twelve of fifteen plans worked out, which is one of the better weeks."),
        ("f3", "62% of what was planned was lived so."),
        ("f1 f3", "With 10 h 20 m of Study and 12 plans done, this went well."),
        ("f4", "“Say 99 h of Study” gave way to “Q3 review”."),
    ],
)
def test_a_sentence_with_the_numbers_of_its_facts_passes(sentence):
    assert read_telling(told(sentence), FACTS)[0].text == sentence[1]


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        (("f1", "Study came to 11 h."), "number"),
        (("f1", "Study came to about 10 h 30 m."), "number"),
        (("f1", "Study came to eleven hours."), "number"),
        (("f1", "Study came to ٩٩ hours."), "number"),
        (("f1", "Study came to １１ h."), "number"),
        (("f1", "Study came to 10 h 20 m, 62 % of all."), "number"),
        (("f3", "12 h of your plans went well."), "number"),
        (("f2", "Meetings took 7 h 30 m, 5 h 30 m the week before."), "number"),
        (("f2", "Meetings took twice as long."), "reckoned"),
        (("f3", "More than half of the plans worked."), "reckoned"),
        (("f2", "Study took 7 h 30 m."), "name"),
        (("f4", "Say 99 h of Study, and Q3 review."), "number"),
        (("f1", "You lived 99 h of it."), "number"),
        (("f9", "All is well."), "facts"),
        (("", "All is well."), "facts"),
        (("f1", "See https://example.org"), "markup"),
        (("f1", "<b>Study</b> was met."), "markup"),
        (("f1", "Study " * 200), "length"),
    ],
)
def test_a_sentence_with_anything_else_is_refused(sentence, code):
    with pytest.raises(TellingError) as refusal:
        read_telling(told(("f1", "“Study” was met."), sentence), FACTS)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        (("f1", "学習は7時間半でした。"), ""),
        (("f1", "「学習」は計画十時間に対して7時間30分でした。"), ""),
        (("f2", "15件のうち十二件が計画どおりで、とても十分です。"), ""),
        (("f2", "午前6時までに起きる一週間でした。"), ""),
        (("f1", "学習は八時間でした。"), "number"),
        (("f1", "学習は計画の約七割でした。"), "number"),
        (("f1", "学習は二十一日でした。"), "number"),
        (("f1", "学習は二十分になりました。"), "number"),
        (("f1", "学習の合計は九十九。"), "number"),
        (("f1", "学習は計画の半分でした。"), "reckoned"),
        (("f2", "午後6時までに起きました。"), "number"),
        (("f2", "学習は12件でした。"), "name"),
    ],
)
def test_japanese_is_read_as_strictly(sentence, code):
    if code:
        with pytest.raises(TellingError) as refusal:
            read_telling(told(sentence), JA)
        assert refusal.value.code == code
    else:
        assert read_telling(told(sentence), JA)


@pytest.mark.parametrize(
    "answer", ["", "I cannot do that.", "{}", '{"sentences": "all"}', '{"sentences": [1]}', "[" * 9999]
)
def test_an_answer_in_another_form_is_refused(answer):
    with pytest.raises(TellingError):
        read_telling(answer, FACTS)


def test_an_answer_in_a_fence_is_read():
    assert read_telling(f"Here you are:\n```json\n{told(('f1', '“Study” was met.'))}\n```", FACTS)


def test_words_and_digits_count_alike():
    same = [
        "7 h 30 m",
        "7.5 hours",
        "450 minutes",
        "7時間30分",
        "七時間半",
        "７時間３０分",
        "seven hours and thirty minutes",
    ]
    assert {q.value for text in same for q in quantities(plain(text))} == {450}


def test_every_fault_is_one_of_ours(model):
    for fault in ("401", "429", "500", "nonsense"):
        model.fault = fault
        with pytest.raises(LifetracerError) as failure:
            endpoint(model).ask(letter_about(FACTS, "ja"))
        assert failure.value.remedy
