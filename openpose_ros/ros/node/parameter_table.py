"""The node's parameters, declared once: this table is their documentation.

`ros2 param describe`, config/openpose.yaml and the table of docs/robot.md all come from it
(docs/write_parameters.py). What declares and checks them is parameters.py.
"""
import math
from typing import Any, NamedTuple, Optional, Tuple

from openpose_ros import approach, decoding, looks, network, tracking
from openpose_ros.network.models import catalogue
from openpose_ros.network.network import BACKENDS, DEVICES, PRECISIONS
from openpose_ros.ros.conversions import images

# When a parameter may change. What is not live is read-only from configuring to cleaning up.
LIVE, UNCONFIGURED, NEVER = 'at any time', 'while unconfigured', 'never'



class Parameter(NamedTuple):
    """One parameter. Its type is that of its default.

    low, high: range of a number, both included. choices: the strings it may be. changes: when it
    may change: LIVE, UNCONFIGURED or NEVER. number_too: a string that may be given as the number or
    bool that it looks like, for that is what YAML makes of it.
    """

    name: str
    default: Any
    description: str
    low: Optional[float] = None
    high: Optional[float] = None
    choices: Tuple[str, ...] = ()
    changes: str = UNCONFIGURED
    number_too: bool = False


_DECODING = decoding.Settings()
_TRACKING = tracking.Settings()
_APPROACH = approach.Settings()
_LOOKS = looks.Settings()

