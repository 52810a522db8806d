"""Generated objects in a package of files, as kpt keeps them: where they go, what stood there, what became of it by hand.

A generated object carries the ModelService it is from. So a second run finds what it generated, replaces it in place, takes away what
is no longer generated, and leaves everything else alone. What was generated last is kept in the package too, one file a ModelService
(kind LastGenerated, never applied to a cluster): with it, an edit by hand can be told from an old version, and stays.

`names`: how objects are told apart, and whose they are. `files`: the items of a package, and the file that objects go into. `record`:
what was generated last. `secrecy`: what of an object must not be in a record. `edits`: what was done by hand, and how it stays. `placing`
puts them together.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelservice.generate import Generated
    from modelservice.krm import ResourceList, Result


def place(resources: ResourceList, generated: Sequence[Generated], *, all_services: bool) -> list[Result]:
    """Put what was generated, without an error, into the items of ``resources``, in place of what an earlier run put there.

    ``all_services``: ``generated`` are all the ModelServices of the package, so that objects of others are left over and go. Gives the
    results to tell; with an error among them, the items are as they were.
    """
    from modelservice.package import placing  # which who only looks at the items of a package does not pay for  # noqa: PLC0415

    return placing.place(resources, generated, all_services=all_services)


__all__ = ["place"]
