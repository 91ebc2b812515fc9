/** `npm run bench` measures snapshots; `npm run bench -- migrate` a migration; further arguments go to that part. */
const isMigrate = process.argv[2] === 'migrate';
if (isMigrate) process.argv.splice(2, 1);
await import(isMigrate ? './migrate.ts' : './bench.ts');
