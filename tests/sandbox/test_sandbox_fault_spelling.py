"""How faults are written on the command line and sent over HTTP."""

import aiohttp
import pytest

from sandbox.faults import Fault, FaultName, Where
from tests.support.rows import each_row


@each_row(
    "text, fault",
    [
        ("stuck", Fault(FaultName.STUCK)),
        ("rate_limited=30*2", Fault(FaultName.RATE_LIMITED, "30", times=2)),
        (
            "rate_limited=Wed, 21 Oct 2026 07:28:00 GMT",
            Fault(FaultName.RATE_LIMITED, "Wed, 21 Oct 2026 07:28:00 GMT"),
        ),
        ("bad_gateway+accepted=html", Fault(FaultName.BAD_GATEWAY, "html", accepted=True)),
        (
            "latency_after@task=1.5*always",
            Fault(FaultName.LATENCY_AFTER, "1.5", where=Where.TASK, times=None),
        ),
        (
            "redirect@submit=http://127.0.0.1:1/a*b",
            Fault(FaultName.REDIRECT, "http://127.0.0.1:1/a*b", where=Where.SUBMIT),
        ),
        (
            "shape@submit=envelope:flat,code:string*3",
            Fault(FaultName.SHAPE, "envelope:flat,code:string", where=Where.SUBMIT, times=3),
        ),
    ],
)
def test_the_command_line_spells_faults(text, fault):
    assert Fault.parse(text) == fault
    assert Fault.from_json(text) == fault
    assert Fault.from_json(fault.to_json()).to_json() == fault.to_json()


@each_row(
    "text",
    [
        "",
        "no_such_fault",
        "stuck@file",
        "truncated@submit",
        "stuck*0",
        "drip=fast",
        "drip=nan",
        "latency_before=-1",
        "bad_gateway=htm",
        "error_in_200=maybe",
        "stuck+accepted",
        "rate_limited@nowhere",
        "shape=colour:red",
    ],
)
def test_a_misspelt_fault_is_refused_when_it_is_armed(text):
    with pytest.raises(ValueError, match=r".+"):
        Fault.parse(text)


def test_each_fault_has_a_place():
    assert {fault.place for fault in map(Fault, FaultName)} == {Where.SUBMIT, Where.TASK, Where.FILE}


async def test_another_process_arms_and_clears_faults_over_http(provider):
    async with aiohttp.ClientSession(provider.sandbox.url) as other:
        body = ["bad_gateway*2", {"name": "rate_limited", "value": 7, "where": "task", "times": None}]
        async with other.post("/sandbox/faults", json=body) as response:
            assert response.status == 200
        assert (await provider.submit()).status == 502
        async with other.get("/sandbox/faults") as response:
            armed = await response.json()
        assert [(fault["name"], fault["where"], fault["times"]) for fault in armed] == [
            ("bad_gateway", "submit", 1),
            ("rate_limited", "task", None),
        ]
        assert (await provider.get("/v1/tasks/x")).headers["Retry-After"] == "7"
        async with other.delete("/sandbox/faults") as response:
            assert await response.json() == []
        assert (await provider.submit()).status == 200
        for wrong in (
            "no_such_fault",
            {"value": 1},
            {"name": "stuck", "colour": 1},
            {"name": "stuck", "times": "2"},
            5,
        ):
            async with other.post("/sandbox/faults", json=wrong) as response:
                assert response.status == 400
        async with other.post("/sandbox/faults", data=b"{") as response:
            assert response.status == 400
    assert list(provider.sandbox.faults) == []
