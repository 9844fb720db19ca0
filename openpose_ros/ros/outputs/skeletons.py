"""`~/skeletons`: everything that is known of everyone."""
from openpose_ros.msg import SkeletonArray
from openpose_ros.ros.conversions import messages
from openpose_ros.ros.outputs.base import Output, Seen


class Skeletons(Output):
    """`~/skeletons`: everything that is known of everyone in the image."""

    topic = '~/skeletons'
    message_type = SkeletonArray

    def __init__(self, node) -> None:
        super().__init__(node)
        self._pool = []     # the skeletons made so far: each image fills them anew

    def to_message(self, seen: Seen) -> SkeletonArray:
        height, width = seen.image.shape[:2]
        return messages.skeleton_array(seen.people, seen.header, width, height, seen.up, self._pool)
