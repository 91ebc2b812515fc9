import type { Random } from '../crash/random.ts';

/** Stands for brackets within brackets, which only the text can hold: whoever writes values calls itself for each. */
const deep = '@brackets within brackets@';

const values: unknown[] = [
  ...[null, true, false, 0, -1, 1, 0.5, -0.5, 1e308, 2 ** 31, 2 ** 32 - 1, 2 ** 53, -(2 ** 53), 1e21],
  ...[
    '',
    '.',
    '..',
    '../../escaped',
    '/tmp/escaped',
    'a/../../b',
    'a\\..\\b',
    'a\0b',
    '\udc80',
    '\ud800',
    '\ufeff',
    ' ',
  ],
  ...[
    '__proto__',
    'constructor',
    '9'.repeat(25),
    '9'.repeat(400),
    '-1',
    '1e9',
    '0x10',
    'x'.repeat(5000),
    '\u202e',
    'ß',
  ],
  ...[
    '2026-11-21T10:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '+275760-09-13T00:00:00.001Z',
    '0'.repeat(64),
    'f'.repeat(64),
  ],
  ...[[], {}, [[]], [null], { length: 4 }, ['..'], deep],
];

/** A list of little that is long; compressed, as in an archive, it would be almost nothing. */
function endless(random: Random): string {
  const item = random.pick(['{}', '[]', 'null', '""', '{"path":"a","reason":"b"}', '{"name":"a","type":"file"}']);
  return `[${`${item},`.repeat(random.pick([10_000, 1_000_000]))}${item}]`;
}

type Slot = { holder: unknown[] | Record<string, unknown>; key: string };

/** The value with one to three of its parts replaced, removed, doubled or exchanged, as JSON. */
export function mutatedJson(random: Random, value: unknown): string {
  const whole = { value: structuredClone(value) as unknown };
  for (let count = 1 + random.below(3); count > 0; count--) change(random, whole);
  const text = JSON.stringify(whole.value) ?? 'null';
  if (!text.includes(deep)) return text;
  if (random.below(50) === 0) return text.replace(`"${deep}"`, endless(random));
  const levels = random.pick([100, 100, 100, 5000, 100_000]);
  return text.replace(`"${deep}"`, '['.repeat(levels) + ']'.repeat(levels));
}

function change(random: Random, whole: { value: unknown }): void {
  const slots: Slot[] = [];
  const visit = (holder: Slot['holder']): void => {
    for (const [key, part] of Object.entries(holder)) {
      slots.push({ holder, key });
      if (typeof part === 'object' && part !== null) visit(part as Slot['holder']);
    }
  };
  visit(whole);
  if (slots.length === 0) return;
  const { holder, key } = random.pick(slots);
  const kind = random.below(12);
  const before = read({ holder, key });
  if (kind < 3) put(holder, key, random.pick(values));
  else if (kind < 6) put(holder, key, random.pick(values.filter(value => typeof value === typeof before)) ?? null);
  else if (kind < 7) put(holder, key, read(random.pick(slots)));
  else if (kind < 9) put(holder, key, tweaked(random, before));
  else if (kind < 10) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  } else if (kind < 11 && Array.isArray(holder)) {
    const copies = Array.from({ length: random.pick([1, 2, 300]) }, () => before);
    holder.splice(Number(key), 0, ...structuredClone(copies));
  } else if (!Array.isArray(holder)) put(holder, random.pick(['__proto__', 'x', '', key]), random.pick(values));
}

const read = ({ holder, key }: Slot): unknown => (holder as Record<string, unknown>)[key];

/** A name such as `__proto__` is one like any other in JSON. A copy, so that nothing comes to hold itself. */
function put(holder: Slot['holder'], key: string, value: unknown): void {
  const options = { enumerable: true, configurable: true, writable: true };
  Object.defineProperty(holder, key, { value: structuredClone(value), ...options });
}

function tweaked(random: Random, value: unknown): unknown {
  if (typeof value === 'number') return value + random.pick([-1, 1, 0.5, 2 ** 31]);
  if (typeof value !== 'string') return [value];
  const at = random.below(value.length + 1);
  const piece = random.pick(['/', '..', '\0', '*', '(', '+(a|', '[', '{', '!', '\udcff', '\n', value, '9'.repeat(30)]);
  return random.below(3) === 0
    ? value.slice(0, at) + value.slice(at + 1)
    : value.slice(0, at) + piece + value.slice(at);
}
