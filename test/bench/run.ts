/** `npm run bench` measures the vault beside its peers, `-- growth` how its cost grows, `-- migrate` a migration. */
const parts = ['vault', 'growth', 'migrate'];
const named = parts.find(part => part === process.argv[2]);
if (named) process.argv.splice(2, 1);
await import(`./${named ?? 'vault'}.ts`);
