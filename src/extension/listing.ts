export interface Page<Item> {
  readonly items: Item[];
  readonly total: number;
  readonly nextCursor: string | null;
}

export interface Listed<Item> {
  readonly items: Item[];
  readonly total: number;
  readonly more: boolean;
}

/** A paged listing as far as it was asked for. What it holds is forgotten as soon as it may have changed on disk. */
export class Listing<Item> {
  private loaded: Promise<Listed<Item>> | undefined;
  private pages = 1;
  private readonly load: (cursor: string | undefined) => Promise<Page<Item>>;

  constructor(load: (cursor: string | undefined) => Promise<Page<Item>>) {
    this.load = load;
  }

  get(): Promise<Listed<Item>> {
    if (!this.loaded) {
      const loading = this.loadPages();
      this.loaded = loading;
      loading.catch(() => {
        if (this.loaded === loading) this.loaded = undefined;
      });
    }
    return this.loaded;
  }

  /** One page more from now on. */
  extend(): void {
    this.pages += 1;
    this.loaded = undefined;
  }

  forget(): void {
    this.loaded = undefined;
  }

  private async loadPages(): Promise<Listed<Item>> {
    const items: Item[] = [];
    let cursor: string | undefined;
    for (let page = 1; ; page += 1) {
      const { items: found, total, nextCursor } = await this.load(cursor);
      items.push(...found);
      if (nextCursor === null || page >= this.pages) return { items, total, more: nextCursor !== null };
      cursor = nextCursor;
    }
  }
}
