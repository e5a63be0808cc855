"""Running programs that nobody has read: in the strongest tier that holds on this machine, or not at all."""

from __future__ import annotations

from reasoning_toolkit.sandbox.limits import Limits
from reasoning_toolkit.sandbox.probe import SandboxStatus, run_code, sandbox_status, usable_tier
from reasoning_toolkit.sandbox.run import Finished

__all__ = ["Finished", "Limits", "SandboxStatus", "run_code", "sandbox_status", "usable_tier"]
