"""Draws docs/images/: way.png (an image through the rooms), directions.png, imports.png.

    tools/with_ros.sh python docs/draw.py

The imports are read from the code; the other two say in a picture what docs and messages say in words.
"""
import collections
import os

import grimp
import matplotlib

matplotlib.use('Agg')
from matplotlib import patches, pyplot  # noqa: E402  (the backend must be chosen first)

IMAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'images')
INK, ROS, ROOM, DATA = '#222222', '#d9e8f5', '#f4e3c1', '#e4efdc'

# What an image passes, from left to right: (x, y, text, colour); and the stage that each is in.
WAY = (
    (0., 2.2, 'image\ncamera_info\ndepth', ROS), (1.6, 2.2, 'slot\n(newest\nonly)', ROOM),
    (3.3, 2.2, 'ros/conversions\nmessage\nto image', ROOM), (4.9, 2.2, 'network\nimage\nto maps', ROOM),
    (6.8, 2.2, 'decoding\npeople in\nthe image', ROOM),
    (8.5, 2.2, 'scene\npeople\nin space', ROOM), (10.2, 2.2, 'tracking\nthe same\npeople', ROOM),
    (11.9, 2.2, 'ros/outputs\npeople\nto messages', ROOM))
TOPICS = ('~/skeletons', '~/people', '~/markers', '~/overlay', '~/approach_goal', '/tf',
          '/humans/bodies')

# Rooms from the top down, as in setup.cfg.
LAYERS = (('ros.node', 'ros.tools', 'ros.approach', 'cli'), ('ros.outputs', 'ros.process', 'commands'),
          ('ros.conversions', 'drawing'), ('perception', 'approach'),
          ('looks', 'tracking'), ('network', 'decoding', 'scene'), ('people', 'circle'),
          ('body', 'files', 'heap'))


def box(axes, x, y, text, colour, width=1.3, height=.9):
    """A rounded box with text around (x, y)."""
    axes.add_patch(patches.FancyBboxPatch(
        (x - width / 2., y - height / 2.), width, height, boxstyle='round,pad=.03', fc=colour,
        ec=INK, lw=.8))
    axes.text(x, y, text, ha='center', va='center', fontsize=8)


def arrow(axes, start, end, **style):
    """An arrow from one point to another."""
    axes.annotate('', end, start, arrowprops=dict(dict(arrowstyle='-|>', color=INK, lw=1.), **style))


def canvas(width, height, limits):
    """A figure without axes; limits: (left, right, bottom, top)."""
    figure, axes = pyplot.subplots(figsize=(width, height))
    axes.axis(limits)
    axes.set_aspect('equal')
    axes.axis('off')
    return figure, axes


def save(figure, name):
    """Write a figure into docs/images."""
    figure.savefig(os.path.join(IMAGES, name + '.png'), dpi=100, bbox_inches='tight')
    pyplot.close(figure)


def draw_way():
    """An image through the rooms, and the topics it comes from and goes to."""
    figure, axes = canvas(13., 4.6, (-.9, 13.4, -.9, 4.1))
    for left, right, text in ((2.5, 5.75, 'look: while this one is in the network'),
                              (5.95, 12.75, 'finish: the one before becomes skeletons')):
        axes.add_patch(patches.Rectangle((left, 1.5), right - left, 1.75, fc='none', ec='#888888',
                                         ls='--', lw=.8))
        axes.text((left + right) / 2., 3.4, text, ha='center', fontsize=8, color='#555555')
    for (x, y, text, colour), following in zip(WAY, WAY[1:] + (None,)):
        box(axes, x, y, text, colour)
        if following:
            arrow(axes, (x + .7, y), (following[0] - .7, y))
    for number, topic in enumerate(TOPICS):
        x = 1.4 + 1.75 * number
        box(axes, x, -.3, topic, ROS, 1.5, .45)
        arrow(axes, (11.9, 1.7), (x, 0.), lw=.5, color='#888888')
    axes.text(6.4, 3.85, 'An image walks down the rooms once and never back up',
              ha='center', fontsize=11)
    for text, x in (('maps', 5.85), ('px', 7.65), ('m, rad', 9.35),
                    ('ids, m/s', 11.05)):
        axes.text(x, 1.58, text, ha='center', fontsize=7, color='#336633')
    save(figure, 'way')


