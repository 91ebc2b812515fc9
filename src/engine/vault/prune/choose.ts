import { packTarget } from '../pack.ts';
import type { Pack, Packs } from './packs.ts';

/** What is to become of the packs. */
export interface Choice {
  /** Not marked yet, and nothing that is there needs them. */
  garbage: Pack[];
  /** Marked long enough ago, and nothing needs them, nor can anything that would be brought back. */
  deletable: Pack[];
  /** To be written anew together, and marked then. */
  rewritten: Pack[];
}

/** Less of a pack than this is needed: the rest is worth being freed. */
const wasteful = 0.5;
/** Each version of a session, and each snapshot of a small change, makes a pack of its own. */
const smallPack = packTarget / 8;
const manySmall = 10;

/** @param grace in milliseconds, counted back from `now` */
export function choosePacks({ all }: Pick<Packs, 'all'>, grace: number, now: number): Choice {
  const isDue = ({ markedAt }: Pack) => markedAt !== undefined && now - markedAt >= grace;
  const inUse = all.filter(pack => pack.live > 0);
  const small = inUse.filter(pack => pack.size < smallPack && pack.markedAt === undefined);
  const wanting = inUse.filter(pack => pack.markedAt !== undefined || pack.liveBytes < pack.bytes * wasteful);
  return {
    garbage: all.filter(pack => pack.live === 0 && pack.markedAt === undefined),
    deletable: all.filter(pack => pack.needed === 0 && isDue(pack)),
    // A mark is never taken back, so what came to be needed again while it was made is moved.
    rewritten: [...new Set([...wanting, ...(small.length >= manySmall ? small : [])])],
  };
}
