"""Tree search: responses grow step by step, a scorer says which steps to go on from. Exact in tokens, like all that is made of pieces.

A step ends with the scorer's separator. A response ends where the model ends it, at its token limit, or with a closed box behind its
thinking. A step is scored as part of the response so far with `lookahead` greedy steps behind it, which are paid for and dropped. Scores
are kept in the ledger (`scored`), so a search that was killed goes the same way again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.think import find_thought
from reasoning_toolkit.engines.types import Request, stable_seed
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.grading.boxes import last_box
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring.scorer import Scorer, aggregated
from reasoning_toolkit.subthought.draft import Draft, tokenizer_of, whole_text
from reasoning_toolkit.subthought.record import Draw
from reasoning_toolkit.subthought.together import Steps, together


@dataclass(frozen=True, slots=True)
class Search:
    """What every step of a search shares.

    Attributes:
        problem: that is answered.
        engine: who writes.
        scorer: who scores.
        opened: whether the prompt opens the thinking.
        width: M, children of a node.
        iterations: the most steps of a response.
        lookahead: greedy steps behind a new one, for its score.
        aggregate: how the scores of steps become one (`scoring.AGGREGATES`).
    """

    problem: Problem
    engine: Engine
    scorer: Scorer
    opened: bool
    width: int = 4
    iterations: int = 40
    lookahead: int = 1
    aggregate: str = "mean"


@dataclass(frozen=True, slots=True)
class Node:
    """A response so far: whether it has ended, its score, and all keys that its last step cost."""

    draft: Draft
    ended: bool
    score: float
    keys: tuple[str, ...]


def verifier_trees(requests: Sequence[Request], search: Search) -> Steps[tuple[Draw, ...]]:
    """Diverse verifier tree search (DVTS; HuggingFace's search-and-learn, settings of arXiv 2502.06217): independent trees.

    Each tree draws M steps, goes on from the best of them, and is over when that one has ended. Its last M children are its responses,
    so trees times M responses come of it; those that have not ended have no vote of weight, since they have no answer.

    Deviations: a box counts as an end only behind the thinking; each tree has `max_tokens` in all, not a step.

    Args:
        requests: one for each tree.
        search: how.

    Raises:
        UsageError: the engine takes no token ids.
    """
    trees = yield from together([_tree(Draft(request), search) for request in requests])
    return _numbered([draw for tree in trees for draw in tree])


def beam_search(request: Request, count: int, search: Search) -> Steps[tuple[Draw, ...]]:
    """Beam search with a scorer (Snell et al. 2024, arXiv 2408.03314): all responses compete at every step.

    Of N = `count` responses those that have ended are set aside; the best (N - ended) / M others are kept, and N - ended children are
    drawn from them, as evenly as that goes, the best first. So N responses come of it.

    Args:
        request: what is answered.
        count: N.
        search: how.

    Raises:
        UsageError: the engine takes no token ids.
    """
    ended, paid = list[Node](), list[str]()
    nodes = [Node(Draft(request), False, 0.0, ())]
    for left in reversed(range(search.iterations)):
        room = count - len(ended)
        kept = sorted(nodes, key=lambda node: -node.score)[: max(1, room // search.width)]
        share, more = divmod(room, len(kept))
        wanted = [(node.draft, share + (i < more)) for i, node in enumerate(kept)]
        children = yield from _grow(wanted, search, search.lookahead if left else 0)
        paid += [key for child in children for key in child.keys]
        ended += [child for child in children if child.ended]
        nodes = [child for child in children if not child.ended]
        if not nodes:
            break
    return _numbered(_draws([*ended, *nodes], paid))


def _tree(draft: Draft, search: Search) -> Steps[list[Draw]]:
    paid = list[str]()
    children = list[Node]()
    for left in reversed(range(search.iterations)):
        children = yield from _grow([(draft, search.width)], search, search.lookahead if left else 0)
        paid += [key for child in children for key in child.keys]
        best = max(children, key=lambda child: child.score)  # of equals the first
        if best.ended:
            break
        draft = best.draft
    return _draws(children, paid)


def _grow(wanted: Sequence[tuple[Draft, int]], search: Search, lookahead: int) -> Steps[list[Node]]:
    """Children of drafts, so many of each, one step longer, scored."""
    branches = [_branch(draft, i) for draft, count in wanted for i in range(count)]
    children, ended, keys = yield from _write(branches, search, None)
    paid: list[tuple[str, ...]] = [(key,) for key in keys]
    ahead, over = list(children), list(ended)
    for _ in range(lookahead):
        going = [i for i, done in enumerate(over) if not done]
        if not going:
            break
        longer, done, keys = yield from _write([ahead[i] for i in going], search, 0.0)
        for i, draft, end, key in zip(going, longer, done, keys, strict=True):
            ahead[i], over[i], paid[i] = draft, end, (*paid[i], key)
    found = search.scorer.score([(search.problem, draft.text) for draft in ahead])
    values = [aggregated(scores, search.aggregate) for scores in found]
    return [Node(*parts) for parts in zip(children, ended, values, paid, strict=True)]


def _branch(draft: Draft, number: int) -> Draft:
    """The same draft with seeds of its own from here on."""
    return replace(draft, base=replace(draft.base, seed=stable_seed(draft.base.seed, "branch", number)))


def _write(
    drafts: Sequence[Draft], search: Search, temperature: float | None
) -> Steps[tuple[list[Draft], list[bool], list[str]]]:
    """Each draft with its next step, whether that ended it, and the step's key."""
    tokenizer = tokenizer_of(search.engine)
    wanted = [_next_step(draft, search, temperature) for draft in drafts]
    completions = yield wanted
    keys = [request.key(search.engine.identity) for request in wanted]
    longer = [d.add(k, c, tokenizer) for d, k, c in zip(drafts, keys, completions, strict=True)]
    stopped = [len(whole_text(c, tokenizer)) > len(c.text) for c in completions]  # by the separator
    ended = [not s or d.left < 1 or _boxed(d, search) for d, s in zip(longer, stopped, strict=True)]
    return longer, ended, keys


def _next_step(draft: Draft, search: Search, temperature: float | None) -> Request:
    sampling = replace(draft.base.sampling, stop=(search.scorer.separator,), max_tokens=draft.left)
    return draft.request(sampling if temperature is None else replace(sampling, temperature=temperature, top_p=1.0))


def _boxed(draft: Draft, search: Search) -> bool:
    """Whether a closed box stands behind the thinking."""
    thought = find_thought(draft.text, search.engine.tags, search.opened)
    start = {"open": len(draft.text), "closed": thought.end, "none": 0}[thought.state]
    return bool(last_box(draft.text[start:]))


def _draws(nodes: Sequence[Node], paid: Sequence[str]) -> list[Draw]:
    """Nodes as draws; the first of them carries what was paid for none of them."""
    draws = [node.draft.draw() for node in nodes]
    own = {key for draw in draws for key in draw.keys}
    return [replace(draws[0], paid=tuple(key for key in paid if key not in own)), *draws[1:]]


def _numbered(draws: Sequence[Draw]) -> tuple[Draw, ...]:
    return tuple(replace(draw, place=place) for place, draw in enumerate(draws))


def check_counts(n: int, width: int, iterations: int) -> None:
    """Refuse counts that make no trees.

    Raises:
        UsageError: n is no multiple of the width, or there are no steps.
    """
    if width < 1 or n % width:
        raise UsageError(f"n is {n}, a multiple of the width {width} is needed", hint="--n 16 --set width=4")
    if iterations < 1:
        raise UsageError(f"iterations is {iterations}, at least 1 is needed", hint="--set iterations=40")
