"""How much memory there is, as machine and cgroups say, and how many share it in the order of their coming."""

import asyncio

import pytest

from media.isolation.isolated import Budget, memory_of_this_process

GIB = 1024**3

GROUPS = {
    "no cgroup": ({}, None),
    "version 2, the group itself": (
        {"proc/self/cgroup": "0::/system.slice/clapper.service\n",
         "sys/fs/cgroup/system.slice/clapper.service/memory.max": f"{GIB}\n",
         "sys/fs/cgroup/system.slice/memory.max": "max\n"}, GIB),
    "version 2, a group above it": (
        {"proc/self/cgroup": "0::/system.slice/clapper.service\n",
         "sys/fs/cgroup/system.slice/clapper.service/memory.max": "max\n",
         "sys/fs/cgroup/system.slice/memory.max": f"{GIB}\n"}, GIB),
    "version 2, a container that sees its group as the root": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{GIB}\n"}, GIB),
    "version 2, a container that sees the host's path": (
        {"proc/self/cgroup": "0::/docker/4711\n", "sys/fs/cgroup/memory.max": f"{GIB}\n"}, GIB),
    "version 2, a neighbour of the container's root": (
        {"proc/self/cgroup": "0::/../clapper\n", "sys/fs/cgroup/memory.max": f"{GIB}\n"}, GIB),
    "version 2, without a limit": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, None),
    "version 2, a limit outside of its tree": (
        {"proc/self/cgroup": "0::/clapper\n", "sys/fs/memory.max": f"{GIB}\n", "sys/fs/cgroup/clapper/x": ""}, None),
    "version 1": (
        {"proc/self/cgroup": "9:cpu,cpuacct:/a\n4:memory:/a:b/c\n0::/\n",
         "sys/fs/cgroup/memory/a:b/c/memory.limit_in_bytes": f"{GIB}\n",
         "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, GIB),
    "version 1, without a limit": (
        {"proc/self/cgroup": "4:memory:/\n",
         "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, None),
}  # fmt: skip


@pytest.mark.parametrize(("files", "limit"), GROUPS.values(), ids=GROUPS)
def test_the_least_limit_of_the_cgroups_holds_else_the_machines_own(tmp_path, files, limit):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    machine = memory_of_this_process(tmp_path / "nothing")
    assert memory_of_this_process(tmp_path) == min(machine, limit or machine)
    assert machine > GIB / 4


async def test_who_comes_first_is_served_first_and_a_large_share_is_not_passed_by_small_ones():
    budget, served = Budget(10), []

    async def take(name, size, release):
        async with budget.share(size):
            served.append(name)
            await release.wait()

    first, rest = asyncio.Event(), asyncio.Event()
    takers = [
        asyncio.create_task(take("first", 6, first)),
        asyncio.create_task(take("large", 9, rest)),
        asyncio.create_task(take("small", 1, rest)),
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert served == ["first"]
    first.set()
    rest.set()
    await asyncio.gather(*takers)
    assert served == ["first", "large", "small"]


async def test_more_than_there_is_waits_for_all_of_it():
    budget = Budget(10)
    async with asyncio.timeout(1):
        async with budget.share(1000):
            pass
        async with budget.share(10):
            pass


@pytest.mark.parametrize("steps", range(6))
async def test_whoever_gives_up_at_any_step_takes_nothing_along(steps):
    budget = Budget(10)

    async def take():
        async with budget.share(10):
            await asyncio.sleep(0)

    takers = [asyncio.create_task(take()) for _ in range(3)]
    for _ in range(steps):
        await asyncio.sleep(0)
    takers[0].cancel()
    takers[1].cancel()
    await asyncio.wait(takers)
    async with asyncio.timeout(1), budget.share(10):
        pass
