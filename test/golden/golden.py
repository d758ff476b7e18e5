"""Expected metrics of the recordings in test/fixtures, computed from the files by other means than the product's.

Shares no code with it: fitparse reads the FIT files, ElementTree the GPX ones, numpy computes. Run it again when a
recording or a definition changes (the versions are those that the expectations were made with):

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 fitparse==1.2.0
    .venv/bin/python test/golden/golden.py
    npm run fix

Writes test/golden/expected.json: for each recording each metric with its value and what it may differ by.
"""

import json
import math
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone
from pathlib import Path

import fitparse
import numpy as np

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"

ATHLETE = {
    "restingHeartRateBpm": 52,
    "maxHeartRateBpm": 188,
    "heartRateZonesBpm": [100, 120, 140, 155, 170],
    "ftpW": 250,
    "criticalPowerW": 260,
    "wPrimeJ": 18000,
    "thresholdSpeedMps": 4.0,
    "weightKg": 74,
    "sex": "male",
    "birthDate": "1980-03-15",
}
DISTANCES_M = {"400 m": 400, "1 km": 1000, "1 mile": 1609.344, "5 km": 5000, "10 km": 10000, "half marathon": 21097.5}
DURATIONS_S = [5, 30, 60, 300, 1200, 3600]


def read_fit(name):
    """Seconds since the first record, and one array for each field, NaN where it is missing."""
    records = [r.get_values() for r in fitparse.FitFile(str(FIXTURES / name)).get_messages("record")]
    start = int(records[0]["timestamp"].replace(tzinfo=timezone.utc).timestamp())
    times = [int(r["timestamp"].replace(tzinfo=timezone.utc).timestamp()) - start for r in records]
    fields = ["heart_rate", "power", "cadence", "distance", "speed", "altitude", "temperature"]
    grid = {field: np.full(times[-1] + 1, np.nan) for field in fields}
    for at, record in zip(times, records):
        for field in fields:
            value = record.get(field)
            if value is not None:
                grid[field][at] = value
    return start, grid


def read_gpx(name):
    root = ElementTree.parse(FIXTURES / name).getroot()
    points = [p for p in root.iter() if p.tag.endswith("}trkpt")]
    child = lambda point, tag: next((c.text for c in point if c.tag.endswith("}" + tag)), None)
    rows = []
    for point in points:
        when = child(point, "time")
        if when is None:
            continue
        at = int(datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp())
        rows.append((at, float(point.get("lat")), float(point.get("lon")), float(child(point, "ele") or "nan")))
    return rows


def held(values, seconds):
    """Each value until the next, at most so long."""
    out = values.copy()
    last, age = np.nan, 0
    for i, value in enumerate(values):
        if not np.isnan(value):
            last, age = value, 0
        else:
            age += 1
            out[i] = last if age <= seconds else np.nan
    return out


def heart_rate(start, grid):
    bpm = held(grid["heart_rate"], 10)
    bpm = bpm[~np.isnan(bpm)]
    if len(bpm) == 0:
        return {}
    rest, most = ATHLETE["restingHeartRateBpm"], ATHLETE["maxHeartRateBpm"]
    reserve = np.clip((bpm - rest) / (most - rest), 0, 1)
    edwards = np.select([bpm / most >= s for s in (0.9, 0.8, 0.7, 0.6, 0.5)], [5, 4, 3, 2, 1], 0)
    zones = np.histogram(bpm, [0, *ATHLETE["heartRateZonesBpm"], 1000])[0]
    birth = datetime.fromisoformat(ATHLETE["birthDate"]).replace(tzinfo=timezone.utc).timestamp()
    age = (start - birth) / 86400 / 365.2425
    kj = np.maximum(0, -55.0969 + 0.6309 * bpm + 0.1988 * ATHLETE["weightKg"] + 0.2017 * age)
    return {
        "average_heart_rate_bpm": (bpm.mean(), 1e-9),
        "max_heart_rate_bpm": (np.nanmax(grid["heart_rate"]), 0),
        "heart_rate_zones_s": ([int(z) for z in zones], 0),
        "trimp_banister": ((reserve * 0.64 * np.exp(1.92 * reserve)).sum() / 60, 1e-6),
        "trimp_edwards": (edwards.sum() / 60, 1e-9),
        "calories": ({"kcal": kj.sum() / 60 / 4.184, "method": "heart_rate"}, 1e-4),
    }


