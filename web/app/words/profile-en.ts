import type { Phrase } from '../../race/words-en.ts';

export const profile = {
  profile: 'About you',
  profileHow: 'Zones, loads and energy follow from it. A number that changes holds from today on.',
  birthDate: 'Date of birth',
  sex: 'Sex, as formulas have it',
  female: 'female',
  male: 'male',
  weightKg: 'Weight, kg',
  heightCm: 'Height, cm',
  restingHeartRate: 'Resting heart rate',
  maxHeartRate: 'Maximum heart rate',
  thresholdHeartRate: 'Threshold heart rate',
  region: 'Country, as two letters',
} satisfies Record<string, Phrase>;
