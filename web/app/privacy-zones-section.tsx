import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { inUnit } from '../progress/say.ts';
import { Field, Form, Select, Trouble } from './form.tsx';
import { sayOfProfile, type TaggedProfile } from './own-profile.ts';
import type { PrivacyZone } from './profile-fields.ts';
import { tell } from './tell.ts';
import type { ZoneMap } from './zone-map.tsx';

/** As wide as zones may be, in m. */
const RADII_M = [100, 200, 400, 800, 1_500, 3_000, 5_000];
const USUAL_RADIUS_M = 400;
/** About a metre. */
const PLACE_DIGITS = 5;
/** Of the browser telling where it is. */
const PLACE_WITHIN_MS = 20_000;
const hasTiles = () => (document.querySelector<HTMLMetaElement>('meta[name=map-style]')?.content ?? '') !== '';

const degreesOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text.replace(',', '.')));
const radiusText = (radiusM: number) => inUnit(radiusM < 1_000 ? 'high' : 'long', radiusM, radiusM < 1_000 ? 0 : 1);

/** Where the athlete's tracks begin and end unseen: a list, a map where there is one, and a form for another. */
export function PrivacyZonesSection({ held }: { held: TaggedProfile }) {
  const zones = held.profile.privacyZones ?? [];
  const [name, setName] = useState('');
  const [latitude, setLatitude] = useState('');
  const [longitude, setLongitude] = useState('');
  const [radiusM, setRadiusM] = useState(USUAL_RADIUS_M);
  const [said, say] = useState('');
  const fresh = { name: name.trim(), latitude: degreesOf(latitude), longitude: degreesOf(longitude), radiusM };
  const isPlaced = Math.abs(fresh.latitude) <= 90 && Math.abs(fresh.longitude) <= 180;

  function place(lat: number, lon: number): void {
    setLatitude(lat.toFixed(PLACE_DIGITS));
    setLongitude(lon.toFixed(PLACE_DIGITS));
    say('');
  }

  async function add(): Promise<void> {
    await sayOfProfile(held, { privacyZones: [...zones, fresh] });
    for (const empty of [setName, setLatitude, setLongitude]) empty('');
    say(tell('zoneAdded'));
  }

  async function remove(gone: PrivacyZone): Promise<void> {
    await sayOfProfile(held, { privacyZones: zones.filter((zone) => zone !== gone) });
    say(tell('zoneGone'));
  }

  return (
    <section aria-labelledby="privacy-zones">
      <h2 id="privacy-zones">{tell('privacyZones')}</h2>
      <p class="none">{tell('privacyZonesHow')}</p>
      {zones.length === 0 && <p>{tell('noPrivacyZones')}</p>}
      <ul class="rows">
        {zones.map((zone) => (
          <li key={`${zone.name} ${zone.latitude} ${zone.longitude}`} data-privacy-zone={zone.name}>
            <ZoneRow zone={zone} onRemove={() => remove(zone)} />
          </li>
        ))}
      </ul>
      {(hasTiles() || zones.length > 0 || isPlaced) && (
        <LaterMap zones={zones} fresh={isPlaced ? fresh : null} onPlace={place} />
      )}
      <h3>{tell('zoneNew')}</h3>
      <Form action={tell('zoneAdd')} onSend={add} label={tell('zoneNew')}>
        <Field
          {...{ label: tell('zoneName'), hint: tell('zoneNameHow'), name: 'name', value: name, onInput: setName }}
          {...{ required: true, maxLength: 100 }}
        />
        <fieldset>
          <legend>{tell('zonePlace')}</legend>
          <p class="none">{tell('zonePlaceHow')}</p>
          <div class="more">
            <Field
              {...{ label: tell('zoneLatitude'), hint: '48.2085', name: 'latitude', value: latitude }}
              {...{ onInput: setLatitude, inputMode: 'decimal', maxLength: 20, required: true }}
            />
            <Field
              {...{ label: tell('zoneLongitude'), hint: '16.3721', name: 'longitude', value: longitude }}
              {...{ onInput: setLongitude, inputMode: 'decimal', maxLength: 20, required: true }}
            />
          </div>
          <HereButton onPlace={place} />
        </fieldset>
        <Select
          label={tell('zoneRadius')}
          name="radiusM"
          value={String(radiusM)}
          options={RADII_M.map((one) => [String(one), radiusText(one)])}
          onInput={(next) => setRadiusM(Number(next))}
        />
      </Form>
      <p role="status">{said}</p>
    </section>
  );
}

function ZoneRow({ zone, onRemove }: { zone: PrivacyZone; onRemove: () => Promise<void> }) {
  const { name, latitude, longitude, radiusM } = zone;
  const [isSure, setSure] = useState(false);
  const [wrong, setWrong] = useState<unknown>(null);
  const words = { latitude: String(latitude), longitude: String(longitude), radius: radiusText(radiusM) };
  return (
    <>
      <span>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <small>{tell('zoneSum', words)}</small>
        <Trouble error={wrong} />
      </span>
      {isSure ? (
        <button type="button" onClick={() => void onRemove().catch(setWrong)}>
          {tell('zoneRemoveSure', { name })}
        </button>
      ) : (
        <button type="button" aria-label={tell('zoneRemoveOf', { name })} onClick={() => setSure(true)}>
          {tell('remove')}
        </button>
      )}
    </>
  );
}

function HereButton({ onPlace }: { onPlace: (latitude: number, longitude: number) => void }) {
  const [isRefused, setRefused] = useState(false);
  function ask(): void {
    setRefused(false);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => onPlace(coords.latitude, coords.longitude),
      () => setRefused(true),
      { enableHighAccuracy: true, timeout: PLACE_WITHIN_MS },
    );
  }
  return (
    <>
      <button type="button" onClick={ask}>
        {tell('zoneHere')}
      </button>
      <p role="alert" class="wrong">
        {isRefused ? tell('zoneNoHere') : ''}
      </p>
    </>
  );
}

type MapProps = Parameters<typeof ZoneMap>[0];

/** The map's library is about a megabyte: it comes behind the rest, and everything works without it. */
function LaterMap(props: MapProps) {
  const [Loaded, setLoaded] = useState<ComponentType<MapProps> | null>(null);
  useEffect(() => {
    import('./zone-map.tsx').then(
      (module) => setLoaded(() => module.ZoneMap),
      () => setLoaded(null),
    );
  }, []);
  return Loaded === null ? null : <Loaded {...props} />;
}