def power(grid):
    raw = grid["power"]
    if np.isnan(raw).all():
        return {}
    raw = raw[np.argmin(np.isnan(raw)):]
    watts = held(raw, 3)
    known = watts[~np.isnan(watts)]
    runs = np.split(watts, np.flatnonzero(np.isnan(watts)))
    means = [np.convolve(r[~np.isnan(r)], np.ones(30) / 30, "valid") for r in runs if (~np.isnan(r)).sum() >= 30]
    normalized = (np.concatenate(means) ** 4).mean() ** 0.25
    intensity = normalized / ATHLETE["ftpW"]
    cp, w_prime = ATHLETE["criticalPowerW"], ATHLETE["wPrimeJ"]
    left, least = float(w_prime), float(w_prime)
    for p in known:
        left = left - (p - cp) if p >= cp else w_prime - (w_prime - left) * math.exp((p - cp) / w_prime)
        least = min(least, left)
    zeroed = np.nan_to_num(watts)
    total = np.concatenate([[0], np.cumsum(zeroed)])
    peaks = {str(d): float((total[d:] - total[:-d]).max() / d) for d in DURATIONS_S if d <= len(zeroed)}
    found = {
        "average_power_w": (known.mean(), 1e-9),
        "max_power_w": (known.max(), 0),
        "work_j": (known.sum(), 1e-6),
        "normalized_power_w": (normalized, 1e-6),
        "intensity_factor": (intensity, 1e-8),
        "training_stress": (len(known) / 36 * intensity**2, 1e-6),
        "variability_index": (normalized / known.mean(), 1e-8),
        "w_balance": ({"currentJ": left, "leastJ": least}, 1e-4),
        "peak_power": (peaks, 1e-6),
    }
    if len(known) >= 0.8 * len(grid["power"]):
        found["calories"] = ({"kcal": known.sum() / 0.24 / 4184, "method": "power"}, 1e-6)
    return found


