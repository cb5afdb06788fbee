import { type RefObject, useLayoutEffect, useRef } from "react";

/** The latest value, for callbacks that must not make an effect run anew. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useLayoutEffect(() => {
    ref.current = value;
  });
  return ref;
}
