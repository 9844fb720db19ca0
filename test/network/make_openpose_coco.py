"""The article's network with random weights: VGG-19's first ten layers, then six stages in two
branches, as a frozen graph with the exact tensor names (52.3 M parameters).

    python test/network/make_openpose_coco.py OUT.pb [SHARE_OF_CHANNELS]

Source of the architecture: Cao et al., Realtime Multi-Person 2D Pose Estimation using Part Affinity
Fields (2017), figure 3, and the names of CMU's pose_deploy_linevec.prototxt.
"""
import sys

import numpy as np

from openpose_ros.body import COCO
from openpose_ros.network.tf1 import tf

VGG = (('conv1_1', 64), ('conv1_2', 64), 'pool1', ('conv2_1', 128), ('conv2_2', 128), 'pool2',
       ('conv3_1', 256), ('conv3_2', 256), ('conv3_3', 256), ('conv3_4', 256), 'pool3',
       ('conv4_1', 512), ('conv4_2', 512), ('conv4_3_CPM', 256), ('conv4_4_CPM', 128))
BRANCHES = (('L1', COCO.paf_count), ('L2', COCO.heatmap_count))


def make_openpose_coco(path: str, share: float = 1., seed: int = 0) -> None:
    """Write the graph; `share` of the channels of its inner layers gives a quicker one."""
    layers = _Layers(share, seed)
    with tf.Graph().as_default() as graph:
        features = tf.placeholder(tf.float32, [None, None, None, 3], 'inputs')
        for layer in VGG:
            if isinstance(layer, str):
                features = tf.nn.max_pool(features, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME', name=layer)
            else:
                features = layers.convolution(features, layer[0], 3, layer[1])
        outputs = [layers.first_stage(features, *branch) for branch in BRANCHES]
        for stage in range(2, 7):
            together = tf.concat(outputs + [features], 3, name='concat_stage{}'.format(stage))
            outputs = [layers.stage(together, stage, *branch) for branch in BRANCHES]
    with open(path, 'wb') as file:
        file.write(graph.as_graph_def().SerializeToString())


class _Layers:
    """Convolutions with weights that keep the size of what passes through them."""

    def __init__(self, share, seed):
        self._share = share
        self._numbers = np.random.RandomState(seed).standard_normal(99991).astype(np.float32)

    def convolution(self, source, name, size, channels, is_last=False):
        if not is_last:
            channels = max(1, int(channels * self._share))
        shape = (size, size, source.shape.as_list()[3], channels)
        # One block over and over, for fifty million random numbers take their time.
        weights = np.resize(self._numbers, shape) * np.float32(np.sqrt(2. / np.prod(shape[:3])))
        bias = np.resize(self._numbers, channels) * np.float32(.01)
        with tf.name_scope(name):
            result = tf.nn.conv2d(source, tf.constant(weights), [1, 1, 1, 1],
                                  'SAME', name='Conv2D')
            result = tf.nn.bias_add(result, tf.constant(bias), name='BiasAdd')
            return result if is_last else tf.nn.relu(result, name='Relu')

    def first_stage(self, source, branch, channels):
        for number in range(1, 4):
            source = self.convolution(source, 'conv5_{}_CPM_{}'.format(number, branch), 3, 128)
        source = self.convolution(source, 'conv5_4_CPM_' + branch, 1, 512)
        return self.convolution(source, 'conv5_5_CPM_' + branch, 1, channels, is_last=True)

    def stage(self, source, stage, branch, channels):
        name = 'Mconv{{}}_stage{}_{}'.format(stage, branch)
        for number in range(1, 6):
            source = self.convolution(source, name.format(number), 7, 128)
        source = self.convolution(source, name.format(6), 1, 128)
        return self.convolution(source, name.format(7), 1, channels, is_last=True)


if __name__ == '__main__':
    make_openpose_coco(sys.argv[1], *map(float, sys.argv[2:3]))
