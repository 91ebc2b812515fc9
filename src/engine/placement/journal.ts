import * as z from 'zod';
import { Count } from '../../protocol/common.ts';
import { writeDurably } from '../durable.ts';
import { isInsidePath } from '../names.ts';
import type { Ports } from '../ports.ts';
import { type RecordKind, readRecord, recordPieces } from '../record.ts';
import type { PlacementHome } from './home.ts';

/** Whoever could write a journal must not be able to point it out of the base. */
const Path = z.string().refine(isInsidePath);
const Mtime = z.string().regex(/^-?\d{1,30}$/);
const Mode = z.number().int().min(0).max(0o7777);

const JournalStep = z.discriminatedUnion('do', [
  z.object({ do: z.literal('delete'), path: Path, displaced: Count, there: z.string().optional() }),
  z.object({ do: z.literal('rmdir'), path: Path, mode: Mode, mtime: Mtime }),
  z.object({ do: z.literal('mkdir'), path: Path }),
  z.object({
    do: z.literal('put'),
    path: Path,
    staged: Count,
    displaced: Count.nullable(),
    there: z.string().optional(),
    /** Of a directory: how much is in it, at any depth. */
    holds: z.number().optional(),
  }),
]);
/** `staged` and `displaced` are names in the home's two directories; `there` is the state of what is displaced. */
export type JournalStep = z.infer<typeof JournalStep>;

const Directory = z.object({ path: Path, mode: Mode, mtime: Mtime });
const Journal = z.object({
  steps: z.array(JournalStep),
  directories: z.array(Directory),
  /** Directories that may not be written in, and are opened meanwhile, as they were. */
  closed: z.array(Directory).default([]),
});
/** Everything that is left to do once all new files are staged: with it, a placement can be finished by anyone. */
export type Journal = z.infer<typeof Journal>;

const journalKind: RecordKind<Journal> = { kind: 'placement', version: 1, schema: Journal };

export function writeJournal(ports: Ports, home: PlacementHome, journal: Journal): void {
  writeDurably(ports, home.journal, recordPieces(journalKind, journal, ports.now()));
}

export function readJournal(ports: Ports, home: PlacementHome): Journal | undefined {
  return readRecord(ports, journalKind, home.journal);
}
