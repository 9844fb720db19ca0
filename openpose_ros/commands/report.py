"""`openpose report`: one page about a recording that opens in a browser without a network."""
import base64
import html
import os
from typing import Any, Dict, List, NamedTuple

import numpy as np
from tqdm import tqdm

from openpose_ros import files
from openpose_ros.commands import common
from openpose_ros.recordings import Recording, RecordingError, read_skeletons
from openpose_ros.recordings.people import skeleton_topic

_OVERLAYS = 6       # shown; chosen: two rows of three
# s without a person after which the line of them is broken; tracking.max_age is 1.5.
_MAX_GAP = 2.
_MAX_ARROWS = 150   # of facing on a path: more cover it
_OVERLAY_TYPES = ('sensor_msgs/msg/CompressedImage',)
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:15px sans-serif;margin:2em auto;max-width:1150px;color:#222}}
img{{width:32%;margin:.3%}}table{{border-collapse:collapse}}td{{padding:.2em 1.2em .2em 0}}</style>
</head><body><h1>{title}</h1>{body}</body></html>
"""


class Track(NamedTuple):
    """What is known of a person over time, an entry an image: s since the start, m, rad or NaN.

    plan: (n, 2) position seen from above; facing: (n, 2) unit vectors there. distance: (n,) m from
    the origin of the frame. attention: (n,).
    """

    time: np.ndarray
    plan: np.ndarray
    facing: np.ndarray
    distance: np.ndarray
    attention: np.ndarray


class Story(NamedTuple):
    """A whole recording. tracks: by id. time: s since the start of each image. latency: s.

    count: people of each image. frame_id: of the plan; axes: the names of its two axes.
    """

    tracks: Dict[int, Track]
    time: np.ndarray
    latency: np.ndarray
    count: np.ndarray
    frame_id: str
    axes: List[str]


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        'report', help='make a page about a recording',
        description='Write one HTML page about a recording (MCAP, SQLite3, ROS 1) of skeletons: '
                    'who was there when, the plan from above, distance and attention, rates and '
                    'latencies, some overlays. It needs no network.')
    parser.add_argument('recording', metavar='IN', help='folder or file of the recording')
    parser.add_argument('page', metavar='OUT.html')
    parser.add_argument('--topic', help='of the skeletons, where there are several')
    parser.add_argument('--overwrite', action='store_true', help='write over what is there')
    parser.set_defaults(run=run)


def run(args) -> None:
    if os.path.exists(args.page) and not args.overwrite:
        raise common.UserError('{} is there already: name another or --overwrite'.format(args.page))
    plots = _plotly()
    try:
        with Recording(args.recording) as recording:
            story = read_story(recording, skeleton_topic(recording, args.topic))
            overlays = read_overlays(recording)
            broken = recording.broken
    except RecordingError as error:
        raise common.UserError(str(error))
    if not len(story.time):
        raise common.UserError('{}: there is no image in it'.format(args.recording))
    text = page(os.path.basename(os.path.normpath(args.recording)), story, overlays, broken, plots)
    try:
        files.write_whole(args.page, text.encode())
    except OSError as error:
        raise common.UserError('cannot write {}: {}'.format(args.page, error.strerror))
    print('{}: {} images, {} people'.format(args.page, len(story.time), len(story.tracks)))


def read_story(recording: Recording, topic: str) -> Story:
    """What the skeletons of a recording say. Raises RecordingError."""
    images, rows, frame_id = [], [], ''
    for seen in tqdm(read_skeletons(recording, topic), 'images', recording.counts.get(topic)):
        people, frame_id = seen.people, seen.frame_id
        images.append((seen.stamp * 1e-9, (seen.recorded - seen.stamp) * 1e-9, people.count))
        rows += [(int(people.ids[row]), seen.stamp * 1e-9, people.attention[row])
                 + tuple(people.position[row]) + tuple(people.facing[row])
                 for row in range(people.count)]
    images, rows = np.array(images).reshape(-1, 3), np.array(rows).reshape(-1, 9)
    start = images[0, 0] if len(images) else 0.
    across, along, axes = _level_axes(rows)
    tracks = {}
    for number in np.unique(rows[:, 0]):
        mine = rows[rows[:, 0] == number]
        tracks[int(number)] = Track(mine[:, 1] - start, mine[:, (3 + across, 3 + along)],
                                    mine[:, (6 + across, 6 + along)],
                                    np.linalg.norm(mine[:, 3:6], axis=1), mine[:, 2])
    return Story(tracks, images[:, 0] - start, images[:, 1], images[:, 2], frame_id, axes)


def _level_axes(rows):
    """The two axes that are level, by facing, which always is: x, z (a camera's frame) or x, y."""
    facing = np.abs(rows[:, 6:9])
    tilt = np.nanmean(facing, axis=0) if np.isfinite(facing).any() else [0, 0, 1]
    if tilt[1] < tilt[2]:
        return 0, 2, ['x, m (right of the camera)', 'z, m (away from the camera)']
    return 0, 1, ['x, m', 'y, m']


def read_overlays(recording: Recording) -> List[bytes]:
    """Some of the overlays that were recorded, evenly spread, as JPEG or PNG."""
    topics = [name for name, kind in recording.topics.items()
              if kind in _OVERLAY_TYPES and 'overlay' in name]
    if not topics:
        return []
    step = max(1, recording.counts[topics[0]] // _OVERLAYS)
    chosen = [message for number, message in enumerate(recording.messages(topics[:1]))
              if number % step == step // 2][:_OVERLAYS]
    return [bytes(recording.deserialize(message).data) for message in chosen]


def page(name: str, story: Story, overlays: List[bytes], broken: Any, plots: Any) -> str:
    """The page as HTML. plots: the module plotly.graph_objects. broken: why reading broke off."""
    length = story.time[-1] if len(story.time) else 0.
    facts = [('images', len(story.time)), ('length', '{:.1f} s'.format(length)),
             ('people (ids)', len(story.tracks)),
             ('most at once', int(story.count.max()) if len(story.count) else 0),
             ('rate', '{:.1f} Hz'.format((len(story.time) - 1) / length) if length > 0 else ''),
             ('frame', story.frame_id)]
    if broken:
        facts.append(('left out', broken))
    body = ['<table>{}</table>'.format(''.join('<tr><td>{}</td><td>{}</td></tr>'.format(
        html.escape(str(what)), html.escape(str(value))) for what, value in facts))]
    figures = (_who_was_there(story, plots), _plan(story, plots),
               _over_time(story, plots, 'distance', 'distance, m'),
               _over_time(story, plots, 'attention', 'attention', yaxis_range=[0., 1.]),
               _node(story, plots))
    body += [figure.to_html(full_html=False, include_plotlyjs=not number)
             for number, figure in enumerate(figures)]
    if overlays:
        body.append('<h2>Overlays</h2>')
    body += ['<img alt="overlay" src="data:image/{};base64,{}">'.format(
        'png' if data[:4] == b'\x89PNG' else 'jpeg', base64.b64encode(data).decode())
             for data in overlays]
    return _PAGE.format(title=html.escape(name), body='\n'.join(body))


def _pieces(track):
    """Slices of a track between its gaps."""
    cuts = np.flatnonzero(np.diff(track.time) > _MAX_GAP) + 1
    bounds = [0] + cuts.tolist() + [len(track.time)]
    return [slice(begin, end) for begin, end in zip(bounds, bounds[1:])]


def _figure(plots, title, x, y, height=330, **layout):
    return plots.Figure(layout=dict(dict(title=title, xaxis_title=x, yaxis_title=y, height=height,
                                         template='plotly_white'), **layout))


def _who_was_there(story, plots):
    figure = _figure(plots, 'Who was there when', 's', 'id',
                     min(1200, 200 + 22 * len(story.tracks)), showlegend=False)
    for number, track in story.tracks.items():
        for piece in _pieces(track):
            begin, end = track.time[piece][[0, -1]]
            figure.add_scatter(x=[begin, end], y=[str(number)] * 2, mode='lines+markers',
                               line_width=9, marker_size=9, line_color=_colour(number))
    figure.update_yaxes(type='category')
    return figure


def _plan(story, plots):
    figure = _figure(plots, 'Seen from above: paths, and where they faced', *story.axes, height=650)
    for number, track in story.tracks.items():
        known = np.isfinite(track.plan).all(axis=1)
        if not known.any():
            continue
        where, facing = track.plan[known], track.facing[known]
        step = max(1, len(where) // _MAX_ARROWS)
        figure.add_scatter(x=where[:, 0], y=where[:, 1], mode='lines', name=str(number),
                           line_color=_colour(number), legendgroup=str(number))
        ends = np.stack((where, where + .3 * facing, np.full_like(where, np.nan)), 1)[::step]
        ends = ends.reshape(-1, 2)
        figure.add_scatter(x=ends[:, 0], y=ends[:, 1], mode='lines', line_width=1,
                           line_color=_colour(number), opacity=.5, showlegend=False,
                           legendgroup=str(number))
    figure.add_scatter(x=[0.], y=[0.], mode='markers', marker_symbol='triangle-up',
                       marker_size=14, marker_color='black', name='origin')
    figure.update_yaxes(scaleanchor='x', scaleratio=1)
    return figure


def _over_time(story, plots, name, title, **layout):
    figure = _figure(plots, name.capitalize() + ' over time', 's', title, **layout)
    for number, track in story.tracks.items():
        for piece in _pieces(track):
            figure.add_scatter(x=track.time[piece], y=getattr(track, name)[piece], mode='lines',
                               name=str(number), line_color=_colour(number), showlegend=False)
    return figure


def _node(story, plots):
    figure = _figure(plots, 'Images looked at a second, and from stamp to recording', 's', 'Hz')
    seconds = np.arange(int(story.time[-1]) + 2)
    figure.add_scatter(x=seconds[:-1] + .5, y=np.histogram(story.time, seconds)[0], name='Hz',
                       line_shape='hvh')
    figure.add_scatter(x=story.time, y=story.latency * 1e3, name='latency, ms', yaxis='y2',
                       mode='markers', marker_size=4)
    figure.update_layout(yaxis2=dict(title='ms', overlaying='y', side='right', showgrid=False))
    return figure


def _colour(number):
    """A colour of a person's own; golden-angle steps keep neighbours apart."""
    return 'hsl({:.0f},65%,45%)'.format(number * 137.508 % 360.)


def _plotly():
    try:
        from plotly import graph_objects
    except ImportError:
        raise common.UserError('the page needs the library plotly: pip install '
                               '"openpose-ros[recordings]"')
    return graph_objects
