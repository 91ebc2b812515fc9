import * as z from 'zod';
import { StoredVersion } from './versions.ts';
import { SessionWords } from './words.ts';

/** A session as a bundle has it: the versions that were kept, of which the last is what it was when it was exported. */
export const BundledSession = z.object({
  /** The profile of the application that it is of. */
  profile: z.string(),
  /** Root-relative. */
  location: z.string(),
  /** Null for an application's own session, which has its words in its content. */
  words: SessionWords.nullable(),
  versions: z.array(StoredVersion).min(1),
});
export type BundledSession = z.infer<typeof BundledSession>;
