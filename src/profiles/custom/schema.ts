import * as z from 'zod';

const Id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40');
const Globs = z.array(z.string().min(1)).min(1);
const Keys = z.array(z.string().min(1)).min(1).describe('The path of keys in the JSON, from the outside in.');

const Area = z.strictObject({
  id: Id,
  title: z.string().min(1),
  secret: z.boolean().default(false).describe('Never shown, and left out of backups unless asked for.'),
  globs: Globs.describe('Relative to the root; the first area that fits a file owns it.'),
});

const Legacy = z.strictObject({
  id: Id,
  title: z.string().min(1),
  path: z
    .string()
    .min(1)
    .describe('A file or directory; ~ and the variables workspaceFolder, userHome and env:NAME are known.'),
  to: z.string().default('').describe('Where it belongs, relative to the root. Empty: the root itself.'),
  files: Globs.default(['**']).describe('Which files of the directory, relative to it.'),
  exclude: z.array(z.string().min(1)).default([]).describe('Files to leave where they are; they are listed.'),
  note: z.string().optional(),
});

const Sessions = z.strictObject({
  files: Globs.describe('Relative to the root: one JSON file a session.'),
  title: Keys,
  description: Keys.optional(),
  owner: Keys.optional(),
  createdAt: Keys.optional(),
  updatedAt: Keys.optional(),
});

/** `holdfast.profile.json`: how an application that Holdfast does not know lays out its state. */
export const CustomProfile = z.strictObject({
  $schema: z.string().optional(),
  id: Id,
  title: z.string().min(1),
  root: z
    .strictObject({
      env: z.array(z.string().min(1)).default([]).describe('Environment variables that name the root, in order.'),
      config: z.array(z.strictObject({ file: z.string().min(1), keys: Keys })).default([]),
      containerPath: z.string().startsWith('/').optional().describe('Where the state lies inside a container.'),
      default: z.string().min(1).default('data/workspace'),
    })
    .default({ env: [], config: [], default: 'data/workspace' }),
  areas: z.array(Area).min(1),
  legacy: z.array(Legacy).default([]),
  sessions: Sessions.optional(),
});
export type CustomProfile = z.infer<typeof CustomProfile>;

export const customProfileFile = 'holdfast.profile.json';

/** What editors complete and check by; published as `media/holdfast.profile.schema.json`. */
export function customProfileSchema(): object {
  return { title: customProfileFile, ...z.toJSONSchema(CustomProfile, { io: 'input' }) };
}
