import type { Phrase } from '../../race/words-en.ts';

export const health = {
  health: 'Phone health data',
  healthHow:
    'What Apple Health and Health Connect say of a day, together with what your devices recorded. Where several ' +
    'measured the same time, one is taken, and nothing counts twice.',
  healthDay: 'Day',
  healthNothing: 'Nothing is known of this day.',
  healthSource: 'Source',
  healthTime: 'Time',
  healthAmount: 'Amount',
  healthWhy: 'Why this one',
  healthTotal: '{measure}: {total}',
  healthFrom: '{app} ({device})',
  healthFile: 'an imported file',
  why_only: 'nobody else measured it',
  why_preferred: 'you prefer it; also measured by {others}',
  why_order: 'ranks before {others}',
  healthCut: 'There is more of this day than is shown.',
  measure_heart_rate: 'Heart rate',
  measure_spo2: 'Blood oxygen',
  measure_respiration_rate: 'Breathing rate',
  measure_speed: 'Speed',
  measure_power: 'Power',
  measure_cadence: 'Cadence',
  measure_skin_temperature: 'Skin temperature',
  measure_steps: 'Steps',
  measure_distance: 'Distance',
  measure_active_energy: 'Active energy',
  measure_resting_heart_rate: 'Resting heart rate',
  measure_hrv_sdnn: 'Heart rate variability (SDNN)',
  measure_hrv_rmssd: 'Heart rate variability (RMSSD)',
  measure_weight: 'Weight',
  measure_blood_glucose: 'Blood glucose',

  healthExport:
    'From an iPhone: in Health, tap your picture, then Export All Health Data, and choose the zip here. ' +
    'From Android: in Health Connect, under Backup and restore, set up the export, and choose the zip that it makes.',
  file_health: 'Imported: {records} records of a health store, {workouts} workouts.',
  file_health_left: 'Not kept here: {types}.',
  reason_bad_zip: 'The zip is broken. Make or download it again.',
  reason_bad_database: 'The database of this export is damaged, or no phone made it. Make it again.',
  reason_consent_needed: 'You took your consent to health data back before it was read.',

  deviceName: 'Name of {name}',
  deviceRename: 'Rename {name}',
  deviceRenameGo: 'Save',
  deviceOwnName: 'Calls itself {name}; leave it empty to call it so.',
} satisfies Record<string, Phrase>;
