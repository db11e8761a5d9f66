"""Which trials are not worth their other steps."""

from app.records import TrialCourse
from app.sweeps.pruning import WARM_UP, is_hopeless


def course(*values: float | None, number: int = 1, every: int = 10, total: int = 80) -> TrialCourse:
    """Evaluated after every so many steps."""
    steps = [every * (place + 1) for place in range(len(values))]
    return TrialCourse(number=number, total_steps=total, step=steps, value=list(values))


OTHERS = [course(9.0, float(value), float(value), number=value) for value in range(2, 7)]  # 2 to 6 at step 20


def test_no_rule_prunes_nothing() -> None:
    assert not is_hopeless("none", course(99.0, 99.0), OTHERS)


def test_the_median_of_the_others_at_the_same_step() -> None:
    assert is_hopeless("median", course(1.0, 4.5), OTHERS)
    assert not is_hopeless("median", course(99.0, 4.0), OTHERS)
    assert not is_hopeless("median", course(8.5), OTHERS)  # at step 10 they all have 9
    assert is_hopeless("median", course(9.5), OTHERS)


def test_the_median_waits_for_enough_others_that_came_as_far() -> None:
    assert len(OTHERS) == WARM_UP
    assert not is_hopeless("median", course(1.0, 99.0), OTHERS[1:])
    assert not is_hopeless("median", course(1.0, 1.0, 1.0, 99.0), OTHERS)


def test_others_count_as_they_were_at_their_evaluation_before() -> None:
    others = [course(float(value), 0.0, number=value, every=15) for value in range(2, 7)]
    assert not is_hopeless("median", course(0.0, 3.5), others)
    assert is_hopeless("median", course(0.0, 4.5), others)


def test_a_trial_that_did_all_its_steps_or_has_no_evaluation_is_not_pruned() -> None:
    for rule in ("median", "halving"):
        assert not is_hopeless(rule, course(99.0, 99.0, total=20), OTHERS)
        assert not is_hopeless(rule, course(), OTHERS)


def test_halving_keeps_the_better_half_at_each_share_of_the_steps() -> None:
    assert not is_hopeless("halving", course(99.0), [])
    assert is_hopeless("halving", course(2.0), [course(1.0, number=2)])
    assert not is_hopeless("halving", course(1.0), [course(2.0, number=2)])
    three = [course(1.0, number=2), course(2.0, number=3), course(3.0, number=4)]
    assert not is_hopeless("halving", course(1.5), three)
    assert is_hopeless("halving", course(2.5), three)


def test_halving_compares_where_each_first_came_to_its_share() -> None:
    longer = course(9.0, 9.0, 1.0, 1.0, number=2, total=160)  # an eighth at step 20, a quarter at step 40
    assert not is_hopeless("halving", course(8.0), [longer])
    assert is_hopeless("halving", course(8.0, 2.0), [longer])
    assert not is_hopeless("halving", course(8.0, every=5), [longer])  # not yet an eighth


def test_what_was_not_finite_is_worse_than_any_number() -> None:
    assert is_hopeless("median", course(1.0, None), OTHERS)
    assert not is_hopeless("median", course(1.0, 4.5), [course(1.0, None, number=one) for one in range(2, 8)])
    assert is_hopeless("halving", course(None), [course(1.0, number=2)])
