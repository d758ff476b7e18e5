import { AccountSection, EmailSection, PasswordSection } from './account-sections.tsx';
import { ConsentsSection } from './consents-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

export function SettingsPage() {
  return (
    <>
      <div class="column">
        <AccountSection />
        <PasswordSection />
        <EmailSection />
      </div>
      <div class="column">
        <ConsentsSection />
        <SessionsSection />
      </div>
    </>
  );
}
