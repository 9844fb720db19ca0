"""A film of a robot that goes to a person: left what it sees, right where it is and where it goes.

    make demo-approach [DEMO_ARGS="--seed 3 --people FOLDER"]

Plays the closed loop of benchmark/approach.py with a person who turns midway, and writes
demo_output/approach.mp4, approach.png (ten ways to people who face this way and that) and a
picture from the film. With --people (the folder of rendered people and their tool) the images are
rendered and seen by the network; without, people are drawn and their keypoints known.
"""
import argparse
import math
import os
import sys

import cv2
import numpy as np

_ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
sys.path[:0] = [os.path.join(_ROOT, 'test'), os.path.join(_ROOT, 'test', 'approach')]
from actors import Actor  # noqa: E402
from closed_loop import Loop, in_world  # noqa: E402
from eyes import CAMERA, SyntheticEyes  # noqa: E402

from openpose_ros import drawing, files  # noqa: E402
from openpose_ros.approach import Place  # noqa: E402

SIZE = 480                      # px of the plan's side
METRES = 7.                     # that it shows
RATE = 10.                      # images a second, as the camera's
_INK, _PAPER, _GRID = (40, 40, 40), (255, 255, 255), (225, 225, 225)
_WAY, _GOAL, _SPACE = (178, 114, 0), (0, 94, 213), (235, 235, 250)
_FONT, _BITS = cv2.FONT_HERSHEY_SIMPLEX, 4


class Plan:
    """The ground from above, m to px; x of the world goes up."""

    def __init__(self, centre=(2.5, 0.), metres=METRES, size=SIZE) -> None:
        self._centre, self._scale, self._size = centre, size / metres, size
        self.canvas = np.full((size, size, 3), 255, np.uint8)
        for metre in range(int(metres) + 2):
            for sign in (-1, 1):
                self._line((-9., sign * metre), (19., sign * metre), _GRID)
                self._line((sign * metre, -9.), (sign * metre, 9.), _GRID)
        for metre in range(7, 20):
            self._line((metre, -9.), (metre, 9.), _GRID)

    def _px(self, point):
        x = .5 * self._size - (point[1] - self._centre[1]) * self._scale
        y = .5 * self._size - (point[0] - self._centre[0]) * self._scale
        return int(round(x * 2 ** _BITS)), int(round(y * 2 ** _BITS))

    def _line(self, start, end, colour, width=1):
        cv2.line(self.canvas, self._px(start), self._px(end), colour, width, cv2.LINE_AA, _BITS)

    def circle(self, centre, radius, colour, width=1):
        cv2.circle(self.canvas, self._px(centre), int(radius * self._scale * 2 ** _BITS), colour,
                   width, cv2.LINE_AA, _BITS)

    def ellipse(self, centre, covariance, colour):
        """One standard deviation of a place, covariance (2, 2) m^2."""
        variance, axes = np.linalg.eigh(covariance)
        angles = np.linspace(0., 2. * math.pi, 40)
        rim = np.asarray(centre) + (np.sqrt(np.maximum(variance, 0.)) * np.stack(
            (np.cos(angles), np.sin(angles)), axis=1)).dot(axes.T)
        self.way(rim, colour, 1)

    def way(self, points, colour=_WAY, width=2):
        pixels = np.array([self._px(point) for point in points], np.int32)
        cv2.polylines(self.canvas, [pixels], False, colour, width, cv2.LINE_AA, _BITS)

    def arrow(self, place, colour, length, width=2):
        tip = (place.x + length * math.cos(place.yaw), place.y + length * math.sin(place.yaw))
        cv2.arrowedLine(self.canvas, self._px(place), self._px(tip), colour, width, cv2.LINE_AA,
                        _BITS, .3)

    def person(self, place):
        """Who stands there, their personal space, and which way they face."""
        self.circle(place, 1.2, _SPACE, cv2.FILLED)
        self.circle(place, .8, (215, 215, 245), cv2.FILLED)
        self.circle(place, .18, _INK, cv2.FILLED)
        self.arrow(place, drawing.FACING, .6)

    def robot(self, place):
        self.circle(place, .22, _WAY, 2)
        self.arrow(place, _WAY, .35)

    def write(self, text, where):
        cv2.putText(self.canvas, text, where, _FONT, .5, _INK, 1, cv2.LINE_AA)


