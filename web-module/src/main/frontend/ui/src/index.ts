/** What portal and console share: theme, language, sign-in. */
export const product = "Carillon";
