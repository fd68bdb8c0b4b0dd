"""What the encryption setting really does in each Laravel version, for those who write its `.env`."""

from __future__ import annotations

from kmconfig.environment.laravel_encryption import EffectiveMode, Mode, effective_mode

__all__ = ["EffectiveMode", "Mode", "effective_mode"]
