"""What every test shares: a deterministic hypothesis profile and the folder of real images."""
import os
import sys

import hypothesis

sys.path.insert(0, os.path.dirname(__file__))   # lets the tests import data.py and reference.py

hypothesis.settings.register_profile('repeatable', derandomize=True, deadline=None,
                                     max_examples=50)
hypothesis.settings.load_profile('repeatable')
