import { createRandom } from '../../../device-sim/random.ts';

/** How many each of ten follows: half nobody, some a friend or two, one as many as one may. */
const FOLLOWED = [0, 0, 0, 0, 0, 1, 1, 2, 4, 10];
const CHOICES = 5_000;
const FIRST = 50;

/** What people want to see: the first fifty, and athletes that they know; each is as well known as another. */
export function watchersChoices(bibs: readonly string[]): string[] {
  const random = createRandom('watchers', 'choices');
  return Array.from({ length: CHOICES }, (_, i) => {
    const followed = new Set(
      Array.from({ length: FOLLOWED[i % FOLLOWED.length] }, () => bibs[random.integer(0, bibs.length - 1)]),
    );
    return JSON.stringify({ top: FIRST, bibs: [...followed] });
  });
}

/** As much as a view can be, so that who does not read falls behind soon. */
export function greatestChoice(bibs: readonly string[]): string {
  return JSON.stringify({ top: 200, bibs: bibs.slice(0, 10) });
}
