import { useEffect, useState } from 'preact/hooks';
import { duration } from '../format.ts';
import { say } from './language.ts';
import { timeOfDay } from './race-format.ts';
import { goLive, showMoment, span, togglePlaying } from './replay.ts';
import { isLost, isPlaying, momentMs, SPEEDS, STEP_MS, speed } from './replay-state.ts';

/** Shows the race again: any moment by the slider, or all of it by itself. */
export function ReplayBar() {
  const range = span.value;
  const shown = momentMs.value;
  const told = useTold(shown);
  if (range === null) return null;
  const { gunMs, fromMs, untilMs } = range;
  const moment = shown ?? untilMs;
  const values = { after: duration((moment - gunMs) / 1_000), time: timeOfDay(moment) };
  return (
    <section aria-labelledby="replay" class="replay">
      <h2 id="replay">
        {say('replay')} <span class="unit">{shown === null ? say('replayNow') : say('replayMoment', values)}</span>
      </h2>
      <div class="bar">
        <button type="button" onClick={togglePlaying}>
          <span aria-hidden="true">{isPlaying.value ? '❚❚' : '▶'}</span> {say(isPlaying.value ? 'pause' : 'play')}
        </button>
        <input
          type="range"
          min={0}
          max={(untilMs - fromMs) / STEP_MS}
          value={(moment - fromMs) / STEP_MS}
          aria-label={say('replaySlider')}
          aria-valuetext={shown === null ? say('replayNow') : say('replayMoment', values)}
          onInput={({ currentTarget: { value } }) => showMoment(fromMs + Number(value) * STEP_MS)}
        />
        <label>
          <span class="unseen">{say('replaySpeed')}</span>
          <select
            value={speed.value}
            onChange={({ currentTarget: { value } }) => {
              speed.value = Number(value);
            }}
          >
            {SPEEDS.map((times) => (
              <option key={times} value={times}>
                {times}×
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="to-live" disabled={shown === null} onClick={goLive}>
          {say('backToLive')}
        </button>
      </div>
      {shown !== null && <p class="none">{say(isLost.value ? 'replayLost' : 'replayNote')}</p>}
      <p role="status" class="unseen">
        {told}
      </p>
    </section>
  );
}

/** What to read out: that it plays, and where it stopped; not each moment in between. */
function useTold(shown: number | null): string {
  const [told, setTold] = useState('');
  const plays = isPlaying.value;
  const isShown = shown !== null;
  // The moment is read where it stopped, and is no reason to speak again.
  useEffect(() => {
    const atMs = momentMs.peek();
    if (plays) setTold(say('replayPlays', { n: speed.peek() }));
    else if (atMs !== null) setTold(say('replayPaused', { time: timeOfDay(atMs) }));
    else setTold((before) => (before === '' ? '' : say('replayNow')));
  }, [plays, isShown]);
  return told;
}
