import type { Pace } from './pace.ts';
import * as row from './track-rows.ts';

/** What all fixes of a window say about each of its rows; used again by the next call. */
export const smoothed = {
  positionM: new Float64Array(row.WINDOW_FIXES + 1),
  /** Standard deviation. */
  sigmaM: new Float64Array(row.WINDOW_FIXES + 1),
};

const state = new Float64Array(3);
const covariance = new Float64Array(9);
const filtered = new Float64Array(9);
const carried = new Float64Array(9);
const predicted = new Float64Array(9);
const inverse = new Float64Array(9);
const gain = new Float64Array(9);
const scratch = new Float64Array(9);

/**
 * Rauch–Tung–Striebel smoother over the rows from `last` back to row 0 (Bar-Shalom, Li & Kirubarajan 2001, 8.6): with
 * the same model as the filter, so positions and their deviations now know what came later. A way that is broken is
 * not smoothed across. Rows before the first position are NaN.
 */
export function smooth(rows: Float64Array, last: number, { accelerationM2ps3: q }: Pace): void {
  load(rows, last, covariance);
  keep(last);
  for (let k = last - 1; k >= 0; k--) {
    const at = k * row.CELLS;
    const next = at + row.CELLS;
    if (Number.isNaN(rows[at + row.S])) {
      smoothed.positionM.fill(Number.NaN, 0, k + 1);
      return;
    }
    const broken = rows[next + row.IS_BROKEN] === 1 || rows[next + row.IS_OFF] !== rows[at + row.IS_OFF];
    if (broken || !back(rows, at, next, q)) load(rows, k, covariance);
    keep(k);
  }
}

function load(rows: Float64Array, k: number, into: Float64Array): void {
  const at = k * row.CELLS;
  for (let i = 0; i < 3; i++) state[i] = rows[at + row.S + i];
  symmetric(rows, at + row.SS, into);
}

function symmetric(rows: Float64Array, from: number, into: Float64Array): void {
  into[0] = rows[from];
  into[1] = into[3] = rows[from + 1];
  into[2] = into[6] = rows[from + 2];
  into[4] = rows[from + 3];
  into[5] = into[7] = rows[from + 4];
  into[8] = rows[from + 5];
}

function keep(k: number): void {
  smoothed.positionM[k] = state[0];
  smoothed.sigmaM[k] = Math.sqrt(Math.max(0, covariance[0]));
}

/** One step back; false when the prediction says nothing (its covariance has no inverse). */
function back(rows: Float64Array, at: number, next: number, q: number): boolean {
  const dt = (rows[next + row.AT_MS] - rows[at + row.AT_MS]) / 1_000;
  const phi = rows[next + row.SLOW_LEFT];
  symmetric(rows, at + row.SS, filtered);
  // carried = F P, with F = [1 dt 0; 0 1 0; 0 0 phi].
  for (let c = 0; c < 3; c++) {
    carried[c] = filtered[c] + dt * filtered[3 + c];
    carried[3 + c] = filtered[3 + c];
    carried[6 + c] = phi * filtered[6 + c];
  }
  // predicted = F P Fᵀ + Q.
  for (let r = 0; r < 3; r++) {
    predicted[3 * r] = carried[3 * r] + dt * carried[3 * r + 1];
    predicted[3 * r + 1] = carried[3 * r + 1];
    predicted[3 * r + 2] = phi * carried[3 * r + 2];
  }
  predicted[0] += (q * dt * dt * dt) / 3 + rows[next + row.EXTRA_S];
  predicted[1] += (q * dt * dt) / 2;
  predicted[3] += (q * dt * dt) / 2;
  predicted[4] += q * dt + rows[next + row.EXTRA_V];
  predicted[8] += rows[next + row.SLOW_NEW2];
  if (!invert(predicted, inverse)) return false;
  // gain = P Fᵀ predicted⁻¹, and (F P)ᵀ = P Fᵀ.
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      gain[3 * r + c] = carried[r] * inverse[c] + carried[3 + r] * inverse[3 + c] + carried[6 + r] * inverse[6 + c];
    }
  }
  const s = rows[at + row.S];
  const v = rows[at + row.V];
  const b = rows[at + row.B];
  const offS = state[0] - s - v * dt;
  const offV = state[1] - v;
  const offB = state[2] - phi * b;
  state[0] = s + gain[0] * offS + gain[1] * offV + gain[2] * offB;
  state[1] = v + gain[3] * offS + gain[4] * offV + gain[5] * offB;
  state[2] = b + gain[6] * offS + gain[7] * offV + gain[8] * offB;
  // covariance = P + gain (covariance − predicted) gainᵀ.
  for (let i = 0; i < 9; i++) predicted[i] = covariance[i] - predicted[i];
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      scratch[3 * r + c] =
        gain[3 * r] * predicted[c] + gain[3 * r + 1] * predicted[3 + c] + gain[3 * r + 2] * predicted[6 + c];
    }
  }
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      covariance[3 * r + c] =
        filtered[3 * r + c] +
        scratch[3 * r] * gain[3 * c] +
        scratch[3 * r + 1] * gain[3 * c + 1] +
        scratch[3 * r + 2] * gain[3 * c + 2];
    }
  }
  return true;
}

function invert(m: Float64Array, into: Float64Array): boolean {
  const a = m[4] * m[8] - m[5] * m[7];
  const b = m[5] * m[6] - m[3] * m[8];
  const c = m[3] * m[7] - m[4] * m[6];
  const determinant = m[0] * a + m[1] * b + m[2] * c;
  if (!(determinant > 1e-12)) return false;
  into[0] = a / determinant;
  into[1] = (m[2] * m[7] - m[1] * m[8]) / determinant;
  into[2] = (m[1] * m[5] - m[2] * m[4]) / determinant;
  into[3] = b / determinant;
  into[4] = (m[0] * m[8] - m[2] * m[6]) / determinant;
  into[5] = (m[2] * m[3] - m[0] * m[5]) / determinant;
  into[6] = c / determinant;
  into[7] = (m[1] * m[6] - m[0] * m[7]) / determinant;
  into[8] = (m[0] * m[4] - m[1] * m[3]) / determinant;
  return true;
}
