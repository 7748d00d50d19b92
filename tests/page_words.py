"""What a page says, as a person reads it: rows of a table, words without tags."""

import re
from html import unescape


def words(html: str) -> str:
    """Take the tags away; words of neighbours stay apart."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def rows(html: str, caption: str) -> list[list[str]]:
    """Give the cells of the first table after a text."""
    table = html[html.index(caption) :]
    table = table[table.index("<tbody") : table.index("</tbody>")]
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    ]
