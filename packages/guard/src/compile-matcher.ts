import { keywordProbe } from './keyword-probe.ts'
import { detectorProbes, type DetectorName } from './detectors/detectors.ts'
import type { Sensitivity } from './detectors/prompt-injection.ts'
import { patternProbe } from './pattern/pattern-probe.ts'
import type { Probe, Span } from './probe.ts'
import type { Finding, TextMatcher } from './text-matcher.ts'

/** What is looked for. */
export interface MatcherOptions {
  readonly detectors?: readonly DetectorName[]
  /** Of PromptInjection. Defaults to Medium. */
  readonly sensitivity?: Sensitivity
  /** In the syntax of RE2. */
  readonly patterns?: readonly string[]
  /** Words and phrases, whole and in any case. */
  readonly keywords?: readonly string[]
}

/** Throws a PatternError for a pattern that is none, or can match the empty text. */
export function compileMatcher({
  detectors = [],
  keywords = [],
  patterns = [],
  sensitivity = 'Medium',
}: MatcherOptions): TextMatcher {
  return matcherOf([
    ...detectors.flatMap((name) => detectorProbes(name, sensitivity)),
    ...patterns.map((pattern) => patternProbe(pattern)),
    ...(keywords.length === 0 ? [] : [keywordProbe(keywords)]),
  ])
}

/** All that any of several probes finds. */
export function matcherOf(probes: readonly Probe[]): TextMatcher {
  const reaches = probes.map(({ reach }) => reach)
  return {
    reach: reaches.includes(undefined) ? undefined : Math.max(0, ...reaches.map(Number)),
    openFrom: (text, from) =>
      Math.min(text.length, ...probes.map((probe) => probe.openFrom(text, from))),
    find: (text, from = 0) => findAll(probes, text, from),
  }
}

interface Next {
  readonly probe: Probe
  /** Undefined once there is no further one. */
  span: Span | undefined
}

/** Each probe is asked again only when what it has found next lies in what another has found. */
function findAll(probes: readonly Probe[], text: string, from: number): readonly Finding[] {
  const findings: Finding[] = []
  const all: Next[] = probes.map((probe) => ({ probe, span: probe.next(text, from) }))
  for (;;) {
    let first: { readonly detector: string; readonly span: Span } | undefined
    for (const { probe, span } of all) {
      if (span === undefined) continue
      const isFirst =
        first === undefined ||
        span.start < first.span.start ||
        (span.start === first.span.start && span.end > first.span.end)
      if (isFirst) first = { detector: probe.detector, span }
    }
    if (first === undefined) return findings
    const { start, end } = first.span
    findings.push({ start, end, detector: first.detector })
    for (const next of all) {
      if (next.span !== undefined && next.span.start < end) next.span = next.probe.next(text, end)
    }
  }
}
