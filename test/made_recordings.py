"""Recordings made with the library rosbags: real images with depth, calibration and TF."""
import pathlib

import cv2
import numpy as np
import pytest

rosbags = pytest.importorskip('rosbags', reason='rosbags is not installed')
from rosbags.rosbag1 import Writer as Writer1  # noqa: E402
from rosbags.rosbag2 import StoragePlugin, Writer as Writer2  # noqa: E402
from rosbags.typesys import Stores, get_typestore  # noqa: E402

START = 1700000000 * 10 ** 9    # ns
IMAGE, INFO, DEPTH = '/camera/image_raw', '/camera/camera_info', '/camera/depth'
ENCODINGS = {3: 'bgr8', 2: '16UC1'}


class Made:
    """A recording that is being written: kind is 'mcap', 'sqlite3' or 'ros1'."""

    def __init__(self, path, kind):
        self.path = str(path) + ('.bag' if kind == 'ros1' else '')
        self._ros1 = kind == 'ros1'
        self.types = get_typestore(Stores.ROS1_NOETIC if self._ros1 else Stores.ROS2_HUMBLE)
        if self._ros1:
            self._writer = Writer1(pathlib.Path(self.path))
        else:
            self._writer = Writer2(pathlib.Path(self.path), version=8, storage_plugin=(
                StoragePlugin.MCAP if kind == 'mcap' else StoragePlugin.SQLITE3))
        self._connections = {}

    def __enter__(self):
        self._writer.open()
        return self

    def __exit__(self, *_):
        self._writer.close()

    def message(self, name, **fields):
        return self.types.types[name](**fields)

    def header(self, time, frame_id='camera'):
        stamp = self.message('builtin_interfaces/msg/Time', sec=time // 10 ** 9,
                             nanosec=time % 10 ** 9)
        more = {'seq': 0} if self._ros1 else {}
        return self.message('std_msgs/msg/Header', stamp=stamp, frame_id=frame_id, **more)

    def write(self, topic, message, time):
        if topic not in self._connections:
            self._connections[topic] = self._writer.add_connection(
                topic, message.__msgtype__, typestore=self.types)
        serialize = self.types.serialize_ros1 if self._ros1 else self.types.serialize_cdr
        self._writer.write(self._connections[topic], time,
                           serialize(message, message.__msgtype__))

    def image(self, pixels, time, topic=IMAGE, recorded=None):
        self.write(topic, self.message(
            'sensor_msgs/msg/Image', header=self.header(time), height=pixels.shape[0],
            width=pixels.shape[1], encoding=ENCODINGS[pixels[0, 0].nbytes], is_bigendian=0,
            step=pixels[0].nbytes, data=np.frombuffer(pixels.tobytes(), np.uint8)),
            recorded or time)

    def jpeg(self, pixels, time, topic=IMAGE + '/compressed'):
        data = cv2.imencode('.jpg', pixels)[1].ravel()
        self.write(topic, self.message('sensor_msgs/msg/CompressedImage', header=self.header(time),
                                       format='bgr8; jpeg compressed bgr8', data=data), time)

    def info(self, width, height, time, focal=600.):
        matrix = np.array((focal, 0., width / 2., 0., focal, height / 2., 0., 0., 1.))
        roi = self.message('sensor_msgs/msg/RegionOfInterest', x_offset=0, y_offset=0, height=0,
                           width=0, do_rectify=False)
        names = ('D', 'K', 'R', 'P') if self._ros1 else ('d', 'k', 'r', 'p')
        values = (np.zeros(5), matrix, np.eye(3).ravel(),
                  np.insert(matrix.reshape(3, 3), 3, 0., axis=1).ravel())
        self.write(INFO, self.message(
            'sensor_msgs/msg/CameraInfo', header=self.header(time), height=height, width=width,
            distortion_model='plumb_bob', binning_x=0, binning_y=0, roi=roi,
            **dict(zip(names, values))), time)

    def transform(self, parent, child, translation, quaternion, time, topic='/tf'):
        move = self.message('geometry_msgs/msg/Vector3', **dict(zip('xyz', translation)))
        turn = self.message('geometry_msgs/msg/Quaternion', **dict(zip('xyzw', quaternion)))
        stamped = self.message(
            'geometry_msgs/msg/TransformStamped', header=self.header(time, parent),
            child_frame_id=child,
            transform=self.message('geometry_msgs/msg/Transform', translation=move, rotation=turn))
        self.write(topic, self.message('tf2_msgs/msg/TFMessage', transforms=[stamped]), time)
