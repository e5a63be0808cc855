"""The objectives that learn from given completions."""

from __future__ import annotations

from reasoning_toolkit.training.objectives.objective import Objective, Paper, Setting, changed
from reasoning_toolkit.training.objectives.online import EXPO

TRL = "TRL 1.16"
OURS = "ours"
MEANS = ("token-mean", "sequence-mean")

DPO_PAPER = Paper(
    "Direct Preference Optimization: Your Language Model is Secretly a Reward Model", "2305.18290", "equation 7"
)
RFT_PAPER = Paper(
    "Scaling Relationship on Learning Mathematical Reasoning with Large Language Models", "2308.01825", "section 3.3"
)
DFT_PAPER = Paper(
    "On the Generalization of SFT: A Reinforcement Learning Perspective with Reward Rectification",
    "2508.05629",
    "token-level form",
)
TULU_PAPER = Paper(
    "Tulu 3: Pushing Frontiers in Open Language Model Post-Training", "2411.15124", "length-normalised DPO"
)
RSO_PAPER = Paper("Statistical Rejection Sampling Improves Preference Optimization", "2309.06657", "hinge-norm")
APO_PAPER = Paper(
    "Anchored Preference Optimization and Contrastive Revisions: Addressing Underspecification in Alignment",
    "2408.06266",
    "APO-zero",
)
IPO_PAPER = Paper(
    "A General Theoretical Paradigm to Understand Learning from Human Preferences", "2310.12036", "equation 17"
)
SIMPO_PAPER = Paper("SimPO: Simple Preference Optimization with a Reference-Free Reward", "2405.14734", "equation 6")
ORPO_PAPER = Paper("ORPO: Monolithic Preference Optimization without Reference Model", "2403.07691", "equation 6")
KTO_PAPER = Paper("KTO: Model Alignment as Prospect Theoretic Optimization", "2402.01306", "equation 8")
NCA_PAPER = Paper("Noise Contrastive Alignment of Language Models with Explicit Rewards", "2402.05369", "NCA")
REDI_PAPER = Paper(
    "Harnessing Negative Signals: Reinforcement Distillation from Teacher Data for LLM Reasoning",
    "2505.24850",
    "section 3",
)
CDPO_PAPER = Paper(
    "Critical Tokens Matter: Token-Level Contrastive Estimation Enhances LLM's Reasoning Capability",
    "2411.19943",
    "section 3",
)
STEP_PAPER = Paper(
    "RL on Incorrect Synthetic Data Scales the Efficiency of LLM Math Reasoning by Eight-Fold",
    "2406.14532",
    "algorithm 1",
)
PRM_PAPER = Paper("Free Process Rewards without Process Labels", "2412.01981", "cross-entropy form")

BETA = {"beta": Setting(0.1, f"{TRL} DPOConfig; arXiv 2305.18290, appendix B")}
PRM_BETA = Setting(0.05, "PRIME-RL/ImplicitPRM, its training script")

