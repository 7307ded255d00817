import type { ComprehensionExpression } from "./ast.js";
import type { Planner } from "./evaluator.js";
import type { Frame, Step } from "./frame.js";
import { CelError, ListValue, MapValue, type Result } from "./values.js";

/** Plans a loop. Its cost is that of its parts; one that is run over nothing, as `optMap` makes them, only names a value. */
export const planComprehension = (planner: Planner, loop: ComprehensionExpression): Step => {
  const range = planner.plan(loop.range);
  const initial = planner.plan(loop.initial);
  return planner.withLocals([loop.accumulator], ([accumulator]) => {
    const result = planner.plan(loop.result);
    const second = loop.secondVariable;
    const names = second === undefined ? [loop.variable] : [loop.variable, second];
    return planner.withLocals(names, ([first, other]) => {
      const condition = planner.plan(loop.condition);
      const step = planner.plan(loop.step);
      const body: Step = (frame) => {
        if (condition(frame) !== true) return false;
        frame.locals[accumulator!] = step(frame);
        return true;
      };
      return (frame) => {
        const over = range(frame);
        if (over instanceof CelError) return over;
        if (!(over instanceof ListValue) && !(over instanceof MapValue)) return new CelError("no such overload");
        frame.locals[accumulator!] = initial(frame);
        const failure =
          over instanceof ListValue ? eachItem(frame, over, first!, other, body) : eachKey(frame, over, first!, other, body);
        return failure ?? result(frame);
      };
    });
  });
};

const eachItem = (frame: Frame, list: ListValue, first: number, second: number | undefined, body: Step): Result | undefined => {
  for (let index = 0; index < list.size; index++) {
    const item = list.at(index);
    frame.locals[first] = second === undefined ? item : BigInt(index);
    if (second !== undefined) frame.locals[second] = item;
    if (body(frame) === false) break;
  }
  return undefined;
};

const eachKey = (frame: Frame, map: MapValue, first: number, second: number | undefined, body: Step): Result | undefined => {
  for (const key of map.keys()) {
    frame.locals[first] = key;
    if (second !== undefined) frame.locals[second] = map.find(key) ?? null;
    if (body(frame) === false) break;
  }
  return undefined;
};
