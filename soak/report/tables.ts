import { textTable } from '../../bench/report/text-table.ts'
import type { KindCounts } from '../load/call-counts.ts'
import type { LongestStops } from '../samples/sampler.ts'
import type { Judgement } from './judgement.ts'

/** What grew, and what did not. */
export function figureTable(judgements: readonly Judgement[]): readonly string[] {
  return textTable([
    ['', 'of', 'mean', 'per minute', 'certain growth', 'tolerated', ''],
    ...judgements.map(({ series: { figure, of }, trend, growth, isGrowing }) => {
      const withUnit = (value: number) => `${value.toFixed(2)} ${figure.unit}`.trim()
      return [
        figure.name,
        of,
        withUnit(trend.mean),
        withUnit(trend.slope),
        withUnit(Math.max(0, growth)),
        withUnit(figure.tolerated),
        isGrowing ? 'GROWS' : 'ok',
      ]
    }),
  ])
}

/** How long each process did nothing else, which explains what came too late. */
export function stopLines(stops: ReadonlyMap<string, LongestStops>): readonly string[] {
  return [...stops].map(
    ([name, { collectionMs, stoppedMs }]) =>
      `  ${name} was stopped for ${stoppedMs.toFixed(0)} ms at most, by the soak's own collections for ${collectionMs.toFixed(0)} ms`,
  )
}

/** What was called, and what went wrong. */
export function callTable(
  kinds: readonly (KindCounts & { readonly name: string })[],
): readonly string[] {
  return textTable([
    ['', 'calls', 'failed'],
    ...kinds.map(({ name, ended, failures }) => [name, `${ended}`, `${sumOf(failures)}`]),
  ])
}

/** A line for each thing that went wrong. */
export function failureLines(
  kinds: readonly (KindCounts & { readonly name: string })[],
): readonly string[] {
  return kinds.flatMap(({ name, failures }) =>
    [...failures].map(([message, count]) => `  ${count} x ${name}: ${message}`),
  )
}

function sumOf(failures: ReadonlyMap<string, number>): number {
  return [...failures.values()].reduce((sum, count) => sum + count, 0)
}
