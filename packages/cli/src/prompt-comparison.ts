import { type ComparedVersion, type Difference, dollarsOf } from '@fairlead/usage'
import { textTable } from './text-table.ts'

const figures = ['failures', 'duration', 'rating'] as const

/** What versions of a prompt have come to, and whether they differ, for people. */
export function promptComparison(
  { prompt, from, to }: { readonly prompt: string; readonly from: string; readonly to: string },
  versions: readonly ComparedVersion[],
): string {
  if (versions.length === 0) return `No calls of the prompt ${prompt} from ${from} to ${to}.\n`
  const base = versions.find(({ isBaseline }) => isBaseline)?.version ?? ''
  const table = textTable(
    [
      { title: 'VERSION' },
      ...['CALLS', 'FAILED', 'MEAN MS', 'RATINGS', 'MEAN RATING', 'TOKENS', 'COST USD'].map(
        (title) => ({ title, isNumber: true }),
      ),
    ],
    versions.map(row),
  )
  return [
    `Versions of ${prompt}, by calls that ended from ${from} to ${to} (UTC); tokens and cost are per call\n`,
    table,
    ...versions.flatMap((version) => verdicts(version, base)),
    'A range is where the figure is with a probability of 95 percent.\n',
  ].join('')
}

function row(version: ComparedVersion): readonly string[] {
  const { calls, duration, failures, rating, ratings } = version
  return [
    version.isBaseline ? `${version.version} (baseline)` : version.version,
    String(calls),
    failed(failures),
    duration === undefined ? '-' : plusMinus(duration, 0),
    String(ratings),
    rating === undefined ? '-' : plusMinus(rating, 2),
    version.tokensPerCall.toFixed(0),
    dollarsOf(Math.round(version.nanodollarsPerCall)),
  ]
}

function failed({ count, interval, of }: ComparedVersion['failures']): string {
  if (interval === undefined) return '-'
  const percent = (rate: number) => (rate * 100).toFixed(1)
  return `${percent(count / of)}% (${percent(interval.low)}-${percent(interval.high)})`
}

function plusMinus(
  figure: { readonly mean: number; readonly plusMinus: number },
  digits: number,
): string {
  return `${figure.mean.toFixed(digits)} ±${figure.plusMinus.toFixed(digits)}`
}

const named = { failures: 'failures', duration: 'duration', rating: 'rating' } as const

function verdicts({ against, version }: ComparedVersion, base: string): readonly string[] {
  if (against === undefined) return []
  const told = figures.map((figure) => `${named[figure]} ${verdict(against[figure], figure)}`)
  return [`${version} against ${base}: ${told.join(', ')}.\n`]
}

function verdict({ p, verdict: is }: Difference, figure: (typeof figures)[number]): string {
  if (p === undefined) return `not enough ${figure === 'rating' ? 'ratings' : 'calls'} to tell`
  const words = { Better: 'better', Worse: 'worse', NoDifference: 'no difference to see' }
  return `${is === 'TooFew' ? '' : words[is]} (${p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`})`
}
