export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment for a VS Code of our own: without what an enclosing VS Code, test run or developer's shell has set
 * for itself, since a server that is started from VS Code's terminal must not talk to that window.
 */
export function serverEnvironment(extra: Environment = {}): Record<string, string> {
  const foreign = /^(VSCODE_|ELECTRON_|HOLDFAST_|NODE_TEST_)/i;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const merged = { ...Object.fromEntries(inherited), ...extra };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Without the gallery of extensions: tests ask no one outside this machine. */
export const offlineEnvironment: Environment = { EXTENSIONS_GALLERY: '{"serviceUrl":""}' };

/** A home of one's own, so that a test neither sees nor changes the user's files. */
export function homeEnvironment(home: string): Environment {
  return {
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: undefined,
    XDG_DATA_HOME: undefined,
    XDG_STATE_HOME: undefined,
    XDG_CACHE_HOME: undefined,
  };
}
