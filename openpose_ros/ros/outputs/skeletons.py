"""`~/skeletons`: everything that is known of everyone."""
from openpose_ros.msg import SkeletonArray
from openpose_ros.ros.conversions import messages
from openpose_ros.ros.outputs.base import Seen, SerializedOutput


class Skeletons(SerializedOutput):
    """`~/skeletons`: everything that is known of everyone in the image."""

    topic = '~/skeletons'
    message_type = SkeletonArray

    def serialized(self, seen: Seen) -> bytes:
        width, height = seen.size
        return messages.serialized_skeletons(seen.people, seen.header, width, height, seen.up)