PARAMETERS = (
    Parameter('autostart', True, 'configure and activate by itself at the start', changes=NEVER),
    Parameter('model', catalogue.AUTO,
              'a model of `openpose models list`, or the path of a frozen graph; auto: on a CPU '
              'that is fast in eight bits {}, where it is here, else {}'.format(
                  catalogue.BETTER, catalogue.DEFAULT)),
    Parameter('tensors', '', 'IN,HEATMAPS,PAFS of a frozen graph whose tensors cannot be told'),
    Parameter('model_dir', '', 'folder of the models; empty: the user\'s cache folder'),
    Parameter('backend', 'auto', 'auto: TensorFlow on a GPU, TFLite on a CPU',
              choices=BACKENDS),
    Parameter('device', 'auto', 'gpu: refuse to start without one',
              choices=DEVICES),
    Parameter('precision', 'auto', 'int8: eight bits on a CPU; auto: where that is clearly faster',
              choices=PRECISIONS),
    Parameter('gpu_memory_fraction', 0., 'share of GPU memory TensorFlow may take; 0: as it needs',
              0., 1.),
    Parameter('threads', 0, 'CPU threads of the network; 0: all cores', 0, 256),
    Parameter('model_max_bytes', network.LARGEST, 'larger model files are refused', 1,
              network.LARGEST),
    Parameter('network_height', 368, 'px; height of the network input', 16, 2048),
    Parameter('network_width', 0, 'px; width of the network input; 0: keeps the aspect', 0, 4096),
    Parameter('network_max_pixels', 2 ** 21, 'images of an aspect that makes the network input '
              'larger are left out: 2^21 pixels take 0.6 GB of memory', 256, 2 ** 31 - 1),
    Parameter('warm_up_width', 640, 'px; images of this size are expected: the network is warm '
              'for them before the first one is accepted', 16, 16384),
    Parameter('warm_up_height', 480, 'px; see warm_up_width', 16, 16384),
    Parameter('scales', [1.], 'average over these multiples of the network size'),
    Parameter('flip', False, 'average with the mirrored image: more accurate, twice as slow'),
    Parameter('overlap', 'auto', 'look at an image while the one before is finished: on, off, or '
              'auto: on where the network runs on a GPU', choices=('auto', 'on', 'off'),
              number_too=True),

    Parameter('looks.mode', _LOOKS.mode, 'whole: the whole image, always; closer: in turn with it '
              'crops round people who are small and tiles where nobody is known, at the same cost, '
              'for people further away (needs tracking.enabled)',
              choices=(looks.WHOLE, looks.CLOSER)),
    Parameter('looks.crop_height', 256, 'px; height of the network input for a crop', 64, 2048),
    Parameter('looks.whole_every', _LOOKS.whole_every, 'one image in so many at least is looked at '
              'whole', 1, 1000, changes=LIVE),
    Parameter('looks.budget', _LOOKS.budget, 'px of the network input for crops and tiles, an '
              'image; 0: as many as the whole image takes', 0, 2 ** 31 - 1, changes=LIVE),

    Parameter('image_transport', 'auto', 'raw: `image`; compressed: `image/compressed`; auto: '
              '`image` of whichever type it has, else `image/compressed`',
              choices=('auto', 'raw', 'compressed')),
    Parameter('depth_transport', 'raw', 'none: colour alone; raw: `depth`; compressedDepth: '
              '`depth/compressedDepth`', choices=('none', 'raw', 'compressedDepth')),
    Parameter('image_reliability', 'best_effort', 'quality of service of the images\' '
              'subscriptions; best_effort takes images from any camera',
              choices=('best_effort', 'reliable')),
    Parameter('max_pixels', 2 ** 25, 'larger images are refused', 1, 2 ** 31 - 1),
    Parameter('max_jpeg_scans', images.Limits().scans, 'JPEGs of more passes over the image are '
              'refused; a progressive one has ten or so', 1, 1000),
    Parameter('depth_tolerance', .05, 's; largest difference of the stamps of an image and its '
              'depth', 0., 1., changes=LIVE),
    Parameter('depth_is_registered', 'auto', 'auto: depth of another frame_id than the images\', '
              'or of a camera that sees otherwise, is registered to them where its camera_info and '
              '/tf_static tell how, else not used; true: it is used as it is',
              choices=('auto', 'true'), changes=LIVE, number_too=True),
    Parameter('horizontal_fov', 0., 'degrees; field of view of a camera without a valid '
              'camera_info; 0: then people stay in the image plane', 0., 179., changes=LIVE),
    Parameter('contrast', 'auto', 'auto: spread the levels of an image of 16 bits, or with hardly '
              'any contrast, from black to white (infrared, thermal); off: 16 bits are scaled to 8',
              choices=('auto', 'off'), changes=LIVE, number_too=True),
    Parameter('camera_height', 0., 'm above the floor; 0: unknown', 0., 100., changes=LIVE),
    Parameter('camera_pitch', 0., 'degrees the camera looks down; target_frame says it better',
              -90., 90., changes=LIVE),
    Parameter('camera_roll', 0., 'degrees the camera is turned clockwise as it looks, beside '
              'image_rotation; target_frame says it better', -180., 180., changes=LIVE),
    Parameter('image_rotation', 'auto', 'degrees clockwise by which the image has to be turned for '
              'people in it to stand upright (a camera upside down: 180); auto: by TF where '
              'target_frame is set, else 0', choices=('auto', '0', '90', '180', '270'),
              changes=LIVE, number_too=True),
    Parameter('image_is_mirrored', False, 'the image has left and right exchanged, as a mirror '
              'shows them', changes=LIVE),
    Parameter('image_is_rectified', 'auto', 'whether the image has no distortion any more, so that '
              'P of camera_info describes it (true, false); auto: where `rect` begins a part of '
              'the image topic\'s name, as in image_rect', choices=('auto', 'true', 'false'),
              changes=LIVE, number_too=True),
    Parameter('target_frame', '', 'frame of the published positions (needs tf2_ros), for instance '
              'odom or map; empty: the camera\'s own'),

    Parameter('decoding.peak_threshold', _DECODING.peak_threshold,
              'what the heatmap must exceed at a part', .001, .999, changes=LIVE),
    Parameter('decoding.sample_threshold', _DECODING.sample_threshold,
              'what the field along a limb must exceed at a sample', 0., .999, changes=LIVE),
    Parameter('decoding.needed_samples', _DECODING.needed_samples,
              'how many of the ten samples along a limb must', 1, 10, changes=LIVE),
    Parameter('decoding.assignment', _DECODING.assignment, 'how peaks are paired into limbs',
              choices=tuple(sorted(decoding.ASSIGNMENTS)), changes=LIVE),
    Parameter('decoding.min_parts', _DECODING.min_parts, 'parts a person must have', 1, 18,
              changes=LIVE),
    Parameter('decoding.min_score', _DECODING.min_score, 'mean score their parts must have',
              0., .999, changes=LIVE),
    Parameter('decoding.upsampling', _DECODING.upsampling,
              'factor the heatmaps are enlarged by first: 1 (fastest), 2 (best) or 4', 1, 4,
              changes=LIVE),
    Parameter('decoding.max_peaks', _DECODING.max_peaks,
              'of each part the highest so many peaks are used', 1, 100000, changes=LIVE),

    Parameter('tracking.enabled', True, 'give people ids, velocities and smoothed estimates',
              changes=LIVE),
    Parameter('tracking.min_hits', _TRACKING.min_hits,
              'detections before a new person is published', 1, 100, changes=LIVE),
    Parameter('tracking.believe_time', _TRACKING.believe_time,
              's; a person detected twice over at least this time is published too', 0., 60.,
              changes=LIVE),
    Parameter('tracking.min_score', _TRACKING.min_score,
              'score someone new must have; a poorer detection only continues a person known', 0.,
              1., changes=LIVE),
    Parameter('tracking.max_age', _TRACKING.max_age,
              's; how long a person is predicted without a detection', .01, 60., changes=LIVE),
    Parameter('tracking.reset_gap', _TRACKING.reset_gap,
              's; after a longer time without images tracking starts afresh', .01, 3600.,
              changes=LIVE),
    Parameter('tracking.flip_frames', _TRACKING.flip_frames,
              'images that must contradict a direction before its opposite is accepted', 1, 100,
              changes=LIVE),
    Parameter('tracking.smooth_position', _TRACKING.smooth_position, 'smooth positions',
              changes=LIVE),
    Parameter('tracking.smooth_facing', _TRACKING.smooth_facing, 'smooth facing', changes=LIVE),
    Parameter('tracking.smooth_gaze', _TRACKING.smooth_gaze, 'smooth gaze', changes=LIVE),
    Parameter('tracking.smooth_keypoints', _TRACKING.smooth_keypoints,
              'smooth the keypoints in the image', changes=LIVE),
    Parameter('tracking.smooth_points', _TRACKING.smooth_points, 'smooth the parts in space',
              changes=LIVE),
    Parameter('overlay.width', 0, 'px; a wider overlay is made as narrow; 0: as the image', 0,
              16384, changes=LIVE),
    Parameter('overlay.looks', False, 'draw what was looked at: the whole image, crops, tiles',
              changes=LIVE),
    Parameter('markers.lifetime', 2., 's after which RViz removes markers that no newer ones have '
              'replaced; 0: never', 0., 3600., changes=LIVE),
    Parameter('markers.plane_distance', 0., 'm before the camera at which people without a '
              'position are drawn; 0: they are not', 0., 100., changes=LIVE),

    Parameter('approach.person', _APPROACH.person, 'whom to approach: the nearest, or who is most '
              'centred in the image', choices=approach.CHOICES, changes=LIVE),
    Parameter('approach.id', _APPROACH.id, 'id of the person to approach, whoever else is there; '
              '0: by approach.person', 0, 2 ** 32 - 1, changes=LIVE),
    Parameter('approach.attention', _APPROACH.attention, 'how probable it must be that a person '
              'looks at the camera for them to be chosen; 0: whether they look or not', 0., 1.,
              changes=LIVE),
    Parameter('approach.distance', _APPROACH.distance, 'm in front of the person, or of the knees '
              'of one who sits', .1, 10., changes=LIVE),
    Parameter('approach.max_facing_stddev', math.degrees(_APPROACH.max_facing_stddev),
              'degrees; no goal while their facing is less certain', 1., 180., changes=LIVE),
    Parameter('approach.look_stddev', math.degrees(_APPROACH.look_stddev),
              'degrees; while their facing has never been more certain, it is worth a look from '
              'aside (~/look_goal)', 0., 180., changes=LIVE),
    Parameter('approach.drive_round', _APPROACH.drive_round, 'where it is not known at all which '
              'way they face, drive round them; else only nearer (~/look_goal)', changes=LIVE),
    Parameter('approach.switch_time', _APPROACH.switch_time, 's that someone else who stands must '
              'have been nearer, or more centred, to be chosen instead; the camera stood, too',
              0., 60., changes=LIVE),
    Parameter('approach.settle_time', _APPROACH.settle_time,
              's over which a person who stands still is averaged', 0., 60., changes=LIVE),
    Parameter('approach.lost_time', _APPROACH.lost_time, 's for which a person who has vanished is '
              'waited for before someone else is chosen', 0., 60., changes=LIVE),
    Parameter('approach.memory', _APPROACH.memory, 's for which somebody who stood still is taken '
              'to stand there yet while the camera looks elsewhere (with target_frame)', 0., 600.,
              changes=LIVE),

    Parameter('broadcast_tf', False, 'broadcast body_<id> and head_<id> (needs tf2_ros)'),
    Parameter('publish_hri', False, 'publish /humans/bodies as ROS4HRI has it (needs hri_msgs and '
              'an id_prefix)'),
    Parameter('id_prefix', '', 'letters before the id in the names of TF and ROS4HRI, to tell the '
              'people of several cameras apart'),

    Parameter('diagnostics.max_image_age', 2., 's without an image that make an ERROR', .01, 3600.,
              changes=LIVE),
    Parameter('diagnostics.max_latency', 1., 's from stamp to publishing (95th percentile) above '
              'which is a WARN', .001, 3600., changes=LIVE),
    Parameter('diagnostics.min_depth_paired', .5, 'share of the images that have depth, once '
              'there is any, below which is a WARN', 0., 1., changes=LIVE),
)
