import { createContext, type ReactNode, useContext } from "react";
import type { Client } from "../types";

const ClientContext = createContext<Client | null>(null);

/** Gives the hooks below it their client. */
export function CarillonProvider(props: { client: Client; children?: ReactNode }): ReactNode {
  return <ClientContext.Provider value={props.client}>{props.children}</ClientContext.Provider>;
}

/** The client of the provider above. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) {
    throw new Error("There is no CarillonProvider above");
  }
  return client;
}
