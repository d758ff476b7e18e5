const DEVICE =
  '&lt;&lt;HKDevice: 0x283f&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,1, ' +
  'software:11.0&gt;';

export function recordXml(
  type: string,
  value: string | number,
  unit: string,
  start: string,
  end: string,
  app = 'watch',
) {
  const from = app === 'watch' ? `sourceName="Ben’s Watch" device="${DEVICE}"` : `sourceName="${app}"`;
  return `<Record type="HKQuantityTypeIdentifier${type}" ${from} unit="${unit}" value="${value}"
    creationDate="${end}" startDate="${start}" endDate="${end}"/>`;
}

export const ROUTE_PATH = '/workout-routes/route_2026-11-30_10.30am.gpx';

/** The records of an export as iOS writes them, in Moscow: a run on a treadmill, with what the phone counted beside. */
export function exportXml({ records = '' } = {}): string {
  const [start, end] = ['2026-11-30 10:00:00 +0300', '2026-11-30 10:30:00 +0300'];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout)*)>
<!ATTLIST HealthData locale CDATA #REQUIRED>
]>
<HealthData locale="ru_RU">
 <ExportDate value="2026-11-30 12:00:00 +0300"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1990-01-01"/>
 ${recordXml('HeartRate', 150, 'count/min', '2026-11-30 10:05:00 +0300', '2026-11-30 10:05:00 +0300')}
 ${recordXml('HeartRate', 999, 'count/min', '2026-11-30 10:06:00 +0300', '2026-11-30 10:06:00 +0300')}
 ${recordXml('DistanceWalkingRunning', 3.1, 'mi', start, '2026-11-30 10:20:00 +0300')}
 ${recordXml('StepCount', 6000, 'count', start, end, 'iPhone')}
 ${recordXml('FlightsClimbed', 2, 'count', start, end)}
 ${records}
 <Correlation type="HKCorrelationTypeIdentifierFood">
  ${recordXml('StepCount', 6000, 'count', start, end, 'iPhone')}
 </Correlation>
 <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="29" durationUnit="min" sourceName="Ben’s Watch"
   device="${DEVICE}" startDate="${start}" endDate="${end}">
  <MetadataEntry key="HKIndoorWorkout" value="1"/>
  <MetadataEntry key="HKTimeZone" value="Europe/Moscow"/>
  <WorkoutEvent type="HKWorkoutEventTypePause" date="2026-11-30 10:10:00 +0300"/>
  <WorkoutEvent type="HKWorkoutEventTypeResume" date="2026-11-30 10:11:00 +0300"/>
  <WorkoutEvent type="HKWorkoutEventTypeLap" date="${start}" duration="15" durationUnit="min"/>
  <WorkoutRoute sourceName="Ben’s Watch"><FileReference path="${ROUTE_PATH}"/></WorkoutRoute>
 </Workout>
</HealthData>
`;
}
