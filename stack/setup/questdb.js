import { existsSync, readlinkSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { checkSha256 } from './checksum.js';
import { findOnPath, inTemporaryFolder, pointTo, run, SetupError, say } from './run.js';

/** Throws when there is no Java, or one that is too old for QuestDB. */
export function checkJava(minVersion) {
  const how =
    `install one (Debian: apt-get install openjdk-${minVersion}-jre-headless), ` +
    'or set QUESTDB_URL to a QuestDB that runs';
  if (!findOnPath('java')) throw new SetupError(`QuestDB needs Java ${minVersion} or newer, and there is none: ${how}`);
  const { output } = run('java', ['-version'], { minutes: 0.5 });
  const version = /version "(?:1\.)?(\d+)/.exec(output)?.[1];
  if (Number(version) >= minVersion) return;
  throw new SetupError(`QuestDB needs Java ${minVersion} or newer, and this one is ${version ?? 'unknown'}: ${how}`);
}

/** True when `.engines/questdb.jar` leads to the pinned version. */
export function isQuestDbThere(engines, pinned) {
  const link = join(engines, 'questdb.jar');
  return existsSync(link) && readlinkSync(link) === fileName(pinned);
}

/** Fetches the jar by Maven. */
export function fetchQuestDb(engines, pinned) {
  const how = 'Install Maven (Debian: apt-get install maven), or set QUESTDB_URL to a QuestDB that runs.';
  if (!findOnPath('mvn')) throw new SetupError(`QuestDB's jar is fetched with Maven, and there is no mvn. ${how}`);
  say(`fetching QuestDB ${pinned.version} (mvn) …`);
  inTemporaryFolder(engines, (folder) => {
    const artifact = `${pinned.mavenArtifact}:${pinned.version}:jar`;
    const args = ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
    const copy = run('mvn', args, { cwd: folder });
    if (!copy.ok)
      throw new SetupError(`QuestDB ${pinned.version} could not be fetched. ${how} mvn said:\n${copy.output}`);
    const jar = join(folder, fileName(pinned));
    checkSha256(jar, pinned.jarSha256);
    renameSync(jar, join(engines, fileName(pinned)));
  });
  pointTo(join(engines, 'questdb.jar'), fileName(pinned));
}

function fileName(pinned) {
  return `questdb-${pinned.version}.jar`;
}
