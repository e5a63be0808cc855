"""Training objectives as pure functions of log-probabilities: torch alone, no trainer, no model.

Each objective is two functions in a file of its own, and one row of `table.OBJECTIVES`:

    prepare(batch, ...) -> Targets     once for all rows that share an optimiser step: groups, counts, weights; no gradient
    loss(logp, targets, ...) -> Rows   what each row adds to the loss; the loss is the sum over rows

All that couples rows is in `prepare`, which leaves every row its own targets. A batch may then be cut into micro-batches of any rows,
`take(targets, rows)`, and the losses and gradients of the pieces add up exactly.

Notation of the docstrings:

    rows     sequences of the batch
    tokens   positions of a completion, padded to one length
    logp     log π_θ(y_t | x, y_<t) of each sampled token, in nats: the only tensor with a gradient
    mask     1 for a token that the policy made, 0 for prompt, padding and what a tool said
"""
