import { render } from "preact";
import { App } from "./app";
import { EMBEDDED } from "./embeddedData";
import { ReportPage } from "./reportPage";
import "./style/index.css";

render(EMBEDDED?.kind === "reports" ? <ReportPage reports={EMBEDDED.reports} /> : <App />, document.body);
