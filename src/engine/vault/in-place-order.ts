import type { ObjectStore } from './object-store.ts';

/** Things by where an object of each lies in the packs: so each block is read and decompressed once. */
export function inPlaceOrder<T>(
  store: Pick<ObjectStore, 'place'>,
  things: Iterable<T>,
  objectOf: (thing: T) => string,
): T[] {
  return Array.from(things, thing => ({ thing, place: store.place(objectOf(thing)) }))
    .sort((one, other) => one.place - other.place)
    .map(({ thing }) => thing);
}