DPO = Objective(
    "prefers a completion to another, against a reference",
    "offline",
    DPO_PAPER,
    "given:prepare",
    "dpo:loss",
    needs=("ref_logp",),
    settings=BETA,
)
KTO = Objective(
    "desirable completions up and others down, against a reference point",
    "offline",
    KTO_PAPER,
    "kto:prepare",
    "kto:loss",
    measure="kto:measure",
    needs=("ref_logp", "labels"),
    settings={
        "beta": Setting(0.1, f"{TRL} KTOConfig; arXiv 2402.01306"),
        "desirable": Setting(1.0, f"{TRL} KTOConfig.desirable_weight"),
        "undesirable": Setting(1.0, f"{TRL} KTOConfig.undesirable_weight"),
        "reference_point": Setting("mismatched", "arXiv 2402.01306", ("mismatched", "opposite")),
    },
)
NCA = Objective(
    "absolute rewards of two or more completions",
    "offline",
    NCA_PAPER,
    "nca:prepare",
    "nca:loss",
    needs=("ref_logp",),
    settings={**BETA, "alpha": Setting(1.0, f"{OURS}: rewards as they are; read for K completions with rewards alone")},
)
OFFLINE: dict[str, Objective] = {
    "sft": Objective(
        "likelihood of given completions",
        "offline",
        Paper("maximum likelihood, as in TRL 1.16 SFTTrainer", "", "negative log-likelihood"),
        "sft:prepare",
        "sft:loss",
        settings={"aggregation": Setting("token-mean", f"{TRL} SFTTrainer", MEANS)},
    ),
    "rft": Objective(
        "likelihood of the policy's own right answers",
        "offline",
        RFT_PAPER,
        "rft:prepare",
        "sft:loss",
        needs=("labels",),
        settings={"aggregation": Setting("token-mean", f"{TRL} SFTTrainer", MEANS)},
    ),
    "dft": Objective(
        "likelihood in which a token weighs as much as the policy believes it",
        "offline",
        DFT_PAPER,
        "sft:prepare",
        "dft:loss",
        settings={"aggregation": Setting("token-mean", f"{TRL} SFTTrainer, loss_type=dft", MEANS)},
    ),
    "dpo": DPO,
    "expo-dpo": changed(
        DPO,
        "DPO of the model's own explanation of the answer against a wrong sample",
        EXPO,
        beta=Setting(0.1, f"{TRL} DPOConfig; the paper's is not known"),
    ),
    "dpo-normalised": Objective(
        "DPO on log-ratios per token",
        "offline",
        TULU_PAPER,
        "given:prepare",
        "dpo_normalised:loss",
        needs=("ref_logp",),
        settings={"beta": Setting(5.0, "arXiv 2411.15124, Tulu 3 8B")},
    ),
    "hinge": Objective(
        "DPO's margin under a hinge",
        "offline",
        RSO_PAPER,
        "given:prepare",
        "hinge:loss",
        needs=("ref_logp",),
        settings=BETA,
    ),
    "apo-zero": Objective(
        "chosen up and rejected down, each against the reference",
        "offline",
        APO_PAPER,
        "given:prepare",
        "apo_zero:loss",
        needs=("ref_logp",),
        settings=BETA,
    ),
    "ipo": Objective(
        "a margin to be met and not exceeded",
        "offline",
        IPO_PAPER,
        "given:prepare",
        "ipo:loss",
        needs=("ref_logp",),
        settings={
            "tau": Setting(0.1, f"{TRL} DPOConfig.beta"),
            "form": Setting("paper", "arXiv 2310.12036, equation 17", ("paper", "trl")),
        },
    ),
    "simpo": Objective(
        "likelihood per token as the reward, with a margin and without a reference",
        "offline",
        SIMPO_PAPER,
        "given:prepare",
        "simpo:loss",
        settings={
            "beta": Setting(2.0, "arXiv 2505.24850, tuned baseline for reasoning"),
            "gamma": Setting(1.0, "arXiv 2505.24850, tuned baseline for reasoning"),
        },
    ),
    "orpo": Objective(
        "likelihood and an odds ratio, without a reference",
        "offline",
        ORPO_PAPER,
        "orpo:prepare",
        "orpo:loss",
        settings={
            "strength": Setting(0.1, f"arXiv 2403.07691, λ; {TRL} ORPOConfig.beta"),
            "aggregation": Setting("sequence-mean", "arXiv 2403.07691, equation 6", MEANS),
        },
    ),
    "kto": KTO,
    "nca": NCA,
    "redi": Objective(
        "likelihood of right traces up, of wrong ones down by less",
        "offline",
        REDI_PAPER,
        "given:prepare",
        "redi:loss",
        settings={
            "alpha": Setting(0.8, "arXiv 2505.24850, the final recipe"),
            "floor": Setting(None, f"{OURS}: none"),
            "gamma": Setting(0.0, "arXiv 2505.24850: the paper has no such factor; the code's option"),
        },
    ),
    "cdpo": Objective(
        "DPO that pushes critical tokens of the rejected side most",
        "offline",
        CDPO_PAPER,
        "cdpo:prepare",
        "cdpo:loss",
        needs=("ref_logp", "token_weights"),
        settings={
            "gamma": Setting(1.0, "arXiv 2411.19943v3; its code has 0.1"),
            "form": Setting("paper", "arXiv 2411.19943v3, section 3", ("paper", "code")),
        },
    ),
    "per-step-dpo": Objective(
        "DPO against a solution that ends with the step that spoils it",
        "offline",
        STEP_PAPER,
        "per_step_dpo:prepare",
        "dpo:loss",
        needs=("ref_logp", "step_ids", "pits"),
        settings={"beta": Setting(0.1, f"{OURS}: the paper does not say; {TRL} DPOConfig")},
    ),
    "implicit-prm-ce": Objective(
        "an outcome reward whose partial sums value the steps",
        "offline",
        PRM_PAPER,
        "implicit_prm:prepare",
        "implicit_prm:loss",
        needs=("ref_logp", "labels"),
        settings={"beta": PRM_BETA},
    ),
    "implicit-prm-dpo": changed(DPO, "the same reward from pairs of right and wrong answers", PRM_PAPER, beta=PRM_BETA),
    "implicit-prm-kto": changed(KTO, "the same reward from desirable and other answers", PRM_PAPER, beta=PRM_BETA),
    "implicit-prm-nca": changed(NCA, "the same reward from two or more answers", PRM_PAPER, beta=PRM_BETA),
}
