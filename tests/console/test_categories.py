"""The categories page: the tree with its rules; a change is looked at before it is saved."""

from lifetracer.transform import categories, rules
from page_words import rows, words


def own(warehouse, person):
    with warehouse.transaction(account_id=person.account_id) as con:
        categories.add_category(con, "Study", kind="study")
        categories.add_category(con, "Reading", parent="Study")
        rules.add_rule(con, "title", "contains", "book", "Reading")


def test_children_stand_beneath_their_parents_with_their_rules(client, warehouse, person):
    own(warehouse, person)
    page = client.get("/categories").text
    found = rows(page, 'id="tree"')
    assert [row[0] for row in found] == ["Study", "Reading"]
    assert found[1][2] == "1"
    assert 'class="name depth1"' in page
    assert rows(page, 'id="rules"')[0][:3] == ["1", "Title contains “book”", "Reading"]


def test_a_preview_that_cannot_be_made_says_why(client, warehouse, person):
    own(warehouse, person)
    page = words(client.get("/categories?field=title&operator=contains&pattern=x&category=Study").text)
    assert "There is nothing to look at yet." in page
    assert "Save the rule" not in page


def test_before_the_first_entry_there_is_a_word_about_it(client, person):
    assert "No categories yet." in client.get("/categories").text
