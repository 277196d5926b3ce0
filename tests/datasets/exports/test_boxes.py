import pytest

from annotations.datasets.exports.boxes import inside


@pytest.mark.parametrize(
    ("box", "cut"),
    [
        ([10, 5, 20, 30], [10.0, 5.0, 20.0, 30.0]),
        ([0.126, 0, 1.5, 2], [0.13, 0.0, 1.5, 2.0]),
        ([-5, -5, 10, 10], [0.0, 0.0, 5.0, 5.0]),
        ([90, 60, 20, 20], [90.0, 60.0, 6.0, 4.0]),
        ([-10, 0, 10, 10], None),
        ([96, 0, 5, 5], None),
        ([95.999, 0, 5, 5], None),
    ],
    ids=["whole", "rounded", "top left", "bottom right", "beside", "at the edge", "less than a hundredth"],
)
def test_a_box_is_cut_at_the_edges_of_its_picture(box: list[float], cut: list[float] | None) -> None:
    assert inside(box, 96, 64) == cut
