"""Delta debugging: the smallest program that still shows a difference."""

BATCH = 64


def _chunks(features, size):
    return [features[at:at + size] for at in range(0, len(features), size)]


def shrink(program, differ):
    """`differ(programs)` tells for each program whether the machines disagree about it; all candidates of a round go through one image, so
    that a round costs two runs. Returns a program from which no single item or register can be taken away."""
    features = program.features()
    size = max(1, len(features) // 2)
    while features:
        candidates = []
        for chunk in _chunks(features, size):
            gone = set(chunk)
            candidates.append([feature for feature in features if feature not in gone])
        smaller = _first_that_differs(program, candidates, differ)
        if smaller is not None:
            features = smaller
            size = max(1, min(size, len(features) // 2))
        elif size == 1:
            break
        else:
            size = max(1, size // 2)
    return program.reduced(features)


def _first_that_differs(program, candidates, differ):
    for batch in _chunks(candidates, BATCH):
        verdicts = differ([program.reduced(features) for features in batch])
        for features, different in zip(batch, verdicts):
            if different:
                return features
    return None
