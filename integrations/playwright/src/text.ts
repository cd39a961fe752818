import type { Finding } from './run.js';

/** A finding as the message of a test. */
export function text(f: Finding): string {
  const labelled = (label: string, value: string | undefined) =>
    value ? [`  ${label.padEnd(6)} ${value.replaceAll('\n', '\n         ')}`] : [];
  return [
    `${f.title} [${f.severity ? `security: ${f.severity}` : f.level}, ${f.side}]`,
    ...labelled('who', f.affects),
    ...(f.received ?? []).map((line) => `       - ${line}`),
    ...(f.wanted ?? []).map((line) => `       + ${line}`),
    ...labelled('Chrome', f.says),
    ...labelled('why', f.why),
    ...labelled('set', f.setting),
    ...labelled('fix', f.fix),
    ...labelled('see', f.docs),
    ...labelled('checks', `${f.id} explains ${some(f.explains, 5)}`),
  ].join('\n');
}

function some(list: string[], most: number): string {
  const more = list.length - most;
  return list.slice(0, most).join(', ') + (more > 0 ? `, and ${more} more` : '');
}
