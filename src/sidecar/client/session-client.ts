import type { Work } from '../../engine/ports.ts';
import type { FileInfo } from '../../protocol/common.ts';
import type {
  BufferState,
  CreateSession,
  EditBuffer,
  EditSession,
  RecoverableList,
  RecoverSession,
  RevertSession,
  Session,
  SessionDiff,
  SessionHistory,
  SessionList,
} from '../../protocol/sessions.ts';
import type { ExportSession, ImportSession, SessionExported, SessionImported } from '../../protocol/share.ts';
import { bytes, json, received, segment, type TypedApi } from './typed.ts';
import type { LongCall, Query } from './workspace-client.ts';

/** Sessions of one workspace folder. An `etag` names the version that was seen; opaque, quotes and all. */
export interface SessionClient {
  listSessions(query?: Query): Promise<SessionList>;
  showSession(id: string): Promise<Session>;
  createSession(input: CreateSession, content?: { bytes: Uint8Array; file?: string }): Promise<Session>;
  /** Rejects with VERSION_CONFLICT when the session is not the one with this `etag`; without, it overwrites. */
  updateSession(
    id: string,
    content: Uint8Array,
    where?: { file?: string | undefined; etag?: string | undefined },
  ): Promise<{ session: Session; etag: string }>;
  sessionContent(id: string, file?: string): Promise<{ bytes: Uint8Array; etag: string }>;
  sessionFiles(id: string): Promise<FileInfo[]>;
  editSession(id: string, edit: EditSession): Promise<Session>;
  deleteSession(id: string): Promise<{ deleted: string; version: number }>;
  undeleteSession(id: string): Promise<Session>;
  sessionHistory(id: string): Promise<SessionHistory>;
  sessionVersionContent(id: string, version: number, file?: string): Promise<Uint8Array>;
  /** `a` absent: the version before the last change; `b` absent: the session as it is now. */
  diffSession(id: string, a?: number, b?: number): Promise<SessionDiff>;
  revertSession(id: string, input: RevertSession): Promise<Session>;
  /** Rejects with CONFLICT, and what cannot be merged in `details.conflicts`. */
  mergeSession(id: string, content: Uint8Array, from: { base: number; file?: string | undefined }): Promise<Session>;
  recoverableSessions(): Promise<RecoverableList>;
  /** Durable once it resolves. */
  editBuffer(id: string, edit: EditBuffer): Promise<BufferState>;
  bufferContent(id: string, bufferId?: string): Promise<Uint8Array>;
  recoverSession(id: string, input: RecoverSession): Promise<Session>;
  discardBuffer(id: string, bufferId?: string): Promise<{ discarded: string[] }>;
  /** The file is one of the machine that the sidecar runs on. */
  exportSession(id: string, input: ExportSession, work?: Work): Promise<SessionExported>;
  importSession(input: ImportSession, work?: Work): Promise<SessionImported>;
}

export function sessionClient(
  { sessions }: Pick<TypedApi, 'sessions'>,
  query: { workspace: string },
  listing: (wanted?: Query) => { query: Record<string, string> & { workspace: string } },
  long: LongCall,
): SessionClient {
  const one = sessions[':id'];
  const at = (id: string) => ({ query, param: { id: segment(id) } });
  const atFile = (id: string, file: string | undefined) => ({
    query: { ...query, ...(file === undefined ? {} : { file }) },
    param: { id: segment(id) },
  });
  const atBuffer = (id: string, bufferId: string | undefined) => ({
    query: { ...query, ...(bufferId === undefined ? {} : { bufferId }) },
    param: { id: segment(id) },
  });
  return {
    listSessions: async wanted => json(sessions.$get(listing(wanted))),
    showSession: async id => (await json(one.$get(at(id)))).session,
    createSession: async (input, content) => {
      const { bytes: given, file } = content ?? {};
      const text = given && { content: Buffer.from(given).toString('base64'), encoding: 'base64' as const };
      return (
        await json(sessions.$post({ query, json: { ...input, ...text, ...(file === undefined ? {} : { file }) } }))
      ).session;
    },
    updateSession: async (id, content, { file, etag } = {}) => {
      const answer = await received(
        one.content.$put(atFile(id, file), rawBody(content, etag === undefined ? {} : { 'If-Match': etag })),
      );
      return { session: (await answer.json()).session, etag: answer.headers.get('etag') ?? '' };
    },
    sessionContent: async (id, file) => {
      const answer = await received(one.content.$get(atFile(id, file)));
      return { bytes: new Uint8Array(await answer.arrayBuffer()), etag: answer.headers.get('etag') ?? '' };
    },
    sessionFiles: async id => (await json(one.files.$get(at(id)))).files,
    editSession: async (id, edit) => (await json(one.$patch({ ...at(id), json: edit }))).session,
    deleteSession: async id => json(one.$delete(at(id))),
    undeleteSession: async id => (await json(one.undelete.$post(at(id)))).session,
    sessionHistory: async id => json(one.versions.$get(at(id))),
    sessionVersionContent: async (id, version, file) => {
      const { query, param } = atFile(id, file);
      return bytes(one.versions[':version'].content.$get({ query, param: { ...param, version: String(version) } }));
    },
    diffSession: async (id, a, b) => {
      const versions = { ...(a === undefined ? {} : { a: String(a) }), ...(b === undefined ? {} : { b: String(b) }) };
      return json(one.diff.$get({ query: { ...query, ...versions }, param: { id: segment(id) } }));
    },
    mergeSession: async (id, content, { base, file }) => {
      const { query, param } = atFile(id, file);
      const answer = one.merge.$post({ query: { ...query, base: String(base) }, param }, rawBody(content));
      return (await json(answer)).session;
    },
    recoverableSessions: () => json(sessions.recoverable.$get({ query })),
    editBuffer: async (id, edit) => json(one.buffer.$patch({ ...at(id), json: edit })),
    bufferContent: async (id, bufferId) => bytes(one.buffer.$get(atBuffer(id, bufferId))),
    recoverSession: async (id, input) => (await json(one.recover.$post({ ...at(id), json: input }))).session,
    discardBuffer: async (id, bufferId) => json(one.buffer.$delete(atBuffer(id, bufferId))),
    exportSession: async (id, input, work) => long(() => one.export.$post({ ...at(id), json: input }), work),
    importSession: async (input, work) => long(() => sessions.import.$post({ query, json: input }), work),
    revertSession: async (id, input) => (await json(one.revert.$post({ ...at(id), json: input }))).session,
  };
}

/** What a call is given besides its address, for a body that is not JSON. */
function rawBody(content: Uint8Array, headers: Record<string, string> = {}) {
  return {
    headers: { 'Content-Type': 'application/octet-stream', ...headers },
    init: { body: new Uint8Array(content) },
  };
}
