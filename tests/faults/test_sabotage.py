import ast

import pytest

from tests.faults.sabotage import BREAKS, ROOT, Break, broken_source


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_every_break_still_fits_the_source(broken: Break) -> None:
    source = (ROOT / broken.file).read_text()
    assert ast.dump(ast.parse(broken_source(source, broken))) != ast.dump(ast.parse(source))
    assert all((ROOT / file).is_file() for file in broken.tests)


def test_a_break_whose_text_has_gone_is_refused() -> None:
    with pytest.raises(ValueError, match="stands 0 times"):
        broken_source("pass\n", BREAKS[0])
