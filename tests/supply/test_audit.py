"""`make audit` and `make sbom`: a hole is told, and an audit that did not take place is never a good one."""

import asyncio
import json
import sys

import pytest
from aiohttp import web
from packaging.utils import canonicalize_name

from tests.supply.audit import CLEAN, HOLES, NOT_AUDITED
from tests.supply.pinned import ROOT, pinned

pytestmark = pytest.mark.proof  # what is installed changes with requirements alone

HASH = "0" * 64
HOLE = {
    "id": "TEST-2026-1",
    "summary": "a hole",
    "details": "a hole that a test made up",
    "published": "2026-01-01T00:00:00Z",
    "modified": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "tiny-thing", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
            "versions": ["1.0"],
        }
    ],
}


@pytest.fixture
def requirements(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text(f"tiny-thing==1.0 --hash=sha256:{HASH}\nother-thing==2.0 --hash=sha256:{HASH}\n")
    return path


async def audited(requirements, address):
    """Run the audit against a service of known holes, here a server of the test; return code, output, complaint."""
    options = ["-s", "osv", "--osv-url", address, "--timeout", "5"]
    options += ["--cache-dir", str(requirements.parent / "cache")]
    script = (
        "import sys; from pathlib import Path; from tests.supply.audit import audit; "
        f"sys.exit(audit(Path({str(requirements)!r}), *{options!r}))"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await asyncio.wait_for(process.communicate(), 50)
    return process.returncode, output.decode(), complaint.decode()


class Service:
    """A database of holes that answers as OSV does."""

    def __init__(self):
        self.asked = []
        self.holes = {}
        self.status = 200

    async def answer(self, request):
        name = (await request.json())["package"]["name"]
        self.asked.append(name)
        return web.json_response(
            {"vulns": self.holes[name]} if name in self.holes else {}, status=self.status
        )


@pytest.fixture
async def service(unused_tcp_port):
    service = Service()
    app = web.Application()
    app.router.add_post("/query", service.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    service.address = f"http://127.0.0.1:{unused_tcp_port}/query"
    yield service
    await runner.cleanup()


async def test_packages_without_holes_are_counted(requirements, service):
    code, output, _ = await audited(requirements, service.address)
    assert (code, sorted(service.asked)) == (CLEAN, ["other-thing", "tiny-thing"])
    assert "2 packages of requirements.txt were audited: 0 holes are known" in output


async def test_a_hole_is_named_with_the_version_that_mends_it(requirements, service):
    service.holes["tiny-thing"] = [HOLE]
    code, output, _ = await audited(requirements, service.address)
    assert code == HOLES == 1
    assert "tiny-thing 1.0: TEST-2026-1, fixed in 1.1" in output


async def test_a_service_that_cannot_be_reached_is_told_loudly(requirements, unused_tcp_port):
    code, output, complaint = await audited(requirements, f"http://127.0.0.1:{unused_tcp_port}/query")
    assert code == NOT_AUDITED == 3
    assert "NOTHING WAS AUDITED" in complaint
    assert "were audited" not in output


async def test_a_service_that_is_broken_and_requirements_that_cannot_be_read_are_told_loudly(
    requirements, service
):
    service.status = 500
    for _ in range(2):
        code, _, complaint = await audited(requirements, service.address)
        assert (code, "NOTHING WAS AUDITED" in complaint) == (NOT_AUDITED, True)
        service.status = 200
        requirements.write_text("tiny-thing>=1\n")


async def test_the_bill_of_materials_lists_what_is_pinned(tmp_path):
    [line] = [line for line in (ROOT / "Makefile").read_text().splitlines() if "cyclonedx-py" in line]
    words = (
        line.replace("$(VENV)/bin/cyclonedx-py", "").replace("$(SBOM)", str(tmp_path / "sbom.json")).split()
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cyclonedx_py", *words), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await asyncio.wait_for(process.communicate(), 50)
    assert process.returncode == 0, complaint.decode()
    bill = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    listed = {(canonicalize_name(each["name"]), each["version"]): each for each in bill["components"]}
    # One name may be pinned in several versions, each for other Pythons.
    assert listed.keys() == {(each.name, each.version) for each in pinned()}
    for each in pinned():
        where = listed[each.name, each.version]["externalReferences"]
        hashes = {found["content"] for reference in where for found in reference["hashes"]}
        assert hashes == {value.removeprefix("sha256:") for value in each.hashes}


def test_the_bill_of_materials_is_written_where_git_does_not_look():
    assert "SBOM := build/sbom.cdx.json" in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    assert "build/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
