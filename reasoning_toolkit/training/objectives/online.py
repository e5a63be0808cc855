"""The objectives that learn from rewarded samples of the policy."""

from __future__ import annotations

from collections.abc import Mapping

from reasoning_toolkit.training.objectives.objective import AGGREGATIONS, Objective, Paper, Setting

PPO = Paper("Proximal Policy Optimization Algorithms", "1707.06347", "equation 7")
GRPO = Paper(
    "DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models", "2402.03300", "equation 3"
)
DR_GRPO = Paper("Understanding R1-Zero-Like Training: A Critical Perspective", "2503.20783", "section 3.2")
DAPO = Paper("DAPO: An Open-Source LLM Reinforcement Learning System at Scale", "2503.14476", "equation 8")
GSPO = Paper("Group Sequence Policy Optimization", "2507.18071", "equation 5")
RLOO = Paper(
    "Back to Basics: Revisiting REINFORCE Style Optimization for Learning from Human Feedback in LLMs",
    "2402.14740",
    "the RLOO estimator",
)
REINFORCE = Paper(
    "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning",
    "",
    "Machine Learning 8, 1992, theorem 1",
)
REINFORCE_PLUS_PLUS = Paper(
    "REINFORCE++: A Simple and Efficient Approach for Aligning Large Language Models", "2501.03262", "section 3"
)
CISPO = Paper(
    "MiniMax-M1: Scaling Test-Time Compute Efficiently with Lightning Attention", "2506.13585", "equations 4 and 5"
)
SAPO = Paper("Soft Adaptive Policy Optimization", "2511.20347", "the gated surrogate")
LUSPO = Paper(
    "Length-Unbiased Sequence Policy Optimization: Revealing and Controlling Response Length Variation in RLVR",
    "2602.05261",
    "the LUSPO objective",
)
VESPO = Paper(
    "VESPO: Variational Sequence-Level Soft Policy Optimization for Stable Off-Policy LLM Training",
    "2602.10693",
    "the gamma kernel",
)
NEGATIVE = Paper(
    "The Surprising Effectiveness of Negative Reinforcement in LLM Reasoning", "2506.01347", "equations 2 to 11"
)
OREAL = Paper(
    "Exploring the Limit of Outcome Reward for Learning Mathematical Reasoning", "2502.06781", "equations 10 and 11"
)
EXPO = Paper(
    "ExPO: Unlocking Hard Reasoning with Self-Explanation-Guided Reinforcement Learning",
    "2507.02834",
    "the ExP-GRPO objective",
)
DRPO = Paper("DRPO: Efficient Reasoning via Decoupled Reward Policy Optimization", "2510.04474", "the DRPO objective")
NFT = Paper("Bridging Supervised Learning and Reinforcement Learning in Math Reasoning", "2505.18116", "equation 10")
EMPG = Paper(
    "Harnessing Uncertainty: Entropy-Modulated Policy Gradients for Long-Horizon LLM Agents",
    "2509.09265",
    "equations 6 to 8 and 12",
)
RENORM = Paper(
    "Hybrid Reward Normalization for Process-supervised Non-verifiable Agentic Tasks", "2509.25598", "ReNorm"
)
TWO_STAGE = Paper(
    "The Debate on RLVR Reasoning Capability Boundary: Shrinkage, Expansion, or Both? A Two-Stage Dynamic View",
    "2510.04028",
    "section 4",
)


def _weights(aggregation: str, source: str, positive: float = 1.0, negative: float = 1.0) -> dict[str, Setting]:
    """The settings of `policy.prepare`."""
    return {
        "aggregation": Setting(aggregation, source, AGGREGATIONS),
        "length": Setting(None, "the longest completion, of the aggregation 'constant'"),
        "positive_weight": Setting(positive, source),
        "negative_weight": Setting(negative, source),
        "renormalize": Setting(False, "the base objective's counts"),
    }


def _clip(low: float, high: float, source: str) -> dict[str, Setting]:
    """The settings of `clip.loss`."""
    return {**_sequence_clip(low, high, source), "dual_clip": Setting(None, "the paper has none; verl 3")}


def _sequence_clip(low: float, high: float, source: str) -> dict[str, Setting]:
    """The settings of `gspo.loss`."""
    return {"clip_low": Setting(low, source), "clip_high": Setting(high, source), "kl": Setting(0.0, "no penalty")}


def _policy(
    note: str,
    paper: Paper,
    advantage: str,
    loss: str,
    *settings: Mapping[str, Setting],
    needs: tuple[str, ...] = (),
) -> Objective:
    """A row of an objective with an advantage; of two settings of one name the later counts."""
    together = {name: setting for group in settings for name, setting in group.items()}
    return Objective(note, "online", paper, "policy:prepare", loss, advantage, needs=needs, settings=together)


