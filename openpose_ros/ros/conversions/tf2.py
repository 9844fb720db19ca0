"""The package tf2_ros, which may be missing."""
try:
    import tf2_ros
except ImportError:
    tf2_ros = None


class FrameError(ValueError):
    """TF cannot say where a frame is; the message is one line that says why."""


def need_tf2(parameter: str):
    """The module tf2_ros; FrameError, naming the parameter that needs it, where it is missing."""
    if tf2_ros is None:
        raise FrameError('{0} needs the package tf2_ros, which is not installed: install '
                         'ros-<distro>-tf2-ros-py or leave {0} at its default'.format(parameter))
    return tf2_ros
