import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { QueueStatus } from "../../status/model";
import { describeEnd, describeRate, trendOf } from "../format";

export type Tone = "good" | "warn" | "bad" | "info" | "quiet";

/** Shapes differ, because colors alone do not tell states apart. */
const SHAPES: Readonly<Record<Tone, JSX.Element>> = {
  good: (
    <path
      d="M3 8.5 6.5 12 13 4.5"
      fill="none"
      stroke="currentColor"
      stroke-width="2.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  ),
  warn: (
    <path
      d="M8 1.8 15 14H1zM8 6.3v3.6M8 11.7v.5"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  ),
  bad: (
    <path d="m4 4 8 8m0-8-8 8" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" />
  ),
  info: <circle cx="8" cy="8" r="4" fill="currentColor" />,
  quiet: <circle cx="8" cy="8" r="3.5" fill="none" stroke="currentColor" stroke-width="1.8" />,
};

export const Icon = ({ tone }: { tone: Tone }) => (
  <svg class={`icon ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
    {SHAPES[tone]}
  </svg>
);

/** A crown: this broker leads queues. */
export const Crown = () => (
  <svg class="icon crown" viewBox="0 0 16 16" aria-hidden="true">
    <path d="M2 12.5 1.2 4.8l3.6 2.7L8 2.5l3.2 5 3.6-2.7-.8 7.7z" fill="currentColor" />
  </svg>
);

export const Logo = () => (
  <svg class="logo" viewBox="0 0 16 16" aria-hidden="true">
    <rect width="16" height="16" rx="4" />
    <path d="M4.5 4.2v7.6m7-7.6v7.6M4.5 8h7" />
  </svg>
);

/** A state in words, with its shape and color. */
export const State = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <span class={`state ${tone}`}>
    <Icon tone={tone} />
    <span>{children}</span>
  </span>
);

interface MeterProps {
  readonly label: string;
  readonly share: number;
  readonly text: string;
  /** What the end of the bar is. */
  readonly limit?: string;
  /** Whether a full bar is nothing bad. */
  readonly calm?: boolean;
}

/** A bar from 0 to its limit. */
export function Meter({ label, share, text, limit = "of the way to the alarm", calm = false }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  const tone = calm || share < 0.8 ? "good" : share >= 1 ? "bad" : "warn";
  return (
    <div class="meter">
      <span class="meter-label">{label}</span>
      <span class="meter-text">{text}</span>
      <span class="track" role="img" aria-label={`${percent} % ${limit}`}>
        <span class={`fill ${tone}`} style={{ width: `${percent}%` }} />
      </span>
    </div>
  );
}

const COPIED_MS = 1_500;

/** A command with a button that copies it. */
export function Command({ text }: { text: string }) {
  const code = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    // Selecting also works where the browser denies the clipboard.
    if (code.current) getSelection()?.selectAllChildren(code.current);
    await navigator.clipboard.writeText(text).catch(() => document.execCommand("copy"));
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <div class="command">
      <code ref={code} tabIndex={0}>
        {text}
      </code>
      <button type="button" onClick={() => void copy()} aria-label={`Copy: ${text}`}>
        {copied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

interface RateProps {
  readonly depth: number;
  readonly rate: number | undefined;
  /** Consumers of the queue. Unless there are some, no worker empties it, and a forecast would be wrong. */
  readonly consumers: number | undefined;
}

/** How fast a queue grows or shrinks, and when it will be empty. */
export function Rate({ depth, rate, consumers }: RateProps) {
  const trend = trendOf(rate);
  const isRead = consumers !== undefined && consumers > 0;
  const end = isRead ? describeEnd(depth, rate) : undefined;
  return (
    // What leaves a queue that nobody reads was deleted or moved, which is no good news.
    <span class={`rate ${trend === "shrinks" && !isRead ? "" : trend}`}>
      {describeRate(rate)}
      {end !== undefined && <span class="hint">{end}</span>}
    </span>
  );
}

/** Why a queue grows, as the command says it. */
export function Growth({ queue: { growsBecause }, rate }: { queue: QueueStatus; rate: number | undefined }) {
  // Both cover about 20 s, but not the same ones.
  const isOver = trendOf(rate) === "shrinks" || trendOf(rate) === "steady";
  return growsBecause === undefined || isOver ? null : <p class="growth">{growsBecause}</p>;
}
