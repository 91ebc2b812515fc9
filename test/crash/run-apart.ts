import { fromBody } from '../../src/engine/errors.ts';
import { runChild } from './kill.ts';
import type { Runner } from './orders.ts';

/** In a process of its own, which is really killed. */
export const runApart: Runner = async (world, order, death) => {
  const printed = await runChild('order-child', JSON.stringify({ world, order }), death);
  if (printed === undefined) return undefined;
  const { result, error } = JSON.parse(printed);
  if (error) throw fromBody(error);
  return result;
};
