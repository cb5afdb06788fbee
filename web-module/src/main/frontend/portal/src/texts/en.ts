/** English texts of the portal. */
export const en = {
  title: "Portal",
};
