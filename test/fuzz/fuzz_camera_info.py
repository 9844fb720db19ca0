"""A camera of any calibration, and people of any keypoints and depths seen by it."""
import numpy as np
from check import one_line
from draw import Draw

from openpose_ros.people import people_in_image
from openpose_ros.scene import Camera, CameraError, locate_and_explain, up_of_tilt

MODELS = ('plumb_bob', 'rational_polynomial', 'equidistant', 'fisheye', 'none', '')
COEFFICIENTS = (0, 4, 5, 8, 12, 14, 1, 3000)


def make(draw):
    """A calibration: mostly a plausible one with a few numbers changed."""
    model = draw.choice(MODELS) if draw.integer(0, 15) else draw.text(255)
    size = [draw.integer(0, 2 ** 32 - 1) if draw.integer(0, 7) == 0 else draw.choice((640, 64, 1))
            for _ in range(2)]
    k = [500., 0., .5 * size[0], 0., 500., .5 * size[1], 0., 0., 1.]
    for _ in range(draw.integer(0, 3)):
        k[draw.integer(0, 8)] = draw.number()
    d = [0.] * draw.choice(COEFFICIENTS)
    for _ in range(draw.integer(0, 5)):
        if d:
            d[draw.integer(0, len(d) - 1)] = draw.number() * draw.choice((1., 1e-3))
    return size[0], size[1], model, d, k


def see(draw, camera):
    """Everything that is done with a camera."""
    keypoints = np.abs(draw.array(draw.integer(0, 3), 18, 3))
    depth = draw.array(8, 8 * camera.width // max(camera.height, 1) % 64 or 1)
    depth = (depth.astype(np.float32) if draw.flag() else
             np.abs(depth).clip(0, 9000).astype(np.uint16))
    people = people_in_image(keypoints)
    camera.project(camera.unproject(people.keypoints[..., :2], keypoints[..., 2]))
    height = draw.number() if draw.flag() else None
    up = up_of_tilt(draw.integer(-90, 90) * .017) if draw.flag() else draw.array(3)
    placed, problems = locate_and_explain(people, camera, depth if draw.flag() else None, up,
                                          height)
    assert placed.count == people.count
    for problem in problems:
        one_line(ValueError(problem))
    known = placed.facing_source > 0
    np.testing.assert_allclose(np.linalg.norm(placed.facing[known], axis=1), 1., atol=1e-6)


def target(data: bytes) -> None:
    draw = Draw(data)
    with np.errstate(all='ignore'):
        try:
            camera = Camera.from_info(*make(draw))
            if draw.flag():
                camera = camera.resized(draw.choice((640, 320, 64, 1)), draw.choice((480, 64, 1)))
        except CameraError as error:
            one_line(error)
            return
        see(draw, camera)


def seeds():
    for model in range(6):
        for count in range(6):
            for tail in (bytes(40), bytes(range(60)), bytes(range(255, 155, -1))):
                # model, two sizes, no change of k, so many coefficients, none changed, not resized
                yield bytes((1, model, 1, 0, 1, 1, 0, count, 0, 0, 2)) + tail
