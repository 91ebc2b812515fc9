import { parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { type Growth, jobs, megabytesText, type RootFigures, secondsText } from './figures.ts';
import { jobNames } from './tables.ts';

/** All in the middle between black and white, to be read on a light and on a dark page: nothing is painted behind them. */
const text = '#727b84';
const ours = '#2f8fd8';
const peers = '#8d98a3';
const lines = ['#2f8fd8', '#d9822b', '#3fa45b', '#d0535d', '#9a6fd0', '#8d98a3'];

const config: Config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  title: { color: text, fontSize: 13 },
  header: { labelColor: text, labelFontSize: 12, labelFontWeight: 'bold', labelAnchor: 'start', title: null },
  axis: { labelColor: text, titleColor: text, domainColor: text, tickColor: text, gridColor: text, gridOpacity: 0.25 },
  legend: { labelColor: text, titleColor: text, labelFontSize: 12, labelLimit: 0 },
  aria: false,
};

/** Bars of one root, a panel for each thing measured, every one with a scale of its own. */
export function drawRoot({ tools }: RootFigures): Promise<string> {
  const values = tools.flatMap(tool => {
    const bar = (measure: string, value: number, label: string) => ({ tool: tool.name, measure, value, label });
    const peaks = jobs.flatMap(job => tool.megabytes[job] ?? []);
    return [
      ...jobs.flatMap(job => {
        const seconds = tool.seconds[job];
        return seconds === undefined ? [] : [bar(jobNames[job], seconds, secondsText(seconds))];
      }),
      bar('stored', tool.stored / 1e6, megabytesText(tool.stored / 1e6)),
      ...(peaks.length > 0 ? [bar('peak memory', Math.max(...peaks), megabytesText(Math.max(...peaks)))] : []),
    ];
  });
  const y = { field: 'tool', sort: tools.map(tool => tool.name), title: null, axis: { domain: false, ticks: false } };
  return draw({
    data: { values },
    facet: {
      field: 'measure',
      type: 'nominal',
      sort: [...jobs.map(job => jobNames[job]), 'stored', 'peak memory'],
    },
    columns: 3,
    spacing: { row: 14, column: 24 },
    resolve: { scale: { x: 'independent' } },
    spec: {
      width: 170,
      height: { step: 18 },
      encoding: { y: { ...y, type: 'nominal' }, x: { field: 'value', type: 'quantitative', axis: null } },
      layer: [
        {
          mark: { type: 'bar', height: 12 },
          encoding: { color: { condition: { test: "datum.tool == 'holdfast'", value: ours }, value: peers } },
        },
        {
          mark: { type: 'text', align: 'left', dx: 4, fontSize: 11, color: text },
          encoding: { text: { field: 'label', type: 'nominal' } },
        },
      ],
    },
    config,
  });
}

/** Time and memory of each command along the number of files or snapshots, both on logarithmic scales. */
export function drawGrowth({ along, points }: Growth): Promise<string> {
  const names = Object.keys(points[0]?.seconds ?? {});
  const panel = (title: string, of: 'seconds' | 'megabytes') => ({
    title,
    width: 280,
    height: 220,
    data: {
      values: points.flatMap(point =>
        Object.entries(point[of]).map(([command, value]) => ({ command, count: point.count, value })),
      ),
    },
    mark: { type: 'line' as const, point: { size: 30 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'count',
        type: 'quantitative' as const,
        title: along,
        ...logarithmic(points.map(point => point.count)),
      },
      y: {
        field: 'value',
        type: 'quantitative' as const,
        title: null,
        ...logarithmic(points.flatMap(point => Object.values(point[of]))),
      },
      color: {
        field: 'command',
        type: 'nominal' as const,
        title: null,
        sort: names,
        scale: { domain: names, range: lines },
        legend: { orient: 'right' as const, symbolType: 'stroke', symbolStrokeWidth: 3 },
      },
    },
  });
  return draw({
    hconcat: [panel('seconds', 'seconds'), panel('megabytes of memory', 'megabytes')],
    spacing: 30,
    config,
  });
}

/** Whole powers of ten around the values, with a line at each. */
function logarithmic(values: number[]) {
  const lowest = Math.floor(Math.log10(Math.min(...values)));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...values))));
  const powers = Array.from({ length: highest - lowest + 1 }, (_, at) => 10 ** (lowest + at));
  return {
    scale: { type: 'log' as const, domain: [powers[0]!, powers.at(-1)!] },
    // Otherwise Vega leaves out the last one.
    axis: { values: powers, format: ',~r', labelOverlap: false },
  };
}

async function draw(spec: TopLevelSpec): Promise<string> {
  const svg = await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
  return `${svg}\n`;
}
