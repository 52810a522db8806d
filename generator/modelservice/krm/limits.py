"""How large and how deep a text may be: the same for every reader, so that what one takes no other refuses.

Beyond these nothing that Kubernetes could take is refused (an object there has at most 3 MiB), and what would fill the
memory or the stack of this process is told as an error instead. Depth: what nests deepest among real resources, the
schemas of CustomResourceDefinitions, has some 60 levels, and functions that call themselves for each level are safe at
100. Bytes: what kpt sends for 2,000 services with prefill and decode, their resources and the records beside them is 49 MB.
"""

from __future__ import annotations

MAX_DEPTH = 100
"""Maps and lists within one another."""

MAX_BYTES = 64 << 20
"""What is read at once, and what aliases may add to it."""

VALUE_BYTES = 160
"""What an alias adds for each value beside its text; MAX_BYTES is then the 400,000 values at which go-yaml becomes strict."""

TOO_DEEP = f"this is nested deeper than {MAX_DEPTH} levels, and no more are read"
TOO_LARGE = f"this is larger than {MAX_BYTES >> 20} MiB, and no more is read at once"
TOO_MANY_ALIASES = f"aliases make this text more than {MAX_BYTES >> 20} MiB larger; write out what is meant, or repeat less"
