import { useEffect } from 'preact/hooks';
import { session } from '../session.ts';
import { AccountSection, EmailSection, PasswordSection } from './account-sections.tsx';
import { ConsentsSection } from './consents-section.tsx';
import { DeleteAccountSection } from './delete-account-section.tsx';
import { DevicesSection } from './devices-section.tsx';
import { ExportSection } from './export-section.tsx';
import { HealthSection } from './health-section.tsx';
import { NewsSection } from './news-section.tsx';
import { PrivacyLink } from './privacy-page.tsx';
import { ProfileSection } from './profile-section.tsx';
import { PushSection } from './push-section.tsx';
import { SecondFactorSection } from './second-factor-section.tsx';
import { SessionsSection } from './sessions-section.tsx';
import { tell } from './tell.ts';
import { WebhooksSection } from './webhooks-section.tsx';

export function SettingsPage() {
  // News may lead to one section; when the browser looked for it, it was not there yet.
  useEffect(() => document.getElementById(location.hash.slice(1))?.scrollIntoView(), []);
  return (
    <>
      <div class="column">
        <ProfileSection />
        <PrivacyLink />
        <NewsSection />
        <PushSection />
        <WebhooksSection />
        <AccountSection />
        <AdministratorLink />
        <PasswordSection />
        <SecondFactorSection />
        <EmailSection />
      </div>
      <div class="column">
        <DevicesSection />
        <HealthSection />
        <ConsentsSection />
        <ExportSection />
        <SessionsSection />
        <DeleteAccountSection />
      </div>
    </>
  );
}

/** Offered to administrators alone. */
function AdministratorLink() {
  if (!session.value?.roles?.includes('administrator')) return null;
  return (
    <section aria-label={tell('administration')}>
      <p>
        <a href="/product">{tell('productTo')}</a>
      </p>
    </section>
  );
}
