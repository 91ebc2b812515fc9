import * as z from 'zod';

// What is wrong with a value is told as the end of a sentence that begins with the name of the field.
const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens, at most 40, no hyphen first');
const Text = z.string().min(1).max(1000);
const Title = z.string().min(1).max(200);
const Path = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\0]*$/, 'must not hold a zero byte');
const Globs = z.array(Text).min(1).max(200);
const Keys = z.array(Text).min(1).max(20);
const keysOf = (what: string) => Keys.describe(`${what}: the path of keys in the JSON, from the outside in.`);

const Area = z.strictObject({
  id: Id.describe('Its name on the command line: `--area <id>`.'),
  title: Title.describe('What people read.'),
  secret: z.boolean().default(false).describe('Never shown, and left out of backups unless asked for.'),
  globs: Globs.describe('Its files, relative to the root. The first area that fits a file owns it.'),
});

const variables = ['workspaceFolder', 'userHome', 'env:NAME'].map(name => `\${${name}}`).join(', ');

const Legacy = z.strictObject({
  id: Id.describe('A name of its own.'),
  title: Title.describe('What people read.'),
  path: Path.describe(
    `A file or directory. Relative paths start at the workspace folder; known are ~, ${variables}. A place whose environment variable is not set is passed over, with a warning.`,
  ),
  to: z
    .string()
    .max(4096)
    .default('')
    .describe(
      'Where it belongs, relative to the root. Of a directory: the directory that takes its content; empty: the root itself. Of a file: its new name with all directories; empty: its own name.',
    ),
  files: Globs.default(['**']).describe('Which files of the directory, relative to it.'),
  exclude: z.array(Text).max(200).default([]).describe('Which of them to leave where they are; the plan lists them.'),
  note: Text.optional().describe('Said in the plan with each of its files.'),
});

const Sessions = z.strictObject({
  files: Globs.describe('One JSON file a session, relative to the root. Files in a secret area are never sessions.'),
  id: keysOf('The id. Without it: the name of the file, without its extension').optional(),
  title: keysOf('The title'),
  description: keysOf('The description').optional(),
  owner: keysOf('Who it belongs to').optional(),
  createdAt: keysOf('When it was made. A time without a zone is UTC').optional(),
  updatedAt: keysOf('When it was last changed. A time without a zone is UTC').optional(),
});

const Config = z.strictObject({
  file: Path.describe('A JSON file, relative to the workspace folder.'),
  keys: keysOf('The root'),
});

const Root = z.strictObject({
  env: z
    .array(z.string().regex(/^[^=\0]{1,200}$/, 'must be the name of an environment variable'))
    .max(20)
    .default([])
    .describe('Environment variables that name the root, after HOLDFAST_ROOT, in this order.'),
  config: z.array(Config).max(20).default([]).describe('Config files that name the root, after the environment.'),
  containerPath: z
    .string()
    .regex(/^\/[^\0]*$/, 'must begin with /')
    .optional()
    .describe('Where the state lies inside a container: a bind mount onto it in the compose file names the root.'),
  default: Path.default('data/workspace').describe('The root when nothing else names one.'),
});

/** `holdfast.profile.json`: how an application that Holdfast does not know lays out its state. */
export const CustomProfile = z.strictObject({
  $schema: z.string().optional(),
  id: Id.describe('The name for `--profile`. That of an application that Holdfast knows takes its place.'),
  title: Title.describe('What people read.'),
  root: Root.default({ env: [], config: [], default: 'data/workspace' }).describe('How the root is found.'),
  areas: z.array(Area).min(1).max(100).describe('The parts of the root.'),
  legacy: z.array(Legacy).max(100).default([]).describe('Where state lies, or used to lie, outside the root.'),
  sessions: Sessions.optional().describe('What `holdfast session list` and the view of sessions show.'),
});
export type CustomProfile = z.infer<typeof CustomProfile>;

export const customProfileFile = 'holdfast.profile.json';

/** What editors complete and check by; published as `media/holdfast.profile.schema.json`. */
export function customProfileSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(CustomProfile, { io: 'input', target: 'draft-7' });
  const description = 'How an application that Holdfast does not know lays out its state.';
  // VS Code's own keywords: the file is read as its settings are.
  return { $schema, title: customProfileFile, description, allowComments: true, allowTrailingCommas: true, ...schema };
}
