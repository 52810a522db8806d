"""Generated objects in a package of files, as kpt keeps them: where they go, what stood there, what became of it by hand.

A generated object carries the ModelService it is from. So a second run finds what it generated, replaces it in place, takes away what
is no longer generated, and leaves everything else alone. What was generated last is kept in the package too, one file a ModelService
(kind LastGenerated, never applied to a cluster): with it, an edit by hand can be told from an old version, and stays.

`names`: how objects are told apart, and whose they are. `files`: the items of a package, and the file that objects go into. `record`:
what was generated last. `secrecy`: what of an object must not be in a record. `edits`: what was done by hand, and how it stays. `placing`
puts them together.
"""

from __future__ import annotations

from modelservice.package.placing import place

__all__ = ["place"]
