"""The systemd units: directives that exist, settings and commands that exist, and systemd's own word where it is there."""

import re
import shlex
import shutil
import subprocess

import pytest

from media.isolation.isolated import budget_bytes
from tests.config.settings_table import fields
from tests.deploy.reading import DEPLOY, ROOT, compose, understood, unit, values_of
from tests.support.rows import each_row

SERVICES = ("clapper.service", "clapper-backup.service")
UNITS = (*SERVICES, "clapper-backup.timer")
PYTHON = "/opt/clapper/.venv/bin/python"
OF_PYTHON = {"PYTHONDONTWRITEBYTECODE", "MPLCONFIGDIR"}
LARGEST_EXPOSURE = 2.0
GIB = 1024**3
MOST_NEEDED_BYTES = 450 * 1024**2
"""What joining clips of 1080p takes, the hungriest work on the provider's own videos (docs/performance.md)."""

DIRECTIVES = {
    "Unit": "Description Documentation Wants After",
    "Install": "WantedBy",
    "Timer": "OnCalendar RandomizedDelaySec Persistent",
    "Service": """
        Type User Group WorkingDirectory EnvironmentFile Environment ExecStart Restart RestartSec
        RestartPreventExitStatus KillSignal TimeoutStopSec StateDirectory StateDirectoryMode UMask MemoryMax OOMPolicy TasksMax
        Nice IOSchedulingClass ReadWritePaths NoNewPrivileges CapabilityBoundingSet AmbientCapabilities ProtectSystem
        ProtectHome ProtectProc ProcSubset ProtectClock ProtectHostname ProtectControlGroups ProtectKernelLogs
        ProtectKernelModules ProtectKernelTunables PrivateTmp PrivateDevices PrivateUsers PrivateNetwork RemoveIPC
        LockPersonality RestrictNamespaces RestrictRealtime RestrictSUIDSGID RestrictAddressFamilies
        SystemCallArchitectures SystemCallFilter SystemCallErrorNumber
    """,
}
"""What systemd.unit, systemd.service, systemd.exec, systemd.kill, systemd.resource-control and systemd.timer know."""

MANY_TIMES = {"SystemCallFilter"}


@each_row("name", UNITS)
def test_a_unit_holds_directives_that_exist_each_once(name):
    for section, directives in unit(name).items():
        names = [directive for directive, _ in directives]
        assert set(names) <= set(DIRECTIVES[section].split())
        assert [each for each in names if names.count(each) > 1 and each not in MANY_TIMES] == []


@each_row("name", SERVICES)
def test_a_unit_runs_a_command_of_the_bot_where_it_is_installed(name):
    [command] = values_of(unit(name), "Service", "ExecStart")
    python, script, *words = shlex.split(command)
    [folder] = values_of(unit(name), "Service", "WorkingDirectory")
    assert python == f"{folder}/.venv/bin/python" == PYTHON
    assert (ROOT / script).exists()
    assert understood(words)


@each_row("name", SERVICES)
def test_what_a_unit_sets_is_a_setting(name):
    [line] = values_of(unit(name), "Service", "Environment")
    named = {part.partition("=")[0] for part in line.split()}
    assert named - OF_PYTHON <= fields().keys()
    assert "DATA_DIR=/var/lib/clapper" in line.split()


@each_row("name", SERVICES)
def test_a_unit_gives_nothing_away(name):
    service = dict(unit(name)["Service"])
    assert service["User"] == service["Group"] == "clapper"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert (service["CapabilityBoundingSet"], service["UMask"]) == ("", "0077")
    assert service["StateDirectory"] == "clapper"


def test_the_bot_is_stopped_gently_and_not_restarted_over_settings_that_cannot_be_used():
    service = dict(unit("clapper.service")["Service"])
    assert service["KillSignal"] == "SIGTERM"
    assert float(service["TimeoutStopSec"]) > fields()["SHUTDOWN_GRACE_SECONDS"].default + 10
    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("always", "2")


def test_the_end_of_an_isolated_process_is_not_the_end_of_the_bot():
    """systemd's default stops the whole unit as soon as the kernel has ended any process of it."""
    assert dict(unit("clapper.service")["Service"])["OOMPolicy"] == "continue"


def test_unit_and_containers_have_one_limit_of_memory_with_room_for_the_hungriest_work():
    limits = {compose()["services"][name]["mem_limit"] for name in ("clapper", "gateway", "worker")}
    assert {dict(unit("clapper.service")["Service"])["MemoryMax"].lower()} == limits == {"2g"}
    assert budget_bytes(2 * GIB) * 3 // 4 > MOST_NEEDED_BYTES


def test_a_backup_can_be_written_where_it_goes():
    service = dict(unit("clapper-backup.service")["Service"])
    options = understood(shlex.split(service["ExecStart"])[2:])
    assert (str(options.target), options.keep) == (service["ReadWritePaths"], 14)


def test_systemd_finds_nothing_wrong_where_it_is_installed(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on the PATH: the units were looked at by our own parser only")
    for name in UNITS:
        # Nothing is installed in /opt here; that this is a program is all that systemd looks for.
        text = (DEPLOY / name).read_text(encoding="utf-8").replace(PYTHON, "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    verify = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)]
    found = subprocess.run(verify, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")


@each_row("name", SERVICES)
def test_systemd_calls_the_exposure_small_where_it_is_installed(name):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on the PATH: nobody has measured the exposure of the units")
    found = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", str(DEPLOY / name)], capture_output=True, text=True
    )
    measured = re.search(r"exposure level for \S+: ([\d.]+)", found.stdout)
    assert measured, found.stderr
    assert float(measured[1]) <= LARGEST_EXPOSURE