def draw_directions():
    """Frames, facing, gaze and heading, from above and from the side."""
    figure, (above, side) = pyplot.subplots(1, 2, figsize=(12., 5.4))
    for axes, title in ((above, 'From above'), (side, 'From the side')):
        axes.set_aspect('equal')
        axes.axis('off')
        axes.set_title(title, fontsize=11)
    above.axis((-2.2, 2.4, -.6, 4.2))
    above.add_patch(patches.Polygon(((-.16, 0.), (.16, 0.), (0., .24)), fc=INK))
    for end, text in (((.9, 0.), 'x: right'), ((0., 1.), 'z: forward')):
        arrow(above, (0., 0.), end, color='#3366aa', lw=1.6)
        above.text(end[0] + .08, end[1] + .02, text, color='#3366aa', fontsize=9)
    above.text(-2.1, -.35, "the camera's optical frame (REP-103); y points down, into the page",
               fontsize=8, color='#3366aa')
    at = .9, 3.
    arrow(above, (0., 0.), at, arrowstyle='-', ls=':', color='#888888')
    above.text(.56, 1.5, 'ray to the person', fontsize=8, color='#666666')
    above.add_patch(patches.Ellipse(at, .8, .36, angle=-25., fc='#f4e3c1', ec=INK))
    above.plot(*at, 'o', color=INK, ms=4)
    above.text(at[0] + .1, at[1] + .28, 'position: between the hips', fontsize=8)
    facing, gaze = (.44, 2.04), (-.2, 2.5)
    arrow(above, at, facing, color='#b03a2e', lw=2.2)
    above.text(-.4, 1.9, 'facing\n(front of the torso)', color='#b03a2e', fontsize=9, ha='center')
    arrow(above, at, gaze, color='#1e8449', lw=2.2)
    above.text(-.95, 2.5, 'gaze\n(front of the head)', color='#1e8449', fontsize=9, ha='center')
    above.add_patch(patches.Arc(at, 1.5, 1.5, theta1=245.2, theta2=253.3, color='#7d3c98', lw=1.6))
    above.text(.98, 2.02, 'heading: facing against the ray; 0 faces\nthe camera, pi/2 faces the '
               "image's right", color='#7d3c98', fontsize=8)
    side.axis((-.6, 4., -.4, 2.5))
    side.plot((-.4, 3.8), (0., 0.), color='#888888', lw=1.)
    side.text(3.8, -.16, 'floor', fontsize=8, ha='right', color='#666666')
    side.add_patch(patches.Polygon(((0., .95), (0., 1.15), (.2, 1.05)), fc=INK))
    for end, text in (((.85, .92), 'z'), ((-.1, .42), 'y: down')):
        arrow(side, (.1, 1.05), end, color='#3366aa', lw=1.6)
        side.text(end[0] - .05, end[1] - .14, text, color='#3366aa', fontsize=9)
    arrow(side, (-.3, 0.), (-.3, 1.05), arrowstyle='<|-|>', color='#555555')
    side.text(-.55, .5, 'camera_height', rotation=90, fontsize=8, va='center')
    side.text(.2, 1.28, 'camera_pitch: how far it looks down', fontsize=8, color='#3366aa')
    side.add_patch(patches.Ellipse((3., 1.62), .26, .34, fc='#f4e3c1', ec=INK))
    side.plot((3., 3.), (1.45, .92), color=INK, lw=5., solid_capstyle='round')
    side.plot((3., 2.92), (.92, 0.), color=INK, lw=3.)
    side.plot((3., 3.1), (.92, 0.), color=INK, lw=3.)
    side.plot(3., .92, 'o', color='w', mec=INK, ms=6)
    arrow(side, (3., .92), (2.3, .92), color='#b03a2e', lw=2.2)
    side.text(1.5, .86, 'body_<id>: x\n(facing, level)', color='#b03a2e', fontsize=8)
    arrow(side, (3., .92), (3., 1.3), color='#b03a2e', lw=1.4)
    side.text(3.12, 1.12, 'z: to the head', color='#b03a2e', fontsize=8)
    arrow(side, (2.88, 1.64), (2.2, 1.46), color='#1e8449', lw=2.2)
    side.text(1.3, 1.6, 'head_<id>: x\n(gaze, with pitch)', color='#1e8449', fontsize=8)
    arrow(side, (3.55, 0.), (3.55, 1.79), arrowstyle='<|-|>', color='#555555')
    side.text(3.6, .8, 'stature', rotation=90, fontsize=8, va='center')
    save(figure, 'directions')


def room_of(module):
    """The room that a module belongs to, of LAYERS; None for the package itself."""
    rooms = {room for layer in LAYERS for room in layer}
    parts = module.split('.')[1:]
    return next((name for name in ('.'.join(parts[:2]), '.'.join(parts[:1])) if name in rooms), None)


def draw_imports():
    """Which room imports which, and how often."""
    graph = grimp.build_graph('openpose_ros', cache_dir=None)
    counts = collections.Counter()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            pair = room_of(module), room_of(imported)
            if None not in pair and pair[0] != pair[1]:
                counts[pair] += 1
    used = {room for pair in counts for room in pair}
    figure, axes = canvas(11., 8.2, (-.2, 10.2, -.6, 8.))
    places = {}
    for row, layer in enumerate(LAYERS):
        rooms = [room for room in layer if room in used]
        for column, room in enumerate(rooms):
            places[room] = 10. * (column + .5) / len(rooms), 7.4 - row
    for (user, used_room), count in counts.items():
        (x, y), (to_x, to_y) = places[user], places[used_room]
        arrow(axes, (x, y - .22 if to_y < y else y), (to_x, to_y + .24 if to_y < y else to_y),
              lw=.4 + .12 * min(count, 12), color='#88888899', shrinkA=2, shrinkB=2,
              connectionstyle='arc3,rad=.06')
    for room, (x, y) in places.items():
        box(axes, x, y, room.replace('.', '/'), ROS if room.startswith('ros') else ROOM, 1.5, .42)
    axes.text(5., 7.9, 'Who imports whom: down only (a thick arrow: many imports)', ha='center',
              fontsize=10)
    save(figure, 'imports')


if __name__ == '__main__':
    draw_way()
    draw_directions()
    draw_imports()
