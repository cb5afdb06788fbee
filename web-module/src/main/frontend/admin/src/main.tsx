import "@patternfly/react-core/dist/styles/base.css";
import "@carillon/ui/style.css";
import "./style.css";
import { Root, startLanguages } from "@carillon/ui";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.js";
import { de } from "./text/de.js";
import { en } from "./text/en.js";

// The shared parts ask i18next for the page's name; all other texts are typed, see ./text.
startLanguages({
  en: { admin: { title: en["app.title"] } },
  de: { admin: { title: de["app.title"] } },
});

const root = document.getElementById("root");
if (root === null) {
  throw new Error("The page has no #root");
}
createRoot(root).render(
  <Root titleKey="admin.title">
    <App />
  </Root>,
);
