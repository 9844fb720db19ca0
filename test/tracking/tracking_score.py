"""MOTA, IDF1 and the rest of a tracker on scripted scenes, by py-motmetrics."""
import numpy as np
import pytest
import scenes

from openpose_ros.tracking import Tracker

METRICS = ['mota', 'idf1', 'num_switches', 'num_misses', 'num_false_positives', 'num_objects']
# m; who is published further than this from everybody is a false person. A range without depth is
# some 10 % off.
LIMITS = {'depth': 0.5, 'monocular': 1., 'none': 0.5, 'flicker': 0.5}


def score(truths, detector, seeds, settings=None):
    """Figures over all these scenes, each detected `seeds` times: {metric: value}.

    Positions are compared in space where they are known, else joints in the image. 'reused'
    counts ids that came back after their person must have been given up.
    """
    motmetrics = pytest.importorskip('motmetrics')
    accumulators, reused = [], 0
    for truth in truths:
        for seed in range(seeds):
            frames = scenes.detect(truth, np.random.default_rng(seed), detector)
            accumulator = motmetrics.MOTAccumulator(auto_id=True)
            tracker = Tracker() if settings is None else Tracker(settings)
            last = {}
            for number, (stamp, people) in enumerate(frames):
                tracked = tracker.update(people, stamp, (scenes.WIDTH, scenes.HEIGHT))
                off = scenes.distances(truth, number, tracked,
                                       detector.space in ('depth', 'monocular'))
                off = np.where(off < LIMITS[detector.space], off, np.nan)
                accumulator.update(np.flatnonzero(truth.present[number]), tracked.ids.tolist(),
                                   off)
                for each in tracked.ids.tolist():
                    reused += stamp - last.get(each, stamp) > tracker.settings.max_age + 0.1
                    last[each] = stamp
            accumulators.append(accumulator)
    figures = motmetrics.metrics.create().compute_many(accumulators, metrics=METRICS,
                                                       generate_overall=True)
    found = {name: float(figures[name].iloc[-1]) for name in METRICS}
    return dict(found, reused=int(reused))
