"""Provider accounts: the current one for new orders, and former ones that still work on orders of theirs."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.jobs.job import Job
from hailuo.models import Protocol, ProviderTable
from hailuo.provider import Provider
from jobs.orders.order import Order


def key_id(api_key: str) -> str:
    """Return a short hash of an API key for the job's row: it tells keys apart and reveals none."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account with a provider: the table of its models, a client for each protocol, API address, id of the key."""

    table: ProviderTable
    clients: Mapping[Protocol, Provider]
    api_url: str
    key_id: str

    @property
    def client(self) -> Provider:
        """The client of the provider's default model, for what concerns the whole account."""
        return self.clients[self.table.models[0].protocol]

    def client_of(self, job: Job) -> Provider:
        """Return the client for the protocol of the job's model; that of the default model if the table lacks it."""
        model = self.table.model(Order.of(job).request.options.model)
        return self.clients[model.protocol] if model else self.client


@dataclass(frozen=True, slots=True)
class Providers:
    """The current provider account, for new orders, and former accounts.

    Each job is polled with the address and the key with which it was ordered.
    """

    current: Account
    former: Sequence[Account] = ()

    def client_of(self, job: Job) -> Provider:
        """Return the client with which `job` was ordered; the current one if that account is no longer configured."""
        ordered_with = (job.provider_url, job.provider_key_id)
        for account in (self.current, *self.former):
            if (account.api_url, account.key_id) == ordered_with:
                return account.client_of(job)
        return self.current.client_of(job)
