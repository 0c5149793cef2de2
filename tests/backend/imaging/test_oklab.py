from __future__ import annotations

import numpy as np

from velatura_backend.imaging.oklab import TO_CONES, TO_LAB


def test_white_is_of_lightness_one_and_without_colour() -> None:
    lab = TO_LAB @ np.cbrt(TO_CONES @ np.ones(3))
    np.testing.assert_allclose(lab, (1.0, 0.0, 0.0), atol=1e-6)


def test_red_is_where_the_definition_puts_it() -> None:
    """Linear sRGB (1, 0, 0), by the values the definition's author gives."""
    lab = TO_LAB @ np.cbrt(TO_CONES @ np.array((1.0, 0.0, 0.0)))
    np.testing.assert_allclose(lab, (0.6280, 0.2249, 0.1258), atol=1e-3)
