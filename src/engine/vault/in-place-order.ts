import type { ObjectStore } from './object-store.ts';

/** Things as an object of each lies in the packs, so that each block is read and decompressed once; what is lost comes last. */
export function inPlaceOrder<T>(
  store: Pick<ObjectStore, 'locate'>,
  things: Iterable<T>,
  objectOf: (thing: T) => string,
): T[] {
  return Array.from(things, thing => ({ thing, place: store.locate(objectOf(thing)) }))
    .sort(({ place: a }, { place: b }) => {
      if (!a || !b) return a ? -1 : b ? 1 : 0;
      return a.pack === b.pack ? a.offset - b.offset || a.at - b.at : a.pack < b.pack ? -1 : 1;
    })
    .map(({ thing }) => thing);
}
