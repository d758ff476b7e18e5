import type { Starter } from '../../schemas/race.ts';
import type { Random } from '../random.ts';

const FIRST_NAMES = {
  female: ['Ana', 'Beth', 'Chiara', 'Dunja', 'Elif', 'Frida', 'Greta', 'Hana', 'Inès', 'Jana', 'Kirsi', 'Lena'],
  male: ['Aleš', 'Bruno', 'Carl', 'Dario', 'Emil', 'Felix', 'Goran', 'Henk', 'Ivan', 'Jonas', 'Karim', 'Luca'],
} as const;
const LAST_NAMES = [
  ...['Amsler', 'Berg', 'Costa', 'Dubois', 'Eriksen', 'Ferrari', 'Gruber', 'Horvat', 'Ilić', 'Jansen', 'Kovač'],
  ...['Lehmann', 'Moreau', 'Novak', 'Olsen', 'Petit', 'Rossi', 'Schmid', 'Tamm', 'Urban', 'Vidmar', 'Weber', 'Zupan'],
];
const CLUBS = ['', '', 'Harriers', 'Lake Striders', 'Night Owls', 'Old Town AC', 'Peak Runners', 'Trail Foxes'];
const COUNTRIES = ['AUT', 'CHE', 'DEU', 'FRA', 'HRV', 'ITA', 'NOR', 'SVN'];

/** Who somebody is, as a list of starters says it; names come again in a big race, as they do. */
export function drawPerson(random: Random): Pick<Starter, 'name' | 'sex' | 'birthYear' | 'club' | 'country'> {
  const sex = random.chance(0.45) ? 'female' : 'male';
  return {
    name: `${random.pick(FIRST_NAMES[sex])} ${random.pick(LAST_NAMES)}`,
    sex,
    birthYear: random.integer(1955, 2006),
    club: random.pick(CLUBS),
    country: random.pick(COUNTRIES),
  };
}
