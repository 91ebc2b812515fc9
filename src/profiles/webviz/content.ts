import { isObject } from '../../engine/root/json-text.ts';
import { own, readJsonText } from '../reading/bounded-json.ts';

/**
 * The known keys of a session's content: an object by its keys, a list by its one item, anything else by `any`. Webviz
 * rejects a content with any other key and then opens nothing of it; it has no version by which to tell why.
 */
type Shape = 'any' | readonly [Shape] | { readonly [key: string]: Shape };

function keys(names: string): Record<string, Shape> {
  return Object.fromEntries(names.split(' ').map(name => [name, 'any']));
}

const shape: Shape = {
  activeDashboardId: 'any',
  dashboards: [
    {
      ...keys('id name description activeModuleInstanceId'),
      moduleInstances: [
        {
          moduleInstanceState: {
            ...keys('id name syncedSettingKeys'),
            dataChannelManagerState: {
              subscriptions: [keys('idString listensToModuleInstanceId channelIdString contentIdStrings')],
            },
            serializedState: keys('settings view'),
          },
          layoutState: keys('relX relY relHeight relWidth minimized maximized'),
        },
      ],
    },
  ],
  ensembleSet: {
    regularEnsembles: [keys('ensembleIdent color name caseName')],
    deltaEnsembles: [
      keys(
        'referenceEnsembleIdent comparisonEnsembleIdent color name referenceEnsembleCaseName comparisonEnsembleCaseName',
      ),
    ],
  },
  ensembleRealizationFilterSet: [
    {
      ensembleIdentString: 'any',
      realizationFilter: keys(
        'assignedEnsembleIdentString includeExcludeFilter filterType realizationNumberSelections parameterIdentStringToValueSelectionMap',
      ),
    },
  ],
  settings: {
    selectedColorPalettes: keys('categorical continuous-sequential continuous-diverging'),
    discreteColorScaleSteps: keys('sequential diverging'),
  },
  userCreatedItems: { intersectionPolylines: { intersectionPolylines: [keys('id name color path fieldId')] } },
};

/** What Webviz would stumble over in a content text. Says where, never what is there. */
export function contentProblems(text: string): string[] {
  const json = readJsonText(text);
  if ('kind' in json) return [`Its content cannot be used: ${json.problem}. Kept as it is.`];
  return parsedContentProblems(json.value);
}

/** As `contentProblems`, for content that is no text inside a document but part of it. */
export function parsedContentProblems(content: unknown): string[] {
  if (!isObject(content)) return ['Its content does not hold an object.'];
  const problems: string[] = [];
  const missing = Object.keys(shape).filter(key => !Object.hasOwn(content, key));
  if (missing.length > 0) problems.push(`Its content lacks ${missing.join(', ')}: Webviz cannot open it.`);
  const strange = [...new Set(unknownKeys(content, shape, ''))];
  if (strange.length > 0) {
    const [first = ''] = strange;
    const more = strange.length > 1 ? ` and ${strange.length - 1} more places` : '';
    problems.push(
      `Its content has an unknown key in ${first || 'the outermost object'}${more}: Webviz cannot open it.`,
    );
  }
  const broken = brokenModules(content);
  if (broken > 0) {
    const modules = broken === 1 ? '1 module has' : `${broken} modules have`;
    problems.push(
      `${modules} a state that is not JSON: Webviz drops it when it opens this, and its next save loses it.`,
    );
  }
  return problems;
}

/** The places (`dashboards[].moduleInstances[]`) of objects with keys that are not in the shape. */
function unknownKeys(value: unknown, known: Shape, place: string): string[] {
  if (known === 'any') return [];
  if (isItem(known)) {
    return Array.isArray(value) ? value.flatMap(item => unknownKeys(item, known[0], `${place}[]`)) : [];
  }
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap(key =>
    Object.hasOwn(known, key)
      ? unknownKeys(value[key], known[key] ?? 'any', place === '' ? key : `${place}.${key}`)
      : [place],
  );
}

function isItem(known: Shape): known is readonly [Shape] {
  return Array.isArray(known);
}

/** Modules with a `settings` or `view` text that does not hold JSON; one such text drops both. */
function brokenModules(content: unknown): number {
  const items = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  return items(own(content, 'dashboards'))
    .flatMap(dashboard => items(own(dashboard, 'moduleInstances')))
    .map(module => own(own(module, 'moduleInstanceState'), 'serializedState'))
    .filter(state =>
      ['settings', 'view'].some(key => {
        const text = own(state, key);
        return typeof text === 'string' && 'kind' in readJsonText(text);
      }),
    ).length;
}
