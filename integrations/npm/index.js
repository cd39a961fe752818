import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export function programPath() {
  const name = `@corsproof/${process.platform}-${process.arch}`;
  try {
    return require.resolve(`${name}/corsproof${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    throw new Error(
      `the package ${name}, which has the program corsproof, is not installed: ` +
        'install corsproof again without --omit=optional, or, if there is none for this platform, build it with Go ' +
        '(https://github.com/corsproof/corsproof)',
    );
  }
}