OF_GROUP = {
    "epsilon": Setting(1e-6, "verl; TRL 1e-4"),
    "freedom": Setting(1, "verl and TRL; 0 for the population's deviation"),
}
GAE = {"gamma": Setting(1.0, "verl"), "smoothing": Setting(1.0, "verl")}
SUBSET = {"renormalize": Setting(True, "released code: a subset of the batch")}
TRL = "TRL 1.16"

ONLINE: dict[str, Objective] = {
    "reinforce": _policy(
        "log-likelihood weighted by the reward",
        REINFORCE,
        "advantages:reward",
        "reinforce:loss",
        _weights("sequence-sum", "Williams 1992"),
    ),
    "rloo": _policy(
        "REINFORCE with the others' mean as baseline",
        RLOO,
        "advantages:rloo",
        "reinforce:loss",
        _weights("sequence-sum", "the RLOO estimator"),
    ),
    "ppo": _policy(
        "clipped surrogate with a critic",
        PPO,
        "gae:gae",
        "clip:loss",
        _weights("token-mean", "verl"),
        _clip(0.2, 0.2, "section 6.1"),
        GAE,
        needs=("values",),
    ),
    "reinforce++": _policy(
        "clipped surrogate, advantages whitened over the batch",
        REINFORCE_PLUS_PLUS,
        "reinforce_plus_plus:reinforce_plus_plus",
        "clip:loss",
        _weights("token-mean", "verl"),
        _clip(0.2, 0.2, "verl"),
        {"gamma": Setting(1.0, "verl")},
    ),
    "reinforce++-baseline": _policy(
        "the same less the group's mean",
        REINFORCE_PLUS_PLUS,
        "reinforce_plus_plus:reinforce_plus_plus_baseline",
        "clip:loss",
        _weights("token-mean", "verl"),
        _clip(0.2, 0.2, "verl"),
    ),
    "grpo": _policy(
        "clipped surrogate, advantages normalised over the group, KL penalty",
        GRPO,
        "advantages:grpo",
        "clip:loss",
        _weights("sequence-mean", "equation 3"),
        _clip(0.2, 0.2, "TRL and verl"),
        {"kl": Setting(0.04, "section 4.2; TRL 0")},
        OF_GROUP,
    ),
    "dr-grpo": _policy(
        "GRPO without the deviation and with a constant length",
        DR_GRPO,
        "advantages:dr_grpo",
        "clip:loss",
        _weights("constant", "section 3.2"),
        _clip(0.2, 0.2, "TRL and verl"),
    ),
    "dapo": _policy(
        "GRPO with a higher upper clip and a mean over tokens",
        DAPO,
        "advantages:grpo",
        "clip:loss",
        _weights("token-mean", "equation 8"),
        _clip(0.2, 0.28, "section 4.1"),
        OF_GROUP,
    ),
    "gspo": _policy(
        "one ratio a sequence",
        GSPO,
        "advantages:grpo",
        "gspo:loss",
        _weights("sequence-mean", "equation 5"),
        _sequence_clip(3e-4, 4e-4, "section 5.1"),
        OF_GROUP,
    ),
    "luspo": _policy(
        "GSPO, each sequence as many times as it has tokens",
        LUSPO,
        "advantages:grpo",
        "gspo:loss",
        _weights("sequence-sum", TRL),
        _sequence_clip(3e-4, 4e-4, "GSPO, section 5.1"),
        OF_GROUP,
    ),
    "cispo": _policy(
        "REINFORCE weighted by a clipped ratio",
        CISPO,
        "advantages:grpo",
        "cispo:loss",
        _weights("token-mean", "equation 4"),
        {"lowest": Setting(0.0, "the paper's experiments: no lower bound; verl 0.8")},
        {"highest": Setting(5.0, "TRL, after arXiv 2510.13786; verl 1.28")},
        OF_GROUP,
    ),
    "sapo": _policy(
        "a soft gate in place of the clip",
        SAPO,
        "advantages:grpo",
        "sapo:loss",
        _weights("sequence-mean", TRL),
        {"positive_temperature": Setting(1.0, TRL), "negative_temperature": Setting(1.05, TRL)},
        OF_GROUP,
    ),
    "vespo": _policy(
        "REINFORCE weighted by a gamma kernel of the sequence's ratio",
        VESPO,
        "advantages:grpo",
        "vespo:loss",
        _weights("token-mean", TRL),
        {"positive_power": Setting(2.0, TRL), "positive_decay": Setting(3.0, TRL)},
        {"negative_power": Setting(3.0, TRL), "negative_decay": Setting(2.0, TRL)},
        OF_GROUP,
    ),
    "psr": _policy(
        "right samples alone, pushed up",
        NEGATIVE,
        "advantages:sign",
        "clip:loss",
        _weights("token-mean", "released code", 1.0, 0.0),
        _clip(0.2, 0.2, "released code"),
        SUBSET,
    ),
    "nsr": _policy(
        "wrong samples alone, pushed down",
        NEGATIVE,
        "advantages:sign",
        "clip:loss",
        _weights("token-mean", "released code", 0.0, 1.0),
        _clip(0.2, 0.2, "released code"),
        SUBSET,
    ),
    "w-reinforce": _policy(
        "wrong samples pushed down, right ones a tenth as much up",
        NEGATIVE,
        "advantages:sign",
        "clip:loss",
        _weights("token-mean", "released code; λ of the paper 0.1", 0.1, 1.0),
        _clip(0.2, 0.2, "released code"),
    ),
    "grpo-n": _policy(
        "GRPO's negative advantages alone",
        TWO_STAGE,
        "advantages:grpo",
        "clip:loss",
        _weights("sequence-mean", "GRPO; the printed equation was not at hand", 0.0, 1.0),
        _clip(0.2, 0.2, "GRPO"),
        OF_GROUP,
    ),
    "gspo-n": _policy(
        "GSPO's negative advantages alone",
        TWO_STAGE,
        "advantages:grpo",
        "gspo:loss",
        _weights("sequence-mean", "GSPO; the printed equation was not at hand", 0.0, 1.0),
        _sequence_clip(3e-4, 4e-4, "GSPO"),
        OF_GROUP,
    ),
    "empg": _policy(
        "DAPO with advantages of an agent's steps, modulated by entropy",
        EMPG,
        "empg:empg",
        "clip:loss",
        _weights("token-mean", "DAPO"),
        _clip(0.2, 0.28, "DAPO"),
        {"confidence": Setting(1.0, "k of the experiments"), "clarity": Setting(1.0, "k' of the experiments")},
        {"bonus": Setting(0.1, "ζ of a port of the appendix, 0.05 in another"), "centre": Setting(True, "equation 8")},
        {"epsilon": Setting(1e-6, "verl")},
        needs=("entropy", "step_ids"),
    ),
    "renorm": _policy(
        "process scores of turns, tied to the outcome",
        RENORM,
        "renorm:renorm",
        "clip:loss",
        _weights("token-mean", "verl"),
        _clip(0.2, 0.2, "released code"),
        {"centre": Setting(1.0, "released code, `renorm_beta`")},
        GAE,
        needs=("turn_end", "turn_rewards"),
    ),
    "nft": Objective(
        "likelihood of right samples, and of wrong ones under an implicit negative policy",
        "online",
        NFT,
        "nft:prepare",
        "nft:loss",
        settings={
            "question_weight": Setting(
                "one-minus-rate", "released code, normalize=1", ("one", "one-minus-rate", "square-root")
            ),
            "negative_weight": Setting(1.0, "released code; 0 is RFT"),
            "aggregation": Setting("token-mean", "the paper; the code divides by a constant", AGGREGATIONS),
            "length": Setting(None, "the longest completion, of the aggregation 'constant'"),
            "floor": Setting(1.0, "ε, released code"),
        },
    ),
    "drpo": Objective(
        "right samples weighted by brevity, against wrong ones",
        "online",
        DRPO,
        "drpo:prepare",
        "drpo:loss",
        measure="drpo:measure",
        settings={
            "length": Setting(8192, "released code: the longest completion"),
            "brevity": Setting(0.1, "λ, released code"),
            "temperature": Setting(10.0, "τ, released code"),
            "beta": Setting(1e3, "released code"),
            "delta": Setting(1e-4, "released code"),
        },
    ),
    "oreal": Objective(
        "likelihood of right samples, policy gradient of wrong ones, both by token",
        "online",
        OREAL,
        "oreal:prepare",
        "oreal:loss",
        settings={
            "positives": Setting("unit", "equation 11; the code rloo", ("unit", "rloo", "grpo")),
            "negatives": Setting("rloo", "released code", ("rloo", "grpo", "one-minus-rate")),
            "scores": Setting("token", "equation 10; the code prefix-mean", ("token", "prefix-mean")),
            "positive_factor": Setting(1.0, "released configurations"),
            "negative_factor": Setting(0.5, "η, released configurations"),
            "kl": Setting(0.01, "β, released configurations"),
        },
    ),
    "oreal-token-reward": Objective(
        "the token-level reward model of OREAL",
        "online",
        OREAL,
        "token_reward:prepare",
        "token_reward:loss",
    ),
    "expo": Objective(
        "GRPO and the likelihood of the model's own explanation of the answer",
        "online",
        EXPO,
        "expo:prepare",
        "expo:loss",
        needs=("shown",),
        settings={
            "beta": Setting(0.04, "the best of the paper's"),
            "explanation": Setting("sum", "the printed formula", ("sum", "token-mean")),
            "aggregation": Setting("sequence-mean", "GRPO, equation 3", AGGREGATIONS[:3]),
            "epsilon": Setting(1e-6, "verl"),
            "clip_low": Setting(0.2, "GRPO"),
            "clip_high": Setting(0.2, "GRPO"),
            "kl": Setting(0.0, "not known"),
        },
    ),
}
