"""`lifetracer category`: the categories, the shared axis of plan and actual."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lifetracer.transform.categories import Category

app = typer.Typer(
    add_completion=False,
    help="List, add, change and remove categories.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

NEXT = "Run `lifetracer transform` to see it everywhere."

Named = Annotated[str, typer.Argument(help="Name, path (“Parent / Child”) or id.")]
Parent = Annotated[str | None, typer.Option(help="Category that it lies in; empty for none.")]
Color = Annotated[str | None, typer.Option(help="Colour as #rrggbb; empty for the default.")]
Kind = Annotated[
    str | None,
    typer.Option(
        help="work, study, sleep, exercise, travel, household, social, leisure, care or other; empty for the default."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@app.command("list")
def list_categories(
    archived: Annotated[bool, typer.Option("--all", help="Also those that are archived.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the categories, as a tree."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.cli.tables import show
    from lifetracer.transform import categories

    with acting() as (con, _):
        known = [one for one in categories.categories(con) if archived or not one.is_archived]
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in known], ensure_ascii=False))
        return
    if not known:
        typer.echo("There are no categories yet: they come from projects and calendars, or from `category add`.")
        return
    depth: dict[str | None, int] = {}
    for one in known:
        depth[one.category_id] = depth.get(one.parent_id, -1) + 1
    show(
        ("Category", "Kind", "Colour", ""),
        [
            (
                "  " * depth[one.category_id] + one.name,
                one.kind or "",
                one.color or "",
                "archived" if one.is_archived else "" if one.is_own else "default",
            )
            for one in known
        ],
    )


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="How it is called.")],
    parent: Parent = None,
    color: Color = None,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Make a category of one's own."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.transform import categories

    with acting() as (con, _):
        made = categories.add_category(con, name, parent=parent, color=color, kind=kind)
    _tell(made, f"{made.name} is a category.", as_json)


@app.command("change")
def change(
    category: Named,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    parent: Parent = None,
    color: Color = None,
    kind: Kind = None,
    position: Annotated[int | None, typer.Option(help="Order among its siblings, the lowest first.")] = None,
    archived: Annotated[
        bool | None, typer.Option("--archived/--not-archived", help="No longer offer it; former time keeps it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change a category, also one that comes from a project or calendar."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.transform import categories

    with acting() as (con, _):
        changed = categories.change_category(
            con, category, name=name, parent=parent, color=color, kind=kind, position=position, is_archived=archived
        )
    _tell(changed, f"{changed.name} is changed.", as_json)


@app.command("remove")
def remove(category: Named, as_json: AsJson = False) -> None:
    """Take back what was said of a category; one that comes from a project is again as it was."""
    from lifetracer.cli.surroundings import acting
    from lifetracer.transform import categories

    with acting() as (con, _):
        gone = categories.remove_category(con, category)
    _tell(gone, f"{gone.name} is removed.", as_json)


def _tell(category: Category, sentence: str, as_json: bool) -> None:
    typer.echo(json.dumps(category.as_json(), ensure_ascii=False) if as_json else f"{sentence} {NEXT}")
