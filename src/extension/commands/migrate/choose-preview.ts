import { HoldfastError } from '../../../sidecar/client.ts';
import { texts } from '../../messages.ts';
import type { Preview } from '../../plans.ts';
import type { Services } from '../../services.ts';
import { chooseWorkspace, given, nodesOf } from '../choose.ts';

/**
 * The plan that a command is about: that of the row or the named folder, the only one, else the person's choice.
 *
 * @throws USAGE when none is previewed
 */
export async function choosePreview(services: Services, args: readonly unknown[]): Promise<Preview | undefined> {
  const [first, ...others] = services.plans.all;
  const named = nodesOf(args).length > 0 || given(args).folder !== undefined;
  if (!named && first && others.length > 0) {
    const choices = [first, ...others].map(preview => ({
      label: preview.workspace.name,
      description: preview.plan.root,
      value: preview,
    }));
    return services.prompts.pick(choices, { title: texts.whichFolder() });
  }
  const workspace = named ? await chooseWorkspace(services, args) : first?.workspace;
  if (named && !workspace) return undefined;
  const preview = workspace && services.plans.of(workspace);
  if (!preview) throw new HoldfastError('USAGE', texts.noPreview(), { hint: texts.noPreviewHint() });
  return preview;
}
