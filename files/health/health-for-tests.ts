export const UUID = '01234567-89ab-4cde-8f01-23456789abcd';

/** Another one for each number. */
export const uuidOf = (n: number): string => `01234567-89ab-4cde-8f01-${String(n).padStart(12, '0')}`;

const WATCH = {
  sourceRevision: { source: { name: 'Ben’s Apple Watch', bundleIdentifier: 'com.apple.health' }, version: '11.0' },
  device: { name: 'Apple Watch', manufacturer: 'Apple Inc.', model: 'Watch', hardwareVersion: 'Watch6,1' },
};

/** A quantity of ten seconds, as a companion app pushes it. */
export function hkSample(type: string, value: number, unit: string, more: object = {}) {
  return {
    ...{ uuid: UUID, type: `HKQuantityTypeIdentifier${type}`, value, unit, ...WATCH },
    ...{ startDate: '2026-11-30 10:00:00 +0300', endDate: '2026-11-30 10:00:10 +0300', ...more },
  };
}

/** A run of half an hour with a pause, two laps and the beginning of its route. */
export function hkWorkout(more: object = {}) {
  const event = (type: string, date: string) => ({ type: `HKWorkoutEventType${type}`, date });
  return {
    ...{ uuid: UUID, type: 'HKWorkoutTypeIdentifier', workoutActivityType: 'HKWorkoutActivityTypeRunning', ...WATCH },
    ...{
      startDate: '2026-11-30T07:00:00Z',
      endDate: '2026-11-30T07:30:00Z',
      metadata: { HKTimeZone: 'Europe/Moscow' },
    },
    workoutEvents: [
      event('Pause', '2026-11-30T07:10:00Z'),
      event('Resume', '2026-11-30T07:11:00Z'),
      { type: 3, dateInterval: { start: '2026-11-30T07:00:00Z', duration: 900 } },
      event('Segment', '2026-11-30T07:05:00Z'),
    ],
    route: [
      {
        ...{ timestamp: '2026-11-30T07:00:00Z', latitude: 48.2, longitude: 16.3, altitude: 180 },
        ...{ horizontalAccuracy: 4, speed: 3, course: -1 },
      },
      { timestamp: '2026-11-30T07:00:01Z', latitude: 48.2001, longitude: 16.3, horizontalAccuracy: -1, speed: -1 },
    ],
    ...more,
  };
}

const metadata = (id: string) => ({
  id,
  dataOrigin: { packageName: 'com.example.run' },
  device: { manufacturer: 'Google', model: 'Pixel 9', type: 2 },
});

export function hcRecord(recordType: string, more: object, id = 'hc-1') {
  return {
    ...{ recordType, metadata: metadata(id) },
    ...{ startTime: '2026-11-30T07:00:00Z', startZoneOffset: '+03:00', endTime: '2026-11-30T07:10:00Z', ...more },
  };
}
