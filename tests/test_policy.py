from __future__ import annotations

import tomllib
from datetime import date, time

import pytest

from arc_sheets import resources
from arc_sheets.policy import DEFAULT_POLICY, Hours, Policy, Stage, WrongPolicy, read
from arc_sheets.tabs import CHANNELS

SHIPPED = resources.folder("templates") / "policy.toml"


def told(text: str, base: str = "EUR") -> Policy:
    return read(tomllib.loads(text), base)


def test_the_shipped_policy_is_the_one_that_holds_without_it() -> None:
    assert told(SHIPPED.read_text("utf-8")) == DEFAULT_POLICY
    assert read({}, "EUR") == DEFAULT_POLICY


def test_the_shipped_policy_tells_every_key() -> None:
    assert tomllib.loads(SHIPPED.read_text("utf-8")).keys() == set(Policy.__dataclass_fields__)


def test_a_firm_tells_what_is_different() -> None:
    policy = told(
        'minimum_interval = 10\ncountry = "DE"\nregion = "BY"\nclosed = [2026-12-24]\nopt_out = [" STOPP "]\n'
        '[hours]\nopens = "9"\ncloses = 17:30:00\n'
        '[[stages]]\nname = "Friendly"\ndays = 0\nchannel = "Text"\nautomatic = true\n'
        '[[stages]]\nname = "Call"\ndays = 9\nchannel = "Call"\npatience = 3\n'
    )
    assert policy.stages == (
        Stage("Friendly", 0, "Text", automatic=True),
        Stage("Call", 9, "Call", patience=3),
    )
    assert (policy.minimum_interval, policy.country, policy.region) == (10, "DE", "BY")
    assert (policy.closed, policy.opt_out) == ((date(2026, 12, 24),), ("stopp",))
    assert policy.hours == Hours(time(9), time(17, 30))
    assert policy.daily_cap == DEFAULT_POLICY.daily_cap


@pytest.mark.parametrize(
    ("text", "base", "minor"),
    [
        ('smallest = "12.50"', "EUR", 1250),
        ('smallest = "12,50"', "EUR", 1250),
        ('smallest = "1,200"', "JPY", 1200),
        ('smallest = "0"', "EUR", 0),
        ("", "JPY", 5),
        ("", "KWD", 5000),
    ],
)
def test_the_smallest_amount_is_told_as_people_write_it_in_the_base_currency(
    text: str, base: str, minor: int
) -> None:
    assert told(text, base).smallest == minor


STAGE = '[[stages]]\nname = "Firm"\ndays = 14\nchannel = "Email"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("minimum = 3", "minimum is no setting that ARC knows; correct its spelling, or take it out."),
        ("minimum_interval = 0", "minimum_interval must be a whole number of days from 1 to 90."),
        ("minimum_interval = true", "minimum_interval must be a whole number of days from 1 to 90."),
        ('grace = "2"', "grace must be a whole number of days from 0 to 30."),
        (
            "smallest = 500",
            'smallest must be an amount of your base currency in quotation marks, such as "5.00", or "0".',
        ),
        (
            'smallest = "$5"',
            'smallest is "$5", which is no amount: it says $, but its currency is EUR; write it as "5.00".',
        ),
        ('smallest = "-5"', 'smallest is "-5", less than nothing; write it as "5.00".'),
        ("daily_cap = 1.5", "daily_cap must be a whole number of messages from 1 to 100,000."),
        (
            "hours = 8",
            'hours must be a table: [hours] with opens = "08:00" and closes = "18:00".',
        ),
        (
            '[hours]\nopens = "18:00"\ncloses = "8:00"',
            "closes is 08:00, which is not later than opens, 18:00; correct one of them.",
        ),
        (
            '[hours]\nopens = "8 Uhr"\ncloses = "18:00"',
            'opens is "8 Uhr", which is no time of day; write it as "08:00".',
        ),
        ('[hours]\nopens = "8:00"', "closes is missing; add it, as in the shipped policy."),
        (
            'country = "Germany"',
            'country is "Germany", which is none; write its ISO 3166 code, such as DE or US.',
        ),
        ('region = "BY"', "region needs country; write the country's code too, such as DE."),
        (
            'country = "AT"\nregion = "BY"',
            'region is "BY", which is none of AT; write one of 1, 2, 3, 4, 5, 6, 7, 8, 9.',
        ),
        (
            'closed = ["24 Dec"]',
            "closed must be a list of dates without quotation marks, such as [2026-12-24, 2026-12-31].",
        ),
        ("opt_out = [1]", 'opt_out must be a list of words, such as ["stop", "cancel"].'),
        ("stages = []", "stages must be tables: [[stages]] with name, days and channel, at least one."),
        (
            '[[stages]]\nname = "Firm"\nchannel = "Email"',
            "days of stage 1 is missing; add it, as in the shipped policy.",
        ),
        (
            STAGE.replace("Firm", "Gruff"),
            "name of stage 1 must be one of Courtesy, Friendly, Firm, Call, Statement, Final notice, Agency review, in quotation marks.",
        ),
        (
            STAGE.replace('"Email"', '"Fax"'),
            'channel of stage 1 must be "Email", "Text", "Letter", "Call", "Meeting" or "Note".',
        ),
        (STAGE + STAGE, 'name of stage 2 is "Firm" once more; each stage comes once.'),
        (
            STAGE + STAGE.replace("Firm", "Friendly"),
            "days of stage 2 must be more than the 14 of the stage before.",
        ),
        (
            STAGE.replace("Email", "Call") + "automatic = true",
            "automatic of stage 1 cannot be true, as a person does it (Call); take it out.",
        ),
        (
            STAGE + "tone = 3",
            "tone of stage 1 is no setting that ARC knows; correct its spelling, or take it out.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_key_and_the_remedy(text: str, sentence: str) -> None:
    with pytest.raises(WrongPolicy) as caught:
        told(text)
    assert str(caught.value) == sentence
    assert sentence.startswith(caught.value.key)


def test_an_error_knows_in_which_stage_it_stands() -> None:
    with pytest.raises(WrongPolicy) as caught:
        told(STAGE + STAGE.replace("Firm", "Gruff"))
    assert (caught.value.key, caught.value.stage) == ("name", 1)


def test_every_channel_of_a_touch_may_be_that_of_a_stage() -> None:
    for channel in CHANNELS:
        assert told(STAGE.replace("Email", channel)).stages[0].channel == channel
