// pack.mjs VERSION OUT [PLATFORM=PROGRAM ...]: the npm packages, as files in OUT: one for each platform with its
// program, and corsproof, which depends on all of them.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [version, out, ...programs] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const base = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

/** Packs a folder that fill fills and whose package.json is manifest. */
function pack(manifest, fill) {
  const folder = mkdtempSync(join(tmpdir(), 'corsproof-npm-'));
  try {
    fill(folder);
    copyFileSync(join(here, '../../LICENSE'), join(folder, 'LICENSE'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
    execFileSync('npm', ['pack', '--pack-destination', out, '--loglevel', 'error'], { cwd: folder, stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const entry of programs) {
  const [platform, program] = entry.split('=');
  const [os, cpu] = platform.split('-');
  const file = os === 'win32' ? 'corsproof.exe' : 'corsproof';
  const { homepage, repository, license } = base;
  const manifest = {
    name: `@corsproof/${platform}`, version, description: `The program corsproof for ${os} on ${cpu}; install the package corsproof`,
    homepage, repository, license, os: [os], cpu: [cpu], files: [file], preferUnplugged: true,
  };
  pack(manifest, (folder) => {
    copyFileSync(program, join(folder, file));
    chmodSync(join(folder, file), 0o755);
  });
}
const dependencies = Object.fromEntries(Object.keys(base.optionalDependencies).map((name) => [name, version]));
pack({ ...base, version, optionalDependencies: dependencies }, (folder) => {
  for (const name of [...base.files, 'README.md']) cpSync(join(here, name), join(folder, name), { recursive: true });
});
