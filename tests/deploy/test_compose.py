"""compose.yaml and what Prometheus and Grafana get: settings, paths, commands and services that exist."""

import re

import yaml

from app.roles import Role
from tests.config.settings_table import fields
from tests.deploy.reading import DEPLOY, ROOT, compose, role_of
from tests.support.rows import each_row

OURS = ("clapper", "gateway", "worker")
OF_COMPOSE = {"POSTGRES_PASSWORD"}
"""Variables that compose reads and the bot does not; deploy/README.md names them."""


def services():
    return compose()["services"]


@each_row("name", OURS)
def test_a_process_of_the_bot_runs_a_command_of_the_bot_in_its_role(name):
    role = {"clapper": Role.EVERYTHING, "gateway": Role.GATEWAY, "worker": Role.WORKER}[name]
    assert role_of(services()[name]["command"]) == role


@each_row("name", OURS)
def test_a_process_of_the_bot_may_do_nothing_that_it_need_not_and_has_the_time_to_finish(name):
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert len(service["tmpfs"]) == 1
    assert service["volumes"] == ["data:/data"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert {"mem_limit", "pids_limit"} <= service.keys()
    assert service["init"] is True
    grace = float(service["stop_grace_period"].removesuffix("s"))
    assert grace > fields()["SHUTDOWN_GRACE_SECONDS"].default + 10


@each_row("name", OURS)
def test_what_is_set_for_the_bot_is_a_setting(name):
    service = services()[name]
    assert service["env_file"] == ".env"
    assert service["environment"].keys() <= fields().keys()
    assert service["environment"]["DATA_DIR"] == "/data"


def test_with_a_token_the_page_is_where_readme_says_and_without_one_the_bot_still_starts():
    """Of many workers none publishes a port, and what listens to Discord does."""
    assert {name: service.get("ports") for name, service in services().items() if name in OURS} == {
        "clapper": ["127.0.0.1:${HEALTH_PORT:-8099}:8099"],
        "gateway": ["127.0.0.1:${HEALTH_PORT:-8099}:8099"],
        "worker": None,
    }
    assert "<http://127.0.0.1:8099>" in (ROOT / "README.md").read_text(encoding="utf-8")
    for name in OURS:
        settings = services()[name]["environment"]
        assert (settings["HEALTH_PORT"], settings["HEALTH_HOST"]) == (8099, "${HEALTH_TOKEN:+0.0.0.0}")


def test_two_gateways_for_one_bot_never_start_together_unasked():
    """They would order twice what a member asks for: what listens to Discord is named, or does not start."""
    listening = [name for name in OURS if role_of(services()[name]["command"]).listens]
    assert listening == ["clapper", "gateway"]
    profiles = [services()[name]["profiles"] for name in listening]
    assert profiles == [["sqlite"], ["postgres"]]
    assert [name for name, service in services().items() if "profiles" not in service] == []


def test_the_fleet_is_one_gateway_and_two_workers_over_one_database():
    assert services()["worker"]["deploy"]["replicas"] == 2
    assert "deploy" not in services()["gateway"]
    urls = {services()[name]["environment"]["DATABASE_URL"] for name in ("gateway", "worker")}
    assert len(urls) == 1
    password = services()["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert urls == {f"postgresql://clapper:{password}@postgres/clapper"}


def test_no_password_or_token_is_shipped():
    """Nor is one demanded (`:?`) of whoever starts other services: compose would refuse all of them."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    defaults = re.findall(r"\$\{\w*(?:PASSWORD|TOKEN|KEY|SECRET)\w*([^}]*)\}", text)
    assert defaults == [":+0.0.0.0", ":-", ":-"]
    assert not re.search(r"(?i)(password|token|secret|key)\w*: *['\"]?\w", text.replace("health_token", ""))


def test_variables_that_compose_reads_are_told():
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    read = set(re.findall(r"\$\{(\w+)", text)) | {
        each["environment"] for each in compose()["secrets"].values()
    }
    assert read - fields().keys() == OF_COMPOSE
    told = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(read) if f"`{name}`" not in told and f"{name}=" not in told] == []


def test_volumes_and_secrets_that_are_used_are_there():
    used = [each.partition(":")[0] for service in services().values() for each in service.get("volumes", [])]
    folders = [each for each in used if each.startswith(".")]
    assert {each for each in used if not each.startswith(".")} == compose()["volumes"].keys()
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
    secrets = {each for service in services().values() for each in service.get("secrets", [])}
    assert secrets == compose()["secrets"].keys()


def test_images_of_others_are_pinned():
    images = [service["image"] for name, service in services().items() if name not in OURS]
    assert [image for image in images if not re.search(r":v?\d", image)] == []


def test_prometheus_asks_every_process_and_reads_rules_that_are_there():
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    [job] = config["scrape_configs"]
    assert job["dns_sd_configs"][0]["names"] == list(OURS)
    assert job["authorization"]["credentials_file"] == "/run/secrets/health_token"
    for rules in config["rule_files"]:
        assert (DEPLOY / "prometheus" / rules).exists()
    assert job["dns_sd_configs"][0]["port"] == fields()["HEALTH_PORT"].default


def test_grafana_finds_its_source_and_its_dashboards():
    provisioning = DEPLOY / "grafana" / "provisioning"
    [source] = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"]
    [provider] = yaml.safe_load((provisioning / "dashboards" / "clapper.yml").read_text())["providers"]
    assert source["url"] == "http://prometheus:9090"
    assert (DEPLOY / "grafana" / "clapper.json").exists()
    assert f"./deploy/grafana:{provider['options']['path']}:ro" in services()["grafana"]["volumes"]


def test_litestream_copies_the_database_of_the_unit():
    [database] = yaml.safe_load((DEPLOY / "litestream.yml").read_text(encoding="utf-8"))["dbs"]
    assert database["path"] == "/var/lib/clapper/clapper.db"
    assert "DATA_DIR=/var/lib/clapper " in (DEPLOY / "clapper.service").read_text(encoding="utf-8")
