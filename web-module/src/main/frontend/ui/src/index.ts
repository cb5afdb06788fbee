/** What portal and console share: frame, theme, language, sign-in, calls of the API, toasts. */
export { type ApiMethod, ApiProblem, apiUrl, callApi } from "./api";
export { ErrorBoundary } from "./ErrorBoundary";
export { Frame, type FrameProps } from "./Frame";
export { type Language, languages, startLanguages, type Texts, useLanguage } from "./languages";
export { problemText } from "./problems";
export { Root } from "./Root";
export { SignIn } from "./SignIn";
export { type Session, SessionProvider, type SignedInUser, useSession } from "./session";
export { useStored } from "./stored";
export { type Theme, themes, useTheme } from "./theme";
export { type ToastContent, ToastProvider, useToasts } from "./toasts";
