import { poweredBuffer } from './power-buffer.ts';
import type { Powered } from './power-cut.ts';
import { poweredSession } from './power-session.ts';

/** What of sessions must survive a power cut, by name, each made in a directory of its own. */
export const sessionSubjects = new Map<string, (base: string) => Promise<Powered>>([
  ['session save', base => poweredSession(base, 'save')],
  ['session delete', base => poweredSession(base, 'delete')],
  ['session undelete', base => poweredSession(base, 'undelete')],
  ['session type', base => poweredBuffer(base, 'type')],
  ['session recover', base => poweredBuffer(base, 'recover')],
]);
