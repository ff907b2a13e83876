from __future__ import annotations

from pathlib import Path

import pytest

from arc_sheets.errors import ConfigError
from arc_sheets.policy import DEFAULT_POLICY
from arc_sync.agent.config import Config
from arc_sync.agent.policies import policy_of


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "arc.toml"
    file.write_text('company = "Weststadt"\nbase_currency = "EUR"\n', "utf-8")
    return Config.load(file)


def wrong(config: Config, text: str) -> str:
    config.policy.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        policy_of(config)
    return str(caught.value)


def test_without_a_file_of_its_own_a_firm_has_the_shipped_policy(config: Config) -> None:
    assert policy_of(config) == DEFAULT_POLICY


def test_a_firms_own_counts_and_what_it_leaves_out_is_as_shipped(config: Config) -> None:
    config.policy.write_text("minimum_interval = 10\n", "utf-8-sig")
    assert policy_of(config).minimum_interval == 10
    assert policy_of(config).stages == DEFAULT_POLICY.stages


def test_what_is_wrong_is_told_with_file_and_line(config: Config) -> None:
    assert wrong(config, "\nminimum_interval = -1\n").startswith(
        f"{config.policy}, line 2: minimum_interval "
    )
    assert wrong(config, "# a note\nmimimum_interval = 9\n").startswith(
        f"{config.policy}, line 2: mimimum_interval "
    )
    assert wrong(config, "minimum_interval = = 9\n").startswith(f"{config.policy} cannot be read: ")


def test_a_key_of_a_stage_is_found_in_its_stage(config: Config) -> None:
    stage = '[[stages]]\nname = "{}"\ndays = {}\nchannel = "Email"\n'
    text = stage.format("Friendly", 3) + stage.format("Firm", 2)
    assert wrong(config, text).startswith(f"{config.policy}, line 7: days of stage 2 ")
    missing = stage.format("Friendly", 3) + '[[stages]]\nname = "Firm"\ndays = 14\n'
    assert wrong(config, missing).startswith(f"{config.policy}, line 5: channel of stage 2 is missing")


def test_a_file_in_another_encoding_is_refused(config: Config) -> None:
    config.policy.write_bytes("# für Zoë\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="not written in UTF-8"):
        policy_of(config)
