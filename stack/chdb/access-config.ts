import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANALYTICS_DATABASE } from './users.ts';

/**
 * Writes the engine's configuration: its one user owns no rights but two roles. A request's session takes the role of
 * its user first, so that ClickHouse itself refuses (497) what the role does not grant. Rights on `analytics` reach the
 * raw tables only through views made with `DEFINER = CURRENT_USER SQL SECURITY DEFINER`. Returns the file's path.
 */
export function writeAccessConfig(dir: string): string {
  mkdirSync(dir, { recursive: true });
  const usersFile = join(dir, 'users.xml');
  writeFileSync(usersFile, USERS);
  const configFile = join(dir, 'config.xml');
  writeFileSync(configFile, `<clickhouse><users_config>${escapeXml(usersFile)}</users_config></clickhouse>\n`);
  return configFile;
}

const USERS = `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <roles>
    <writer><grants><query>GRANT ALL ON *.* WITH GRANT OPTION</query></grants></writer>
    <analyst><grants><query>GRANT SELECT ON ${ANALYTICS_DATABASE}.*</query></grants></analyst>
  </roles>
  <users>
    <default>
      <no_password/>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT writer, analyst</query></grants>
    </default>
  </users>
</clickhouse>
`;

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
}
