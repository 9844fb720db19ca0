"""Whom to approach, and how: what a user may change."""
import math
from typing import NamedTuple

NEAREST, CENTRED = 'nearest', 'centred'
CHOICES = NEAREST, CENTRED


class Settings(NamedTuple):
    """Whom to approach, and how.

    person: 'nearest' or 'centred' (nearest to the camera's optical axis). id: of the person to
    approach, whoever else is there; 0: by `person`. attention: how probable it must be that they
    look at the camera for them to be chosen; 0: whether they look or not.
    distance: m in front of them; of a person who sits, in front of their knees.
    max_facing_stddev: rad; no goal while their facing is less certain. look_stddev: rad; while it
    is less certain than this, it is worth a look from aside. drive_round: whether to drive round
    them where it is not known at all; else to come nearer only.
    switch_time: s that someone else who does not walk must have been the better choice while the
    camera stood still. settle_time: s over which a
    person who stands still is averaged.
    lost_time: s for which a person who has vanished is waited for before someone else is chosen.
    memory: s for which somebody who stood still is taken to stand there yet while the camera looks
    elsewhere, as it does on the way round them.
    """

    person: str = NEAREST
    id: int = 0
    attention: float = 0.
    distance: float = 1.2
    max_facing_stddev: float = math.radians(20.)
    look_stddev: float = math.radians(10.)
    drive_round: bool = False
    switch_time: float = 5.
    settle_time: float = 8.
    lost_time: float = 5.
    memory: float = 60.
