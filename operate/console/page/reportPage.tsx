import { useEffect } from "preact/hooks";
import type { DrillReport } from "../../drill/report/compact";
import { headline } from "../../drill/report/figures";
import { DrillReportView } from "./drillReport";
import { useHash } from "./hash";
import { Icon, Logo } from "./parts";
import { shortClock, ZONE } from "./time";

/** Reports of drills without an installation. */
export function ReportPage({ reports }: { reports: readonly DrillReport[] }) {
  const [chosen] = useHash();
  const report = reports.find(({ verdict }) => verdict.run === chosen) ?? reports[0];
  useEffect(() => {
    if (report) document.title = `${report.verdict.passed ? "✓" : "✕"} ${report.verdict.run}`;
  }, [report]);
  if (!report) return null;
  return (
    <>
      <header class="top">
        <a
          class="skip"
          href={`#${report.verdict.run}`}
          onClick={() => document.querySelector("main")?.focus()}
        >
          Skip to the content
        </a>
        <div class="who">
          <Logo />
          <h1>Drill {report.verdict.scene}</h1>
        </div>
        {reports.length > 1 && (
          <nav aria-label="Reports">
            {reports.map(({ verdict, timeline }) => (
              <a
                key={verdict.run}
                href={`#${verdict.run}`}
                title={headline(verdict)}
                aria-current={verdict === report.verdict ? "page" : undefined}
              >
                <Icon tone={verdict.passed ? "good" : "bad"} /> {verdict.scene}{" "}
                <span class="hint">{shortClock(timeline.loadFrom * 1000)}</span>
                <span class="hidden">{verdict.passed ? " passed" : " failed"}</span>
              </a>
            ))}
          </nav>
        )}
      </header>
      <main tabIndex={-1}>
        <DrillReportView report={report} />
      </main>
      <footer>
        <span>Times in {ZONE}</span>
        <span>A drill injects a fault under load and counts every task by its id</span>
      </footer>
    </>
  );
}
