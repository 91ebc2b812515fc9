import { isObject } from '../../engine/root/json-text.ts';
import { type BoundedJson, type JsonProblem, own } from '../reading/bounded-json.ts';

/**
 * What is odd about the content of a file that the program knows. Every file is kept byte for byte whatever is said
 * here; sentences tell what the program makes of it, and never quote what the file holds.
 */
export function inspectContent(target: string, json: BoundedJson): string[] {
  const known = kinds.find(kind => kind.pattern.test(target));
  if (!known) return [];
  if ('kind' in json) return [problemText(json, known)];
  if (!isObject(json.value))
    return [
      `It does not hold an object${known.check ? ', and the program fails on it' : ', as the program expects'}. ${kept}`,
    ];
  return known.check?.(json.value).map(one => `${one} ${kept}`) ?? [];
}

/** Whether anything is known of the content of what goes there, so that only such files are read. */
export function isInspected(target: string): boolean {
  return kinds.some(kind => kind.pattern.test(target));
}

const kept = 'Kept as it is.';

interface Kind {
  /** On the path in the root. */
  pattern: RegExp;
  /** What the program does with a file that it cannot read as JSON. */
  unusable: string;
  check?: (value: Record<string, unknown>) => string[];
}

const usesDefaults = 'the program uses its defaults instead';
const usesNothing = 'the program takes it for an empty list';

const kinds: readonly Kind[] = [
  {
    pattern: /(^|\/)plan_settings\.json$/,
    unusable: 'the program takes it for absent, and the next change overwrites it and forgets a used trial',
    check: checkSettings,
  },
  { pattern: /(^|\/)plan_catalog\.json$/, unusable: usesDefaults, check: checkCatalog },
  { pattern: /(^|\/)plan_config\.json$/, unusable: usesDefaults, check: checkConfig },
  { pattern: /(^|\/)summary_cache\.json$/, unusable: 'the program starts with an empty cache', check: checkNews },
  { pattern: /(^|\/)toss_orders\.json$/, unusable: usesNothing, check: list('orders') },
  { pattern: /(^|\/)toss_order_context\.json$/, unusable: usesNothing, check: list('contexts') },
  {
    pattern: /(^|\/)toss_webhook_events\.json$/,
    unusable: 'the program forgets which payments it has handled',
    check: list('events'),
  },
  { pattern: /(^|\/)\.state\/[^/]+\.json$/, unusable: 'the program starts again at the beginning of the log' },
  { pattern: /(^|\/)(admin(\/onboarding)?|user_settings)\/[^/]+\.json$/, unusable: usesDefaults },
];

function problemText({ kind, problem }: JsonProblem, { unusable }: Kind): string {
  if (kind === 'limit' || kind === 'unreadable') return `Not checked: ${problem}.`;
  if (kind === 'python-numbers') return `Not strict JSON: ${problem}; the program reads them. ${kept}`;
  return `It cannot be used: ${problem}; ${unusable}. ${kept}`;
}

const tiers = new Set(['free', 'starter', 'pro', 'enterprise']);

function checkSettings(settings: Record<string, unknown>): string[] {
  const found: string[] = [];
  const tier = own(settings, 'planTier');
  if (typeof tier !== 'string' || !tiers.has(tier)) {
    found.push('Its planTier is none that the program knows; it is read as "free".');
  }
  const updatedAt = own(settings, 'updatedAt');
  if (!isTime(updatedAt)) {
    found.push('Its updatedAt is no time: the program puts "now" in its place, so no editor can save against it.');
  }
  return found;
}

function checkCatalog(catalog: Record<string, unknown>): string[] {
  const cards = own(catalog, 'tiers');
  if (!Array.isArray(cards)) return ['Its tiers are not a list.'];
  const names = cards.map(card => own(card, 'tier'));
  const unknown = names.filter(name => typeof name !== 'string' || !tiers.has(name)).length;
  const found: string[] = [];
  if (unknown > 0) found.push(`${counted(unknown, 'card has', 'cards have')} an unknown tier; the program skips them.`);
  const known = names.filter(name => typeof name === 'string');
  if (new Set(known).size < known.length) found.push('Several cards have the same tier; saving keeps one of them.');
  return found;
}

function checkConfig(config: Record<string, unknown>): string[] {
  const ofTiers = own(config, 'tiers');
  if (!Array.isArray(ofTiers) && !isObject(ofTiers)) return ['Its tiers are neither an object nor a list.'];
  const found: string[] = [];
  if (Array.isArray(ofTiers))
    found.push('Its tiers are a list, as an older writer left them; the program reads that too.');
  const quotas = (Array.isArray(ofTiers) ? ofTiers : Object.values(ofTiers)).map(tier => own(tier, 'quota'));
  const texts = quotas.flatMap(quota => (isObject(quota) ? Object.values(quota) : []));
  if (texts.some(value => typeof value === 'string'))
    found.push('Some quotas are numbers in quotes; the program reads them.');
  return found;
}

function checkNews(cache: Record<string, unknown>): string[] {
  const entries = Object.values(cache);
  const wrong = entries.filter(entry => !isObject(entry)).length;
  const timeless = entries.filter(entry => isObject(entry) && !isTime(own(entry, 'generated_at'))).length;
  return [
    ...(wrong > 0 ? [`${counted(wrong, 'summary is', 'summaries are')} not an object.`] : []),
    ...(timeless > 0
      ? [`${counted(timeless, 'summary has', 'summaries have')} a generated_at that is no time: it never expires.`]
      : []),
  ];
}

function list(key: string): (value: Record<string, unknown>) => string[] {
  return value => (Array.isArray(own(value, key)) ? [] : [`It has no list "${key}"; the program takes it for empty.`]);
}

function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

function isTime(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(value) &&
    !Number.isNaN(Date.parse(value.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1')))
  );
}

/**
 * Which generation of the program wrote plan settings, told by the keys: it never wrote a version. All are read by
 * today's program as they are, so none is rewritten. `undefined` for today's, and for what is no settings at all.
 */
export function settingsGeneration(json: BoundedJson): string | undefined {
  if ('kind' in json || !isObject(json.value) || own(json.value, 'planTier') === undefined) return undefined;
  const flags = own(json.value, 'memoryFlags');
  if (flags === undefined) return 'Written before 7 November 2025: without memoryFlags and trial.';
  if (own(json.value, 'trial') === undefined) return 'Written before 9 November 2025: without trial.';
  if (own(flags, 'digest') !== undefined) return 'Written before 20 November 2025: memoryFlags with a digest.';
  if (own(flags, 'watchlist') !== undefined) return 'Written before 24 November 2025: memoryFlags with a watchlist.';
  return undefined;
}
