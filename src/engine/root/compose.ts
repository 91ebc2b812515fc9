import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { FileCalls } from '../ports.ts';
import { interpolate, readDotEnv } from './compose-variables.ts';
import { configurationText } from './configuration-text.ts';
import { isObject } from './json-text.ts';

/** The names that Docker Compose looks for, in its order; it reads the first. */
export const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;

/**
 * What a compose file says about the root. `unusable` is state that lies where no path leads (a named volume, say):
 * reported, but no reason to stop. `problem` means that nobody can know.
 */
export type ComposeFinding = { file: string } & (
  | { value: string; path: string; reason: string }
  | { unset: string }
  | { unusable: string; value: string }
  | { problem: string; value?: string }
);

interface Surroundings {
  fs: FileCalls;
  env: Record<string, string | undefined>;
  home: string;
  workspace: string;
}

interface Mount {
  service: string;
  type: string;
  source: string;
  /** Absolute, inside the container. */
  target: string;
}

/**
 * Looks for the directory of this machine that a container has at one of `containerPaths`: of every service the mount
 * that owns it, which is the one with the longest target on the way to it. The first path that something is mounted on
 * counts.
 */
export function findInCompose(surroundings: Surroundings, containerPaths: readonly string[]): ComposeFinding[] {
  const findings: ComposeFinding[] = [];
  for (const file of composeFiles) {
    const read = configurationText(surroundings.fs, path.join(surroundings.workspace, file));
    if (read === undefined) continue;
    const first = findings[0]?.file;
    if (first) findings.push({ file, unset: `Docker Compose reads ${first} and not this file.` });
    else if ('problem' in read) findings.push({ file, problem: `${file} cannot be used: ${read.problem}.` });
    else findings.push({ file, ...findFirst(surroundings, file, read.text, containerPaths) });
  }
  return findings.length > 0 ? findings : [{ file: composeFiles[0], unset: 'There is no compose file.' }];
}

type Found = ComposeFinding extends infer F ? (F extends { file: string } ? Omit<F, 'file'> : never) : never;

function findFirst(surroundings: Surroundings, file: string, text: string, containerPaths: readonly string[]): Found {
  const found = containerPaths.map(one => findInText(surroundings, file, text, one));
  return (
    found.find(one => 'path' in one || 'problem' in one) ??
    found.find(one => 'unusable' in one) ?? { unset: `${file} mounts nothing on ${containerPaths.join(' or ')}.` }
  );
}

function findInText(surroundings: Surroundings, file: string, text: string, containerPath: string): Found {
  const lineCounter = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ''), { merge: true, lineCounter, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    const kind = broken.code.toLowerCase().replaceAll('_', ' ');
    return { problem: `${file} is not valid YAML (line ${lineCounter.linePos(broken.pos[0]).line}: ${kind}).` };
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch {
    return { problem: `${file} cannot be read: its aliases refer to too much.` };
  }
  const services = isObject(content) && isObject(content.services) ? content.services : {};
  const variables = { ...readDotEnv(surroundings.fs, surroundings.workspace), ...definedOnly(surroundings.env) };
  const owners: Mount[] = [];
  let part: Mount | undefined;
  for (const [service, settings] of Object.entries(services)) {
    const volumes = isObject(settings) && Array.isArray(settings.volumes) ? settings.volumes : [];
    let owner: Mount | undefined;
    for (const volume of volumes) {
      const mount = readMount(service, volume);
      if (!mount) continue;
      const target = interpolate(mount.target, variables);
      if ('missing' in target || !target.text.startsWith('/')) continue;
      mount.target = path.posix.resolve('/', target.text);
      if (isBelow(containerPath, mount.target)) {
        if (!owner || mount.target.length > owner.target.length) owner = mount;
      } else if (isBelow(mount.target, containerPath)) part = mount;
    }
    if (owner) owners.push(owner);
  }
  const first = owners[0];
  if (!first) {
    return part
      ? { unusable: `Service ${part.service} mounts only a part of ${containerPath}.`, value: part.source }
      : { unset: `${file} mounts nothing on ${containerPath}.` };
  }
  const places = owners.map(owner => locate(surroundings, owner, containerPath, variables));
  const bound = places.filter(place => 'path' in place);
  const other = bound.find(place => place.path !== bound[0]?.path);
  if (bound[0] && other) {
    const names = owners.map(owner => owner.service).join(', ');
    return {
      problem: `The services ${names} in ${file} have different directories on ${containerPath}.`,
      value: bound[0].value,
    };
  }
  return places.find(place => 'problem' in place) ?? bound[0] ?? places[0]!;
}

/** Where on this machine the owner of the container path has it. */
function locate(
  { workspace, home }: Surroundings,
  mount: Mount,
  containerPath: string,
  variables: Record<string, string>,
): Extract<Found, { value?: string }> {
  const { service, type, target } = mount;
  const source = interpolate(mount.source, variables);
  if ('missing' in source) {
    return {
      problem: `Service ${service} mounts ${mount.source} on ${target}, and ${source.missing} is not set.`,
      value: mount.source,
    };
  }
  if (type !== 'bind' && !(type === 'short' && isPath(source.text))) {
    const what =
      type === 'tmpfs' ? 'memory' : source.text === '' ? 'an anonymous volume' : `the named volume ${source.text}`;
    return {
      unusable: `Service ${service} has ${what} on ${target}: its place on this machine is Docker's, and never guessed.`,
      value: mount.source,
    };
  }
  if (source.text === '') return { problem: `Service ${service} binds nothing on ${target}.`, value: mount.source };
  const fromHome = /^~(?=$|[/\\])/.test(source.text) ? home + source.text.slice(1) : source.text;
  const rest = path.posix.relative(target, containerPath);
  return {
    value: mount.source,
    path: path.resolve(workspace, fromHome, rest),
    reason: `Service ${service} binds ${mount.source} on ${target}.`,
  };
}

/** A volume in the short (`./data:/app/data:ro`) or long (`{type, source, target}`) syntax. */
function readMount(service: string, volume: unknown): Mount | undefined {
  if (isObject(volume)) {
    const { type = 'volume', source = '', target } = volume;
    if (typeof type !== 'string' || typeof source !== 'string' || typeof target !== 'string') return undefined;
    return { service, type, source, target };
  }
  if (typeof volume !== 'string') return undefined;
  const parts = splitShort(volume);
  const [source, target] = parts.length > 1 ? parts : ['', parts[0]];
  return { service, type: 'short', source: source ?? '', target: target ?? '' };
}

/** Splits at colons, but not at the one of a Windows drive or one inside `${NAME:-default}`. */
function splitShort(text: string): string[] {
  const parts = text.match(/(?:\$\{[^}]*\}|[^:])+/g) ?? [];
  if (/^[a-z]$/i.test(parts[0] ?? '') && /^[\\/]/.test(parts[1] ?? ''))
    return [parts.slice(0, 2).join(':'), ...parts.slice(2)];
  return parts;
}

/** In the short syntax a source is a path when it begins like one; anything else names a volume. */
function isPath(source: string): boolean {
  return /^(\.|\/|\\|~|[a-z]:[\\/])/i.test(source);
}

function isBelow(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
