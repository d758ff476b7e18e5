import { useEffect, useState } from 'preact/hooks';
import { Trouble } from './form.tsx';
import { ownProfile, readProfile } from './own-profile.ts';
import { StatedSection } from './stated-section.tsx';
import { SuggestionsSection } from './suggestions-section.tsx';
import { tell } from './tell.ts';
import { WeightChart } from './weight-chart.tsx';
import { ZonesSection } from './zones-section.tsx';

/** What an athlete's numbers are judged by: heart rates, thresholds, zones and weight, each over time. */
export function TrainingPage() {
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => void readProfile().catch(setWrong), []);
  const held = ownProfile.value;
  if (held === null) {
    return wrong === null ? <p class="empty">{tell('loading')}</p> : <Trouble error={wrong} />;
  }
  const body = held.profile.body ?? [];
  const hasCourse = body.filter(({ weightKg }) => weightKg !== undefined).length > 1;
  return (
    <>
      <p class="whole none">{tell('trainingHow')}</p>
      <div class="column">
        <SuggestionsSection held={held} />
        <ZonesSection version={held.etag} />
      </div>
      <div class="column">
        <StatedSection list="heart" sports="some" held={held} />
        <StatedSection list="thresholds" sports="one" held={held} />
        <StatedSection list="body" sports="none" held={held}>
          {hasCourse && <WeightChart rows={body} />}
        </StatedSection>
      </div>
    </>
  );
}
