"""The peer of the node that a file of tests starts as its fixture `openpose`."""
import pytest


@pytest.fixture
def peer(ros, openpose):
    """Plays camera and listener for the node while it runs."""
    from node_process import Peer
    peer = Peer()
    yield peer
    peer.close()
