"""The categories, the shared axis of plan and actual: list, add, change, remove.

Law: whatever is said here is made true by the next transform.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from lifetracer.server.acting import Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.meanings import Categories, Category, CategoryBody, CategoryChange
from lifetracer.transform import categories

READ, WRITE = [needs("data:read")], [needs("data:write")]

router = APIRouter(prefix="/api/categories", tags=["categories and rules"])


@router.get("", responses=shows(Categories), dependencies=READ)
def list_categories(
    here: Here, archived: Annotated[bool, Query(description="Also those that are archived.")] = False
) -> Response:
    """List the categories."""
    with here.reading() as con:
        found = [one for one in categories.categories(con) if archived or not one.is_archived]
    return here.show({"categories": [one.as_json() for one in found]})


@router.post("", status_code=201, responses=shows(Category, "Made.", 201), dependencies=WRITE)
def add_category(body: CategoryBody, here: Here) -> Response:
    """Make a category of one's own."""
    return here.write(
        "category.add",
        lambda con: categories.add_category(
            con, body.name, parent=body.parent or None, color=body.color or None, kind=body.kind or None
        ).as_json(),
        status=201,
    )


@router.get("/{category:path}", responses=shows(Category), dependencies=READ)
def show_category(category: str, here: Here) -> Response:
    """Show a category by its id, name or path."""
    with here.reading() as con:
        return here.show(categories.find_category(con, category).as_json())


@router.patch("/{category:path}", responses=shows(Category), dependencies=WRITE)
def change_category(category: str, body: CategoryChange, here: Here) -> Response:
    """Change what is said of a category, also of one that comes from a project or calendar."""
    said = body.model_dump(exclude_unset=True)
    return here.write("category.change", lambda con: categories.change_category(con, category, **said).as_json())


@router.delete("/{category:path}", responses=shows(Category, "As it was."), dependencies=WRITE)
def remove_category(category: str, here: Here) -> Response:
    """Take back what was said of a category; one that comes from a project is again as it was."""
    return here.write("category.remove", lambda con: categories.remove_category(con, category).as_json())
