"""Bodies: their tables hold together, and people are decoded with each of them."""
import made_maps
import numpy as np
import pytest

from openpose_ros.body import BODY_25, COCO, MPI, index_by_name, to_coco
from openpose_ros.decoding import decode

BODIES = (COCO, MPI, BODY_25)
each_body = pytest.mark.parametrize('body', BODIES, ids=lambda body: body.name)

# Where parts that COCO-18 has not are on made_maps.STANDING, in cells from the neck.
OTHERS = {'head': (0, -7), 'chest': (0, 5), 'mid_hip': (0, 10),
          'right_big_toe': (-3, 27), 'right_small_toe': (-6, 27), 'right_heel': (-1, 26),
          'left_big_toe': (3, 27), 'left_small_toe': (6, 27), 'left_heel': (1, 26)}


def standing(body):
    """The person of made_maps, as this body: (parts, 2)."""
    places = dict(zip(COCO.parts, made_maps.STANDING))
    places.update(OTHERS)
    return np.array([places[part] for part in body.parts], float)


def tree(body):
    """The limbs without those that only confirm a person."""
    return body.limbs[:len(body.limbs) - body.extra_limbs]


@pytest.mark.parametrize('body, parts, limbs, channels', [
    (COCO, 18, 19, 57), (MPI, 15, 14, 44), (BODY_25, 25, 26, 78)])
def test_counts_are_those_of_the_published_models(body, parts, limbs, channels):
    assert (len(body.parts), len(body.limbs)) == (parts, limbs)
    assert (body.heatmap_count, body.paf_count) == (parts + 1, 2 * limbs)
    assert body.heatmap_count + body.paf_count == channels


@each_body
def test_every_channel_belongs_to_one_limb(body):
    assert len(body.paf_channels) == len(body.limbs) == len(set(body.limbs))
    assert sorted(sum(body.paf_channels, ())) == list(range(body.paf_count))
    assert all(x % 2 == 0 and y == x + 1 for x, y in body.paf_channels)


@each_body
def test_limbs_reach_every_part_once(body):
    """A tree that grows from limb to limb, in the order of assembly; the extra ones add nothing."""
    assert len(set(body.parts)) == len(body.parts)
    reached = set(tree(body)[0])
    for limb in tree(body)[1:]:
        assert len(reached & set(limb)) == 1, limb
        reached |= set(limb)
    assert reached == set(range(len(body.parts)))


@each_body
def test_left_mirrors_right(body):
    mirrored = body.mirrored
    assert [mirrored[part] for part in mirrored] == list(range(len(body.parts)))
    for part, other in enumerate(mirrored):
        sides = {body.parts[part].split('_')[0], body.parts[other].split('_')[0]}
        assert sides == {'left', 'right'} or part == other
    limbs = {(body.parts[a], body.parts[b]) for a, b in body.limbs}
    assert limbs == {(body.parts[mirrored[a]], body.parts[mirrored[b]]) for a, b in body.limbs}


@each_body
def test_limbs_of_the_arms_and_legs(body):
    names = {frozenset((body.parts[a], body.parts[b])) for a, b in tree(body)}
    for side in ('left', 'right'):
        for one, other in (('shoulder', 'elbow'), ('elbow', 'wrist'), ('hip', 'knee'),
                           ('knee', 'ankle')):
            assert frozenset((side + '_' + one, side + '_' + other)) in names


@each_body
def test_decodes_two_people(body):
    people = [standing(body) + neck for neck in ((12, 12), (35, 10))]
    found = decode(*made_maps.draw(people, (44, 48), body), body=body)
    assert found.shape == (2, len(body.parts), 3)
    found = found[np.argsort(found[:, body.parts.index('neck'), 0])]
    np.testing.assert_allclose(found[..., :2], people, atol=.3)


@each_body
def test_is_given_to_coco_by_name(body):
    keypoints = np.arange(2 * len(body.parts) * 3, dtype=np.float32).reshape(2, -1, 3)
    coco = to_coco(keypoints, body)
    assert coco.shape == (2, 18, 3) and coco.dtype == np.float32
    for index, part in enumerate(COCO.parts):
        if part in body.parts:
            assert (coco[:, index] == keypoints[:, body.parts.index(part)]).all()
        else:
            assert np.isnan(coco[:, index, :2]).all() and not coco[:, index, 2].any()


def test_what_coco_shares_with_the_others():
    assert len(index_by_name(BODY_25, COCO)) == 18
    assert {COCO.parts[i] for i in set(range(18)) - set(index_by_name(MPI, COCO).values())} == {
        'nose', 'right_eye', 'left_eye', 'right_ear', 'left_ear'}
    assert to_coco(np.zeros((0, 15, 3), np.float32), MPI).shape == (0, 18, 3)
