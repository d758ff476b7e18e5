/**
 * W′ balance: what is left of the work that an athlete can do above critical power. The definition is Skiba et al.
 * 2012 (Med Sci Sports Exerc 44:1526–1532); computed in the differential form of Skiba et al. 2015 (Med Sci Sports
 * Exerc 47:2433–2440, Froncioni and Clarke's equation): above CP it falls by the work above it, below CP the deficit
 * decays at the rate (CP − P) / W′. The form of 2012 needs a time constant from the mean power below CP of the whole
 * activity, so every second of it would change with the last one; this one is final as it goes. Each second is solved
 * exactly, the power in it being constant. A pause recovers like 0 W; a second without power changes nothing.
 */
export const VERSION = 1;

export const DEFICIT_J = 0;
export const MOST_J = 1;
export const CELLS = 2;

export function foldWBalance(cells: Float64Array, at: number, watts: number, cpW: number, wPrimeJ: number): void {
  const above = watts - cpW;
  if (above >= 0) cells[at + DEFICIT_J] += above;
  else cells[at + DEFICIT_J] *= Math.exp(above / wPrimeJ);
  if (cells[at + DEFICIT_J] > cells[at + MOST_J]) cells[at + MOST_J] = cells[at + DEFICIT_J];
}