def plan_of(loop):
    """The plan of a loop as it is now."""
    plan = Plan()
    for actor in loop.actors:
        if actor.is_visible(loop.time):
            plan.person(actor.at(loop.time))
    if loop.path:
        plan.way([point[:2] for point in loop.path])
    people = loop.people
    for row in range(people.count if people is not None else 0):
        at = in_world(Place(people.position[row, 0], people.position[row, 1], 0.), loop)
        if np.isfinite(people.position_covariance[row]).all():
            turn = loop.base.truth.yaw - loop.base.odometry.yaw
            c, s = math.cos(turn), math.sin(turn)
            rotation = np.array(((c, -s), (s, c)))
            plan.ellipse(at[:2], rotation.dot(people.position_covariance[row][:2, :2]).dot(
                rotation.T), _GOAL)
    if loop.goal is not None:
        goal = in_world(loop.place_of_goal(), loop)
        plan.arrow(goal, _GOAL, .4)
        if math.isfinite(loop.goal.stddev[1]):
            # Where the goal may be: it turns round the person with the facing's error.
            person = (goal.x + 1.2 * math.cos(goal.yaw), goal.y + 1.2 * math.sin(goal.yaw))
            angles = goal.yaw + math.pi + np.linspace(-1., 1., 15) * loop.goal.stddev[1]
            plan.way([(person[0] + 1.2 * math.cos(a), person[1] + 1.2 * math.sin(a))
                      for a in angles], _GOAL, 2)
    plan.robot(loop.base.truth)
    plan.write('{:4.1f} s  {}'.format(loop.time, loop.errand.state), (10, 20))
    plan.write('1 m', (int(SIZE - SIZE / METRES - 10), SIZE - 14))
    cv2.line(plan.canvas, (int(SIZE - SIZE / METRES - 10), SIZE - 8), (SIZE - 10, SIZE - 8), _INK, 2)
    return plan.canvas


def film(loop, path, patience=45.):
    """Play a loop into an MP4; the number of images, and the one of 2.5 s: they are seen."""
    writer = cv2.VideoWriter(path + '.part.mp4', cv2.VideoWriter_fourcc(*'mp4v'), RATE,
                             (CAMERA.width + SIZE, SIZE))
    frames, still = 0, None
    while loop.time < patience and not (loop.arrived_at and loop.time - loop.arrived_at > 3.):
        for _ in range(2):
            loop.step()
        seen = loop.perceived
        shown = drawing.overlay(loop.eyes.image, seen.people_in_camera, seen.camera)
        frame = np.hstack((shown, plan_of(loop)))
        writer.write(frame)
        frames += 1
        if frames == 25:
            still = frame
    writer.release()
    os.replace(path + '.part.mp4', path)
    return frames, frame if still is None else still


def ways(count=10):
    """A picture of `count` ways to people who face this way and that."""
    tiles = []
    for number in range(count):
        angle = 2. * math.pi * number / count
        actor = Actor(Place(4., 0., math.pi + angle))
        rng = np.random.RandomState(number)
        loop = Loop(Place(0., 0., 0.), [actor], SyntheticEyes([actor], rng, True), rng)
        run = loop.run()
        plan = Plan((2.6, 0.), 6.6, 300)
        plan.person(actor.place)
        plan.way(run.path[:, :2])
        plan.robot(run.place)
        plan.write('{:.0f} deg: {:.0f} cm, {:.0f} deg'.format(
            math.degrees(angle), 100. * run.error, math.degrees(run.turn_error)), (8, 290))
        cv2.rectangle(plan.canvas, (0, 0), (299, 299), _GRID, 1)
        tiles.append(plan.canvas)
        print('facing {:3.0f} degrees away from the robot: {} {:.0f} cm and {:.1f} degrees off'.format(
            math.degrees(angle), 'arrived' if run.arrived_at else 'not arrived', 100. * run.error,
            math.degrees(run.turn_error)))
    half = (count + 1) // 2
    tiles += [np.full_like(tiles[0], 255)] * (2 * half - count)
    return np.vstack((np.hstack(tiles[:half]), np.hstack(tiles[half:])))


def eyes_of(actors, rng, people):
    """Rendered people seen by the network where there are any, else drawn ones."""
    if not people:
        return SyntheticEyes(actors, rng, True, draws=True)
    from rendered_eyes import RenderedEyes
    return RenderedEyes(actors, rng, people)


def main() -> int:
    """Write the film and the pictures; 2 and a line when it cannot."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--output', default='demo_output', metavar='FOLDER')
    parser.add_argument('--people', metavar='FOLDER', help='of rendered people: bodies.npz, tool/')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--only', choices=('film', 'ways'))
    options = parser.parse_args()
    try:
        os.makedirs(options.output, exist_ok=True)
        if options.only != 'ways':
            rng = np.random.RandomState(options.seed)
            actors = [Actor(Place(4.5, .5, math.radians(150.)), turns=math.radians(-80.),
                            turns_at=5.)]
            loop = Loop(Place(0., 0., 0.), actors, eyes_of(actors, rng, options.people), rng)
            path = os.path.join(options.output, 'approach.mp4')
            frames, still = film(loop, path)
            print('{}: {:.0f} s'.format(path, frames / RATE))
            files.write_whole(os.path.join(options.output, 'approach_film.png'),
                              cv2.imencode('.png', still)[1].tobytes())
        if options.only != 'film':
            files.write_whole(os.path.join(options.output, 'approach.png'),
                              cv2.imencode('.png', ways())[1].tobytes())
    except (OSError, ImportError) as error:
        print('error:', error, file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
