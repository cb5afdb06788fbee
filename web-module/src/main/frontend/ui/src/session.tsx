import {
  createContext,
  type PropsWithChildren,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { ApiProblem, callApi, onUnauthenticated } from "./api";

/** Who is signed in, as `/api/me` tells. */
export interface SignedInUser {
  readonly id: string;
  readonly name: string;
  readonly avatarUrl: string | null;
  readonly role: string;
  readonly organization: string;
}

/** The session of this browser; the token itself is in a cookie that no script can read. */
export interface Session {
  /** `loading` until the server has said whether there is one. */
  readonly state: "loading" | "signedOut" | "signedIn";
  readonly user: SignedInUser | null;
  /** Whether a session was there and has ended by itself. */
  readonly ended: boolean;
  /** @throws ApiProblem if the server refuses */
  signIn(userId: string, password: string): Promise<void>;
  signOut(): Promise<void>;
  /**
   * A fresh token in the same session, in the cookie, too.
   *
   * @throws ApiProblem if the session is over
   */
  renew(): Promise<string>;
}

interface SessionAnswer {
  readonly token: string;
  readonly expiresAt: string | null;
  readonly user: SignedInUser;
}

interface State {
  readonly state: Session["state"];
  readonly user: SignedInUser | null;
  readonly expiresAt: string | null;
  readonly ended: boolean;
}

const SIGNED_OUT: State = { state: "signedOut", user: null, expiresAt: null, ended: false };
const RENEW_BEFORE_MILLIS = 60_000;
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

const SessionContext = createContext<Session | null>(null);

/** Asks once who is signed in, keeps the session alive, and signs out all tabs together. */
export function SessionProvider({ children }: PropsWithChildren) {
  const [state, setState] = useState<State>({ ...SIGNED_OUT, state: "loading" });
  const tabs = useMemo(() => new BroadcastChannel("carillon-session"), []);

  const enter = useCallback((next: SignedInUser, expiresAt: string | null) => {
    setState(({ user }) => ({
      state: "signedIn",
      user: user !== null && isSame(user, next) ? user : next, // a renewal is no new user
      expiresAt,
      ended: false,
    }));
  }, []);

  const accept = useCallback(
    (answer: SessionAnswer) => {
      enter(answer.user, answer.expiresAt);
      return answer.token;
    },
    [enter],
  );

  const askWho = useCallback(async () => {
    try {
      const { expiresAt, ...me } = await callApi<SignedInUser & { expiresAt: string | null }>(
        "GET",
        "me",
      );
      enter(me, expiresAt);
    } catch (failure) {
      if (failure instanceof ApiProblem && failure.status === 401) {
        setState((present) => (present.state === "loading" ? SIGNED_OUT : present));
      } else {
        setTimeout(askWho, 2_000); // no answer is no refusal
      }
    }
  }, [enter]);

  useEffect(() => {
    askWho();
    const told = () => askWho();
    tabs.addEventListener("message", told);
    return () => tabs.removeEventListener("message", told);
  }, [askWho, tabs]);

  useEffect(
    () =>
      onUnauthenticated(() =>
        setState((present) =>
          present.state === "signedIn" ? { ...SIGNED_OUT, ended: true } : present,
        ),
      ),
    [],
  );

  const renew = useCallback(
    async () => accept(await callApi<SessionAnswer>("POST", "me/token")),
    [accept],
  );

  useEffect(() => {
    if (state.expiresAt === null) {
      return;
    }
    const inMillis = Date.parse(state.expiresAt) - Date.now() - RENEW_BEFORE_MILLIS;
    const timer = setTimeout(
      () => renew().catch(() => {}), // a 401 has told everybody; else the next call tries again
      Math.min(Math.max(inMillis, 5_000), MAX_TIMER_MILLIS),
    );
    return () => clearTimeout(timer);
  }, [state.expiresAt, renew]);

  const signIn = useCallback(
    async (userId: string, password: string) => {
      accept(await callApi<SessionAnswer>("POST", "login", { userId, password }));
      tabs.postMessage("changed");
    },
    [accept, tabs],
  );

  const signOut = useCallback(async () => {
    await callApi("POST", "logout");
    setState(SIGNED_OUT);
    tabs.postMessage("changed");
  }, [tabs]);

  const session = useMemo<Session>(
    () => ({
      state: state.state,
      user: state.user,
      ended: state.ended,
      signIn,
      signOut,
      renew,
    }),
    [state, signIn, signOut, renew],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

function isSame(a: SignedInUser, b: SignedInUser): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.avatarUrl === b.avatarUrl &&
    a.role === b.role &&
    a.organization === b.organization
  );
}

/** The session of this browser. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) {
    throw new Error("useSession outside of SessionProvider");
  }
  return session;
}
