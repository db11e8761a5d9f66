from collections.abc import Callable
from dataclasses import replace
from itertools import count
from math import inf, nan
from typing import Any

import numpy as np
import pytest
import torch

from vae_core.config.train_config import TrainConfig
from vae_core.model.elbo import Terms
from vae_core.training.buffer import FETCH_SECONDS, FETCH_STEPS, TermBuffer, VitalsBuffer, until_divergence


@pytest.fixture
def buffer(small: Callable[..., TrainConfig]) -> TermBuffer:
    return TermBuffer(small())


def _append(buffer: TermBuffer, values: list[float], seconds: float = 0.0) -> None:
    for value in values:
        reconstruction, kl = torch.tensor(value), torch.tensor(1.0)
        buffer.append(Terms(reconstruction, kl, reconstruction + 2 * kl), beta=2.0, seconds=seconds)


def test_blocks_continue_where_the_last_one_ended(buffer: TermBuffer) -> None:
    _append(buffer, [5.0, 4.0])
    first = buffer.fetch()
    _append(buffer, [3.0])
    second = buffer.fetch()
    assert [*first.step, *second.step] == [1, 2, 3]
    assert [*first.reconstruction, *second.reconstruction] == [5, 4, 3]
    assert first.elbo.tolist() == [-6, -5]
    assert first.loss.tolist() == [7, 6]
    assert first.beta.tolist() == [2, 2]
    assert first.epoch[1] == 2 / 23  # 1437 images in batches of 64


def test_the_first_step_is_due_at_once_and_later_ones_in_a_while(buffer: TermBuffer) -> None:
    _append(buffer, [1.0], seconds=0.001)
    assert buffer.due(0.001)
    buffer.fetch()
    assert not buffer.due(0.002)
    assert buffer.due(0.002 + FETCH_SECONDS)


def test_a_full_buffer_is_due(buffer: TermBuffer) -> None:
    _append(buffer, [1.0])
    buffer.fetch()
    _append(buffer, [1.0] * (FETCH_STEPS - 1))
    assert not buffer.due(0.0)
    _append(buffer, [1.0])
    assert buffer.due(0.0)
    assert len(buffer.fetch().step) == FETCH_STEPS


def test_a_finite_block_is_left_alone(buffer: TermBuffer) -> None:
    _append(buffer, [1.0, 2.0])
    block = buffer.fetch()
    assert until_divergence(block) == (block, None)


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_a_block_ends_with_its_first_step_that_is_no_number(buffer: TermBuffer, value: float) -> None:
    _append(buffer, [1.0, 2.0, value, 3.0, nan])
    block, diverged = until_divergence(buffer.fetch())
    assert block.step.tolist() == [1, 2, 3]
    assert block.kl.tolist() == [1, 1, 1]
    assert (diverged.step, diverged.term) == (3, "reconstruction")


@pytest.mark.parametrize(("changed", "term"), [({"kl": np.array([inf])}, "kl"), ({}, "loss"), ({"kl": None}, "loss")])
def test_the_term_is_the_first_that_is_no_number(buffer: TermBuffer, changed: dict[str, Any], term: str) -> None:
    _append(buffer, [1.0])
    block = replace(buffer.fetch(), loss=np.array([inf]), **changed)
    assert until_divergence(block)[1].term == term


@pytest.fixture
def vitals(small: Callable[..., TrainConfig]) -> VitalsBuffer:
    """Of a run of 1,500 steps, the sixth of which has a gradient of infinite norm; one parameter never has any."""
    parameters = [torch.nn.Parameter(torch.zeros(2)) for _ in range(3)]
    optimizer = torch.optim.SGD(parameters, lr=0.25)
    buffer = VitalsBuffer(small(max_steps=1500), optimizer, count(100).__next__)
    for step in range(1, 10):
        parameters[0].grad = torch.tensor([3.0 * step, 0.0])
        parameters[1].grad = torch.tensor([0.0, inf if step == 6 else 4.0 * step])
        buffer.take(step)
    return buffer


def test_vitals_are_taken_of_every_so_many_steps(vitals: VitalsBuffer) -> None:
    (block,) = vitals.fetch(9)
    assert block.step.tolist() == [3, 6, 9]
    assert block.grad_norm.tolist() == [15, inf, 45]
    assert block.learning_rate.tolist() == [0.25] * 3
    assert block.memory.tolist() == [100, 101, 102]
    assert vitals.fetch(9) == []


def test_vitals_of_steps_after_the_last_that_counts_are_dropped(vitals: VitalsBuffer) -> None:
    (block,) = vitals.fetch(8)
    assert block.step.tolist() == [3, 6]
    assert vitals.fetch(9) == []
