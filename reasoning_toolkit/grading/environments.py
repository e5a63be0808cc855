r"""Recursive descent for LaTeX environments: matrices, determinants, and systems of equations as lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reasoning_toolkit.grading.limits import MAX_NODES, Unreadable
from reasoning_toolkit.grading.pieces import read_subscript
from reasoning_toolkit.grading.reader import Reader
from reasoning_toolkit.grading.tree import Apply, Collection, Matrix, Node, exceeds, negative


def matrix_of(rows: Sequence[tuple[Node, ...]]) -> Matrix:
    """The matrix of these rows. Raises Unreadable where they differ in length."""
    if len({len(row) for row in rows}) != 1:
        raise Unreadable("rows of different length")
    return Matrix(tuple(rows))


def read_system(reader: Reader, environment: str) -> Node:
    r"""The lines of ``\begin{cases} … \end{cases}``, as a list."""
    with reader.inside():
        lines = reader.grammar.statements(reader)
    reader.expect("function", f"end{environment}")
    return Collection(tuple(lines))


def read_matrix(reader: Reader, environment: str) -> Node:
    """The rows up to the end of the environment; an array of relations is a system."""
    if environment == "{array}":
        read_subscript(reader)
        if _holds_relations(reader):
            return read_system(reader, "{array}")
    rows: list[list[Node]] = [[]]
    with reader.inside():
        while not reader.at("function", f"end{environment}"):
            rows[-1].append(reader.grammar.sum(reader))
            if reader.skip("mark", "\\\\"):
                rows.append([])
            elif not reader.at("function", f"end{environment}"):
                reader.expect("mark", "&")
    reader.take()
    return matrix_of([tuple(row) for row in rows if row])


def read_determinant(reader: Reader, environment: str) -> Node:
    """The determinant that bars around a matrix mean."""
    return determinant(read_matrix(reader, environment))


def determinant(matrix: Node) -> Node:
    """The determinant, expanded along the first row. Raises Unreadable where it has none or is too large."""
    if not isinstance(matrix, Matrix) or len(matrix.rows) != len(matrix.rows[0]) or len(matrix.rows) > _LARGEST:
        raise Unreadable(f"no determinant of a square matrix of at most {_LARGEST} rows")
    first, *rest = matrix.rows
    if not rest:
        return first[0]
    terms = []
    for place, cell in enumerate(first):
        minor = Matrix(tuple(row[:place] + row[place + 1 :] for row in rest))
        term = Apply("*", (cell, determinant(minor)))
        terms.append(negative(term) if place % 2 else term)
    expanded = Apply("+", tuple(terms))
    if exceeds(expanded, MAX_NODES):
        raise Unreadable(f"a determinant of more than {MAX_NODES} terms")
    return expanded


def _holds_relations(reader: Reader) -> bool:
    """Whether a relation stands before the end of the environment: then it is a system and no matrix."""
    for token in reader.tokens[reader.place :]:
        if token.text.startswith("end{") or token.kind == "end":
            break
        if token.kind == "mark" and token.text in ("=", "<", ">", "<=", ">="):
            return True
    return False


_LARGEST = 4
_SYSTEMS = ("cases", "aligned", "align", "align*", "gathered")
_MATRICES = ("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array")
ENVIRONMENTS: dict[str, Callable[[Reader, str], Node]] = {
    **{f"{{{name}}}": read_system for name in _SYSTEMS},
    **{f"{{{name}}}": read_matrix for name in _MATRICES},
    "{vmatrix}": read_determinant,
}
