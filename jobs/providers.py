"""Who took which order: today's provider, and former ones that still work on orders of theirs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from db.jobs.job import Job
from hailuo.provider import Provider


def key_id(api_key: str) -> str:
    """Return what a key is called on a row: it tells keys apart and gives none away."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account at one address."""

    client: Provider
    api_url: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Providers:
    """New orders go to `current`; a job is asked about where, and with the key with which, it was ordered."""

    current: Account
    former: Sequence[Account] = ()

    def client_of(self, job: Job) -> Provider:
        """Return the client of the job's own order; today's if none is set up for it any more."""
        ordered_with = (job.provider_url, job.provider_key_id)
        for account in (self.current, *self.former):
            if (account.api_url, account.key_id) == ordered_with:
                return account.client
        return self.current.client
