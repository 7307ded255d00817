import { quote } from "../../../src/api/go-format.js";
import { formatTime } from "../../../src/api/time.js";
import type { FlowSchema } from "../../../src/api/types.js";

type Condition = NonNullable<NonNullable<FlowSchema["status"]>["conditions"]>[number];

/** The condition of a flow schema that says whether its priority level is there. */
export function dangling({ spec }: Pick<FlowSchema, "spec">, levelExists: boolean, nowMs: number): Condition {
  const references = `This FlowSchema references the PriorityLevelConfiguration object named ${quote(spec?.priorityLevelConfiguration.name)}`;
  return {
    type: "Dangling",
    status: levelExists ? "False" : "True",
    lastTransitionTime: formatTime(nowMs),
    reason: levelExists ? "Found" : "NotFound",
    message: levelExists ? `${references} and it exists` : `${references} but there is no such object`,
  };
}
