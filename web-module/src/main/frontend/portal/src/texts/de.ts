import type { en } from "./en";

/** German texts of the portal. */
export const de: typeof en = {
  title: "Portal",
};
