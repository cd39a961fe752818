/**
 * Holds a server to its CORS policy, in Playwright tests.
 *
 * ```ts
 * import { test } from '@corsproof/playwright';
 *
 * test('CORS is as it is meant', async ({ corsproof, baseURL }) => {
 *   await corsproof.check(`${baseURL}/items`, { policy: { origins: ['https://app.example.com'] } });
 * });
 * ```
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { test as base, chromium, expect, type TestInfo } from '@playwright/test';
import { run, type Finding, type Options, type Report, type Run } from './run.js';
import { text } from './text.js';

export { expect };
export type { Finding, Options, Policy, Report } from './run.js';

/** The value of the fixture. */
export interface Corsproof {
  /**
   * Holds a URL to a policy. Each cause by which the server fails is an error of the test, in a step of its own; what only warns
   * and what is known are annotations. The test goes on. The HTML report and the JSON report are attached. Rejects where
   * there is no verdict: the program is missing, was called wrongly, or did not reach the server.
   */
  check(url: string, options?: Options): Promise<Report>;
  /** The same for a project file (corsproof.yaml): each endpoint is held to its policy. */
  checkProject(file: string, options?: Omit<Options, 'policy' | 'path' | 'known'>): Promise<Report>;
}

/** The options of the fixture, in `use` of the configuration. */
export interface CorsproofOptions {
  /** The program; empty: the variable CORSPROOF_BINARY, that of the npm package `corsproof`, or that of PATH. */
  corsproofBinary: string;
}

/** What a run adds to the time limit of its test, in milliseconds: it takes seconds, and with a browser tens of them. */
const extraTime = 120_000;

/** Playwright's test with the fixture `corsproof`; `mergeTests` adds it to one of your own. */
export const test = base.extend<{ corsproof: Corsproof } & CorsproofOptions>({
  corsproofBinary: ['', { option: true }],
  corsproof: async ({ corsproofBinary, launchOptions }, use, info) => {
    const ended = new AbortController(); // a test that ends early takes the program with it
    let runs = 0;
    const check = async (target: string[], options: Options) => {
      const folder = info.outputPath(runs++ ? `corsproof-${runs}` : 'corsproof');
      await mkdir(folder, { recursive: true });
      const args = [...(options.args ?? []), ...chrome(options, launchOptions.executablePath)];
      if (info.timeout) info.setTimeout(info.timeout + extraTime);
      const done = await run(await programPath(corsproofBinary), target, { ...options, args }, folder, ended.signal);
      await tell(done, info, folder, options.strict ?? false);
      return done.report;
    };
    await use({
      check: (url, options = {}) => check([new URL(options.path ?? '', url).href], { browser: 'none', ...options }),
      checkProject: (file, options = {}) => check(['--project', file], options),
    });
    ended.abort();
  },
});

/** The Chromium of the configuration, or of Playwright, where it is installed. */
function chrome(options: Options, path: string | undefined): string[] {
  if (!options.browser || options.browser === 'none') return [];
  const found = [path, chromium.executablePath()].find((file) => file && existsSync(file));
  return found ? ['--chrome', found] : [];
}

async function programPath(stated: string): Promise<string> {
  if (stated || process.env.CORSPROOF_BINARY) return stated || process.env.CORSPROOF_BINARY!;
  try {
    const { programPath } = (await import('corsproof' as string)) as { programPath(): string };
    return programPath();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return 'corsproof'; // of PATH
  }
}

/** Maps what was found to the test: a step for each group and for each cause, and an error for each cause by which the target fails. */
async function tell({ status, said, report }: Run, info: TestInfo, folder: string, strict: boolean): Promise<void> {
  for (const [name, type] of [['corsproof.html', 'text/html'], ['corsproof.json', 'application/json']] as const) {
    await info.attach(name, { path: `${folder}/${name}`, contentType: type });
  }
  for (const line of groups(report)) await test.step(line, async () => {});
  const before = info.errors.length;
  for (const finding of report.findings) {
    if (breaks(finding, strict)) await wrong(finding.title, text(finding));
    else info.annotations.push({ type: finding.known ? `corsproof, known: ${finding.known}` : 'corsproof warns', description: text(finding) });
  }
  for (const line of report.baseline?.stale ?? []) await wrong('a known failure is out of date', line);
  for (const r of report.results.filter((r) => r.verdict === 'error')) await wrong(r.id, `${r.id}: ${r.title}: ${r.reason}`);
  if (status && info.errors.length === before) await wrong(`exit status ${status}`, `corsproof ended with status ${status}: ${said}`);
}

/** Adds an error to the test, in a step of its own; the test goes on. */
async function wrong(title: string, message: string): Promise<void> {
  await test.step(title, () => judged.soft(message).toBeNothing());
}

const judged = expect.extend({
  toBeNothing: (message: string) => ({ pass: false, message: () => message }),
});

/** Tells whether the target fails by a finding, as the exit status does. */
function breaks(f: Finding, strict: boolean): boolean {
  return !f.known && (strict || f.level === 'must' || f.severity !== null);
}

/** What was looked at: a line for each group of checks. */
function groups(report: Report): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { group, verdict, known } of report.results) {
    const of = counts.get(group) ?? new Map<string, number>();
    const word = known ? 'known' : verdict === 'skip' ? 'not run' : verdict;
    counts.set(group, of.set(word, (of.get(word) ?? 0) + 1));
  }
  return [...counts].map(([group, of]) => `${group}: ${[...of].map(([word, n]) => `${n} ${word}`).join(', ')}`);
}
