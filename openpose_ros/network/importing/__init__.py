"""Weights published for other frameworks, imported as frozen TensorFlow graphs."""
import os

from openpose_ros.network.errors import ModelError
from openpose_ros.network.importing.caffe import import_caffe
from openpose_ros.network.importing.openvino_ir import import_openvino

__all__ = ['import_caffe', 'import_model', 'import_openvino']


def import_model(source: str, out_path: str) -> None:
    """Write the network that `source` belongs to as a frozen graph to `out_path`.

    source: the .xml of an OpenVINO IR, or the .prototxt or .caffemodel of a Caffe model whose other
    file is the only one of its kind in the same folder. Raises ModelError.
    """
    stem, suffix = os.path.splitext(source)
    if suffix in ('.xml', '.bin'):
        import_openvino(stem + '.xml', out_path)
    elif suffix == '.prototxt':
        import_caffe(source, _only_beside(source, '.caffemodel'), out_path)
    elif suffix == '.caffemodel':
        import_caffe(_only_beside(source, '.prototxt'), source, out_path)
    else:
        raise ModelError('{} cannot be imported: give the .xml of an OpenVINO IR, or the .prototxt '
                         'or .caffemodel of a Caffe model'.format(source))


def _only_beside(path: str, suffix: str) -> str:
    folder = os.path.dirname(os.path.abspath(path))
    try:
        found = [name for name in sorted(os.listdir(folder)) if name.endswith(suffix)]
    except OSError:
        raise ModelError('{} is missing'.format(path))
    if len(found) != 1:
        raise ModelError('{} needs one {} beside it; {} has {}'.format(
            path, suffix, folder, ', '.join(found) or 'none'))
    return os.path.join(folder, found[0])
