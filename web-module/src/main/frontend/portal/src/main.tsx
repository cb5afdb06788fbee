import "@patternfly/react-core/dist/styles/base.css";
import "@carillon/ui/style.css";
import "./style.css";
import { Root, startLanguages } from "@carillon/ui";
import { createRoot } from "react-dom/client";
import { Portal } from "./Portal";
import { de } from "./texts/de";
import { en } from "./texts/en";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("The page has no #root");
}
startLanguages({ en, de });
createRoot(root).render(
  <Root titleKey="title">
    <Portal />
  </Root>,
);
