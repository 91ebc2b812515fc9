export async function writePages(directory: string, history: unknown[]): Promise<void> {}
