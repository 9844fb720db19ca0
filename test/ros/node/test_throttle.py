"""What goes wrong again and again is said now and then."""
import random
import string

from openpose_ros.ros.node.throttle import (KINDS, LENGTH, PERIOD, Throttle,
                                            one_line)


class Clock:
    now = 0.

    def __call__(self):
        return self.now


def test_the_same_is_said_once_in_a_period():
    clock = Clock()
    throttle = Throttle(clock)
    said = []
    for clock.now in (0., 1., PERIOD - .1, PERIOD + .1, PERIOD + 1.):
        said.append(throttle.passed('the image is empty: 0x6'))
    assert said == ['the image is empty: 0x6', None, None, 'the image is empty: 0x6', None]


def test_what_differs_in_numbers_lists_and_names_only_is_the_same():
    throttle = Throttle(Clock())
    assert throttle.passed("the JPEG is cut short after 812 bytes; 'jpeg' [1.0, nan] \"x\" -3e-05")
    assert not throttle.passed("the JPEG is cut short after 7 bytes; 'png' [] \"y\" 4e+12")
    assert throttle.passed('the PNG is cut short after 812 bytes')


def test_nothing_that_a_camera_sends_makes_many_lines_or_grows():
    clock, rng = Clock(), random.Random(1)
    throttle = Throttle(clock)
    said = 0
    for number in range(3000):
        clock.now = number * .01
        said += throttle.passed(''.join(rng.choice(string.ascii_letters) for _ in range(20))) \
            is not None
    assert KINDS < said <= KINDS * (1 + 30. / PERIOD)
    assert len(throttle._said) <= KINDS


def test_a_line_is_one_line_and_not_long():
    assert one_line('it is\nbad\r\n  indeed ') == 'it is bad indeed'
    long = one_line('x' * (1 << 20))
    assert len(long) == LENGTH and long.endswith('x...')