def distance(grid, stop, go, fastest, split_m):
    """From the device's counter; the way between two of its values is even."""
    known = np.flatnonzero(~np.isnan(grid["distance"]))
    if len(known) == 0:
        return {}
    seconds = np.arange(len(grid["distance"]))
    steps = np.diff(grid["distance"][known])
    gaps = np.diff(known)
    # A counter that jumps says nothing for that second and the next; there the device's speed, and a metre of doubt.
    jumps = np.flatnonzero(steps > fastest * gaps + 10)
    for jump in jumps:
        for at in (jump, jump + 1):
            steps[at] = grid["speed"][known[at + 1]] * gaps[at]
    doubt = 1.0 if len(jumps) else 0.0
    way = np.interp(seconds, known, np.concatenate([[0], np.cumsum(steps)]))
    moving_s, moving, last = 0, False, None
    for at in known:
        gap = 1 if last is None else at - last
        speed = grid["speed"][at] if gap == 1 else (way[at] - way[last]) / gap
        moving = speed >= (stop if moving else go)
        moving_s += gap if moving and last is not None else 0
        last = at
    # The inverse of the way, at every second's place and one distance on: even within a second, as the way is.
    rising = np.concatenate([[True], np.diff(way) > 0])
    efforts = {}
    for name, metres in DISTANCES_M.items():
        if metres > way[-1]:
            continue
        starts = np.flatnonzero(way + metres <= way[-1])
        ends = np.interp(way[starts] + metres, way[rising], seconds[rising])
        last_starts = np.flatnonzero(way >= metres)
        begins = np.interp(way[last_starts] - metres, way[rising], seconds[rising])
        efforts[name] = float(min((ends - starts).min(), (last_starts - begins).min()))
    marks = np.arange(1, int(way[-1] // split_m) + 1) * split_m
    crossed = np.interp(marks, way[rising], seconds[rising])
    # Where the way stood still the inverse begins at the last moment, the product's at the first: a second's worth.
    return {
        "distance_m": (way[-1], 0.011 + doubt),
        "moving_s": (moving_s, 0),
        "average_speed_mps": (way[-1] / moving_s, 1e-4 + doubt / 1000),
        "max_speed_mps": (float((way[5:] - way[:-5]).max() / 5), 0.005 + doubt / 2),
        "best_efforts": (efforts, 0.05),
        "splits_metric": ([float(t) for t in np.diff(np.concatenate([[0], crossed]))], 0.02 + doubt),
    }


def climbing(altitudes, threshold, times=None):
    """Changes of the altitude once they reach the threshold; a step that nobody climbs starts it again."""
    known = np.flatnonzero(~np.isnan(altitudes))
    if len(known) == 0:
        return {}
    values = altitudes[known]
    times = known if times is None else times
    gain = loss = 0.0
    base = values[0]
    for i, value in enumerate(values[1:], 1):
        if abs(value - values[i - 1]) > 5 * (times[i] - times[i - 1]) + 10:
            base = value
        if value - base >= threshold - 1e-6:
            gain, base = gain + value - base, value
        elif base - value >= threshold - 1e-6:
            loss, base = loss + base - value, value
    return {"elevation_gain_m": (gain, 0.11), "elevation_loss_m": (loss, 0.11)}


def fit(name, sport, rules, split_m):
    start, grid = read_fit(name)
    temperature = grid["temperature"][~np.isnan(grid["temperature"])]
    metrics = {
        "elapsed_s": (len(grid["power"]) - 1, 0),
        **heart_rate(start, grid),
        **power(grid),
        **distance(grid, *rules, split_m),
        **climbing(np.round(grid["altitude"], 1), 2.0),
        "air_temperature_c": (
            {"mean": temperature.mean(), "min": temperature.min(), "max": temperature.max()},
            1e-6,
        ),
    }
    return {"sport": sport, "altitudeSource": "barometer", "metrics": pack(metrics)}


def gpx(name, sport):
    """Positions only: great circles from point to point. The product may differ by what its filter takes for noise."""
    rows = read_gpx(name)
    radius = 6371008.8
    metres = 0.0
    for (t0, lat0, lon0, _), (t1, lat1, lon1, _) in zip(rows, rows[1:]):
        a, b = math.radians(lat0), math.radians(lat1)
        h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon1 - lon0) / 2) ** 2
        metres += 2 * radius * math.asin(math.sqrt(h))
    metrics = {
        "elapsed_s": (rows[-1][0] - rows[0][0], 0),
        "distance_m": (metres, metres * 0.04),
        **climbing(np.round([row[3] for row in rows], 1), 5.0, [row[0] for row in rows]),
    }
    return {"sport": sport, "altitudeSource": "gps", "metrics": pack(metrics)}


def pack(metrics):
    plain = lambda v: v.item() if isinstance(v, np.generic) else {k: plain(x) for k, x in v.items()} if isinstance(v, dict) else v
    return {name: {"value": plain(value), "tolerance": plain(slack)} for name, (value, slack) in metrics.items()}


if __name__ == "__main__":
    expected = {
        "athlete": ATHLETE,
        "recordings": {
            "run-fenix2.fit": fit("run-fenix2.fit", "run", (0.8, 1.1, 12.5), 1000),
            "ride-edge810-power.fit": fit("ride-edge810-power.fit", "ride", (1.0, 1.5, 35), 5000),
            "ride-indoor.fit": fit("ride-indoor.fit", "ride", (1.0, 1.5, 35), 5000),
            "hike-korita-zbevnica.gpx": gpx("hike-korita-zbevnica.gpx", "hike"),
            "ride-cerknicko-jezero.gpx": gpx("ride-cerknicko-jezero.gpx", "ride"),
        },
    }
    (HERE / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
