import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import type { NodeState } from "../api/types.js";
import { useSpeech } from "../text/index.js";

/** A node's state, in colour and words. */
export function NodeStateLabel({ state }: { state: NodeState }) {
  const { t } = useSpeech();
  return (
    <Label isCompact color={state === "UP" ? "green" : state === "DRAINING" ? "orange" : "red"}>
      {t(`node.${state}`)}
    </Label>
  );
}
