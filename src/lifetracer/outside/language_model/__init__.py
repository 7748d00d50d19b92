"""A language model behind an address of the operator's choice: asked by letter, never believed about a number.

Law: nothing is sent before the person has said what may be; what is sent is kept word by word and can be looked at.
"""

from lifetracer.outside.language_model.endpoint import Endpoint, Message, endpoint_of
from lifetracer.outside.language_model.letters import Letter, Level, choose, exchange, judge, latest, level_of, recent
from lifetracer.outside.language_model.telling import Fact, TellingError, Told, digest, letter_about, read_telling

__all__ = [
    "Endpoint",
    "Fact",
    "Letter",
    "Level",
    "Message",
    "TellingError",
    "Told",
    "choose",
    "digest",
    "endpoint_of",
    "exchange",
    "judge",
    "latest",
    "letter_about",
    "level_of",
    "read_telling",
    "recent",
]
