import { HoldfastError } from '../errors.ts';

/** Prune marked or removed what was about to be referred to. Whoever stores begins again (storing.ts). */
export class PacksTaken extends HoldfastError {
  constructor() {
    super('CONFLICT', 'The vault was pruned meanwhile, again and again.', { hint: 'Run the command again.' });
  }
}
