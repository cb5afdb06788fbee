import { ApiProblem } from "@carillon/ui";
import { useCallback, useEffect, useRef, useState } from "react";
import { addressOf, type Call } from "./call.js";
import { send } from "./send.js";

/** What is known of an answer that is asked for, had, or refused. */
export interface Loaded<T> {
  data: T | undefined;
  error: ApiProblem | undefined;
  loading: boolean;
  reload: () => void;
  /** Puts a changed answer in place of the present one, until the next load. */
  replace: (data: T) => void;
}

/**
 * Asks once for each different call; null asks nothing. While another answer is on its way the
 * former stays, so that a list does not flicker while somebody types a filter.
 */
export function useLoad<T>(call: Call | null): Loaded<T> {
  const key =
    call === null
      ? null
      : `${call.method} ${addressOf(call, "")} ${JSON.stringify(call.body) ?? ""}`;
  const present = useRef(call);
  present.current = call;
  const [state, setState] = useState<{
    key: string | null;
    data?: T;
    error?: ApiProblem;
    loading: boolean;
  }>({
    key,
    loading: key !== null,
  });
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a round asks again for the same key
  useEffect(() => {
    const asked = present.current;
    if (key === null || asked === null) {
      setState({ key, loading: false });
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, key, loading: true }));
    send<T>(asked, abort.signal).then(
      (data) => setState({ key, data, loading: false }),
      (failure: unknown) => {
        if (!abort.signal.aborted) {
          const error = failure instanceof ApiProblem ? failure : new ApiProblem("INTERNAL", 0);
          setState((before) => ({ ...before, key, error, loading: false }));
        }
      },
    );
    return () => abort.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const replace = useCallback(
    (data: T) => setState((before) => ({ key: before.key, data, loading: false })),
    [],
  );
  return { data: state.data, error: state.error, loading: state.loading, reload, replace };
}
