import type { Profile } from '../../profiles/profile.ts';
import type { Candidate, RootInfo } from '../../protocol/root.ts';
import { HoldfastError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { type CandidateInputs, findCandidates } from './candidates.ts';
import { rootProblem } from './usable.ts';

export interface ResolveInputs extends CandidateInputs {
  ports: Pick<Ports, 'fs' | 'env' | 'home' | 'platform'>;
}

/** Which root a workspace has and why: every candidate with the reason why it won or lost. */
export interface Resolution {
  /** Absolute. With a problem: the path that was configured, empty when it cannot be understood. */
  root: string;
  source: RootInfo['source'];
  candidates: Candidate[];
  profile: Profile;
  /** Why the configured root cannot be used; its `details` hold the candidates. */
  problem?: HoldfastError;
}

/**
 * Finds the root (contract, "Finding the root"). The first candidate that is set decides: when it cannot be used, that
 * is a problem and never a reason to take the next one (design rule 8). Reads only, and never throws for a candidate.
 */
export function resolveRoot(inputs: ResolveInputs): Resolution {
  const found = findCandidates(inputs);
  const winner = found.find(candidate => !candidate.unset && !candidate.unusable)!;
  const place = `${winner.kind} ${winner.name}`;
  const problem = winner.problem ?? rootProblem(inputs.ports, inputs.workspace, winner.path!);
  const candidates = found.map((candidate): Candidate => {
    const { kind, name, value, path, reason } = candidate;
    const entry = { kind, name, value, path };
    if (candidate.unset) return { ...entry, status: 'unset', reason };
    if (candidate.unusable || candidate.problem) return { ...entry, status: 'invalid', reason };
    if (candidate === winner) {
      return problem
        ? { ...entry, status: 'invalid', reason: `${reason} ${problem.message}` }
        : { ...entry, status: 'chosen', reason };
    }
    const why = problem ? `${place} comes first and must be corrected` : `${place} comes first`;
    return { ...entry, status: 'shadowed', reason: `${reason} Not used: ${why}.` };
  });
  const resolution: Resolution = {
    root: winner.path ?? '',
    source: { kind: winner.kind, name: winner.name, value: winner.value },
    candidates,
    profile: inputs.profile,
  };
  if (!problem) return resolution;
  const hint = [problem.hint, `It was configured by ${place}.`].filter(Boolean).join(' ');
  return {
    ...resolution,
    problem: new HoldfastError(problem.code, problem.message, {
      path: problem.path,
      hint,
      details: { candidates },
      cause: problem,
    }),
  };
}
