import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The version of the JSON report that is read. */
const reportVersion = 2;

/** What the endpoint is meant to allow. A part that is left out is held to be not allowed. */
export interface Policy {
  name?: string;
  doc?: string;
  /** As browsers send them, or `['*']`. */
  origins?: string[];
  /** `https://*.example.com` is any subdomain, `http://localhost:*` any port. */
  origin_patterns?: string[];
  /** Of whole origins, without anchors. */
  origin_regexes?: string[];
  /** Requests with credentials are allowed. */
  credentials?: boolean;
  /** Besides GET, HEAD and POST. */
  methods?: string[];
  request_headers?: string[];
  /** What scripts may read. */
  expose_headers?: string[];
  /** Seconds; any if left out. */
  max_age?: number;
  private_network?: boolean;
  /** Who may read the times of loads; not judged if left out. */
  timing_origins?: string[];
}

/** The options of a run. What is left out is left to the program. */
export interface Options {
  /** What the endpoint is meant to allow, or the path of a policy file. Without one the target serves the contract, every standard policy. */
  policy?: Policy | string;
  /** The path of the endpoint; left out: what the target's URL says. */
  path?: string;
  /** Run only checks that one of the globs matches: CASE, CASE/POLICY, GROUP or GROUP/CASE. */
  focus?: string[];
  /** Leave out the checks that one of the globs matches. */
  skip?: string[];
  /** Failures that are known and stay: a cause, or a glob of checks, with the reason. One that passes after all fails. */
  known?: Record<string, string>;
  /** `none`: the model alone, the default; `chrome`: in Chromium too, that of Playwright's configuration; `auto`: if there is one. */
  browser?: 'none' | 'auto' | 'chrome';
  /** Folders with more case files. */
  cases?: string[];
  /** Of a single request, in milliseconds; left out: 10,000. */
  timeout?: number;
  /** Warnings fail, and what is undecided. */
  strict?: boolean;
  /** More flags of `corsproof run`, such as `['--bearer-env', 'TOKEN']`. */
  args?: string[];
}

/** A cause of what failed, with its evidence; all fields are in docs/report.md. */
export interface Finding {
  id: string;
  title: string;
  level: 'must' | 'should' | 'practice' | 'info';
  severity: 'critical' | 'high' | 'medium' | 'low' | null;
  side: string;
  affects?: string;
  received?: string[];
  wanted?: string[];
  says?: string;
  why?: string;
  setting?: string;
  fix?: string;
  docs?: string;
  explains: string[];
  /** Why it stays for now, where it is listed as known. */
  known?: string;
}

/** What came of a run. */
export interface Report {
  version: number;
  tool: string;
  counts: { checks: number; pass: number; fail: number; warn: number; skip: number; undecided: number; error: number };
  findings: Finding[];
  results: { id: string; group: string; title: string; verdict: string; reason?: string; known?: string }[];
  baseline?: { stale?: string[] };
}

/** A run that gave a verdict: its exit status, 0 or 1, and what it wrote to standard error. */
export interface Run {
  status: number;
  said: string;
  report: Report;
}

/** Runs the table against a target, a URL or flags that name one, with its files in a folder. Throws where there is no verdict. */
export async function run(program: string, target: string[], options: Options, folder: string, signal: AbortSignal): Promise<Run> {
  const file = join(folder, 'corsproof.json');
  const args = ['run', ...target, ...(await flags(options, folder)), '--quiet', '--json', file, '--report', `html=${join(folder, 'corsproof.html')}`];
  const { status, said } = await start(program, args, signal);
  if (status !== 0 && status !== 1) {
    throw new Error(`corsproof ended with status ${status}: ${[program, ...args].join(' ')}\n${said}`);
  }
  const report: Report = JSON.parse(await readFile(file, 'utf8'));
  if (report.version !== reportVersion) {
    throw new Error(`${report.tool} writes version ${report.version} of the report, and @corsproof/playwright reads ${reportVersion}: update the older one`);
  }
  return { status, said, report };
}

async function flags(options: Options, folder: string): Promise<string[]> {
  const flags: string[] = [];
  const write = async (flag: string, name: string, value: unknown) => {
    await writeFile(join(folder, name), JSON.stringify(value)); // JSON is YAML
    flags.push(flag, join(folder, name));
  };
  if (typeof options.policy === 'string') flags.push('--policy', options.policy);
  else if (options.policy) await write('--policy', 'policy.yaml', options.policy);
  if (options.known) {
    await write('--baseline', 'baseline.yaml', { known: Object.entries(options.known).map(([id, reason]) => ({ id, reason })) });
  }
  for (const name of ['focus', 'skip', 'cases'] as const) {
    for (const value of options[name] ?? []) flags.push(`--${name}`, value);
  }
  if (options.browser) flags.push('--browser', options.browser);
  if (options.timeout) flags.push('--timeout', `${options.timeout}ms`);
  if (options.strict) flags.push('--strict');
  return [...flags, ...(options.args ?? [])];
}

/** Starts the program and waits for its end; the page that it prints is in the report too. */
function start(program: string, args: string[], signal: AbortSignal): Promise<{ status: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', (error) => reject(new Error(`starting ${program}: ${error.message}. npm install -D corsproof, or set CORSPROOF_BINARY`)));
    child.on('close', (status) => resolve({ status, said: said.trim() }));
  });
}
