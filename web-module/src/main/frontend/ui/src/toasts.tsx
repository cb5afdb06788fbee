import {
  Alert,
  AlertActionCloseButton,
  AlertGroup,
} from "@patternfly/react-core/dist/esm/components/Alert";
import {
  createContext,
  type PropsWithChildren,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";

/** What a toast says. */
export interface ToastContent {
  readonly variant?: "success" | "danger" | "warning" | "info";
  readonly title: string;
  readonly text?: ReactNode;
  /** Links or buttons; given the way to close the toast. */
  readonly actions?: (close: () => void) => ReactNode;
  /** Stays until it is closed: for what wants a decision. */
  readonly stays?: boolean;
}

interface Toasts {
  /** Shows a toast; the oldest goes when there are too many. */
  show(content: ToastContent): void;
}

interface Toast extends ToastContent {
  readonly key: number;
}

const MAX_SHOWN = 5;
const TIMEOUT_MILLIS = 8_000;

const ToastContext = createContext<Toasts | null>(null);

/** Holds the toasts of a page, in a polite live region. */
export function ToastProvider({ children }: PropsWithChildren) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<readonly Toast[]>([]);
  const next = useRef(0);
  const show = useCallback((content: ToastContent) => {
    const key = next.current++;
    setShown((present) => [{ ...content, key }, ...present].slice(0, MAX_SHOWN));
  }, []);
  const toasts = useMemo(() => ({ show }), [show]);
  const close = (key: number) => setShown((present) => present.filter((one) => one.key !== key));
  return (
    <ToastContext value={toasts}>
      {children}
      <AlertGroup isToast isLiveRegion aria-label={t("ui.toast.list")}>
        {shown.map(({ key, variant = "info", title, text, actions, stays }) => (
          <Alert
            key={key}
            variant={variant}
            title={title}
            component="h2"
            timeout={stays ? false : TIMEOUT_MILLIS}
            onTimeout={() => close(key)}
            actionClose={
              <AlertActionCloseButton
                aria-label={t("ui.toast.close", { title })}
                onClose={() => close(key)}
              />
            }
            actionLinks={actions?.(() => close(key))}
          >
            {text}
          </Alert>
        ))}
      </AlertGroup>
    </ToastContext>
  );
}

/** The way to show a toast. */
export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (toasts === null) {
    throw new Error("useToasts outside of ToastProvider");
  }
  return toasts;
}
