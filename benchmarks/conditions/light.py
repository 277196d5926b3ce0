"""Nights, infrared, weather and poor lenses: what changes the colours of a picture and leaves the faces in place."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.conditions.scenes import Scene
from benchmarks.conditions.truth import Rgb

Luma = NDArray[np.float32]


def luma(picture: Rgb) -> float:
    """The mean luma of a picture, 0 to 255."""
    return float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).mean())


def dark(scene: Scene, rng: Generator, level: float) -> Scene:
    """Night: a curve and a scale to this mean luma, paler colours, and the noise of a sensor."""
    power, pale, noise = rng.uniform(1.2, 1.8), rng.uniform(0.3, 0.8), rng.uniform(0.7, 1.4)
    seed = int(rng.integers(1 << 30))

    def darkened(picture: Rgb, number: int, scale: float) -> Rgb:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, np.newaxis]
        light = (((1 - pale) * grey + pale * picture) / 255) ** power * scale
        grain = np.random.default_rng([seed, number]).normal(0, 1, picture.shape)
        return np.clip(light + grain * noise * (0.5 + 0.15 * np.sqrt(light)), 0, 255).round().astype(np.uint8)

    sample = scene.pictures[:: max(1, len(scene.pictures) // 3)]
    scale = 60.0
    for _ in range(6):
        scale *= level / float(np.mean([luma(darkened(picture, 0, scale)) for picture in sample]))
    return scene.repainted(lambda picture, number: darkened(picture, number, scale))


def infrared(scene: Scene, rng: Generator) -> Scene:
    """Lamps beside the lens: no colour, bright in the middle, dark at the border, with noise."""
    width, height = scene.size
    centre = np.array([width, height]) * rng.uniform(0.4, 0.6, 2)
    reach = rng.uniform(0.5, 0.8) * width
    distance = np.hypot(*np.meshgrid(np.arange(width) - centre[0], np.arange(height) - centre[1]))
    lamp = (0.25 + 0.95 * np.exp(-((distance / reach) ** 2))).astype(np.float32)
    seed, noise = int(rng.integers(1 << 30)), rng.uniform(3, 7)

    def lit(picture: Rgb, number: int) -> Rgb:
        # Skin and many dark clothes are bright in infrared: red counts most.
        grey = picture @ np.array([0.7, 0.25, 0.05], np.float32) * lamp
        grey = 255 * (np.clip(grey, 0, 255) / 255) ** 0.9
        grey = grey + np.random.default_rng([seed, number]).normal(0, noise, grey.shape)
        return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, np.newaxis], 3, axis=2)

    return scene.repainted(lit)


def rain(scene: Scene, rng: Generator) -> Scene:
    """Haze, and streaks that are others on every frame."""
    seed, slant, haze = int(rng.integers(1 << 30)), rng.uniform(-0.25, 0.25), rng.uniform(0.1, 0.3)
    width, height = scene.size

    def wet(picture: Rgb, number: int) -> Rgb:
        drops = np.random.default_rng([seed, number])
        streaks = np.zeros((height, width), np.uint8)
        for x, y, length in drops.uniform((0, -20, 8), (width, height, 30), (width // 4, 3)):
            end = round(x + slant * length), round(y + length)
            cv2.line(streaks, (round(x), round(y)), end, int(drops.integers(90, 200)), 1, cv2.LINE_AA)
        light = cv2.GaussianBlur(streaks, (3, 3), 0)[:, :, np.newaxis] / 255
        hazy = (1 - haze) * picture + haze * 170
        return np.clip(hazy * (1 - light) + 225 * light, 0, 255).astype(np.uint8)

    return scene.repainted(wet)


def blurred(scene: Scene, rng: Generator) -> Scene:
    """Out of focus: a Gaussian of 1.2 to 2.2 pixels."""
    sigma = rng.uniform(1.2, 2.2)
    return _smoothed(scene, sigma)


def without_features(scene: Scene, rng: Generator) -> Scene:
    """So far out of focus that faces have none: a Gaussian of 8 to 12 pixels."""
    return _smoothed(scene, rng.uniform(8, 12))


def _smoothed(scene: Scene, sigma: float) -> Scene:
    return scene.repainted(lambda picture, _: np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8))
