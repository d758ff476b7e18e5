import { AccountSection, EmailSection, PasswordSection } from './account-sections.tsx';
import { ConsentsSection } from './consents-section.tsx';
import { DevicesSection } from './devices-section.tsx';
import { HealthSection } from './health-section.tsx';
import { NewsSection } from './news-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

export function SettingsPage() {
  return (
    <>
      <div class="column">
        <ProfileSection />
        <NewsSection />
        <AccountSection />
        <PasswordSection />
        <EmailSection />
      </div>
      <div class="column">
        <DevicesSection />
        <HealthSection />
        <ConsentsSection />
        <SessionsSection />
      </div>
    </>
  );
}
