"""Kills during create and append; see kills.py."""

import os
import pathlib

import kills

KILLS = int(os.environ.get("COLONNADE_KILLS", "100"))
SEED = int(os.environ.get("COLONNADE_KILLS_SEED", "1"))


def test_killed_at_every_transition(capsys):
    with kills.open_workshop() as folder, capsys.disabled():
        workshop = kills.Workshop(pathlib.Path(folder))
        created = kills.kill_at_every_change(workshop, creating=True)
        appended = kills.kill_at_every_change(workshop, creating=False)
    assert created["between first write and link"] + appended["between first write and link"] >= 20
    # Both outcomes were seen, or the kills did not straddle the publication.
    assert appended["old"] > 0 and appended["new"] > 0


def test_killed_at_random(capsys):
    with kills.open_workshop() as folder, capsys.disabled():
        seen = kills.kill_at_random(kills.Workshop(pathlib.Path(folder)), KILLS, SEED)
    assert seen["kills"] >= KILLS
