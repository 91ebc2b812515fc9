import * as z from 'zod';
import { MergeConflict } from '../../../protocol/sessions.ts';
import type { HoldfastError } from '../../../sidecar/client.ts';
import { texts } from '../../messages.ts';

const Details = z.object({ conflicts: z.array(MergeConflict) });
const mostNamed = 5;

/** Where a merge met changes of both sides, in words. */
export function conflictPlaces({ details }: HoldfastError): string {
  const conflicts = Details.safeParse(details).data?.conflicts ?? [];
  const places = [...new Set(conflicts.map(({ path, file }) => path || file || texts.wholeFile()))];
  const named = places.slice(0, mostNamed).join(', ') || texts.wholeFile();
  return places.length > mostNamed ? `${named} ${texts.andMore(places.length - mostNamed)}` : named;
}
