"""Lets the tests of approaching import the simulation beside them, and the synthetic people."""
import os
import sys

_HERE = os.path.dirname(__file__)
sys.path[:0] = [_HERE, os.path.join(_HERE, '..')]
