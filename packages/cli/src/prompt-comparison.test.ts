import { compareVersions, noUsage, type VersionUsage } from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import { promptComparison } from './prompt-comparison.ts'

const asked = { prompt: 'default/greet', from: '2026-01-01', to: '2026-01-31' }
const usage = (version: string, parts: Partial<VersionUsage>): VersionUsage => ({
  ...noUsage,
  version,
  ...parts,
})

describe('the comparison of versions', () => {
  it('shows figures with their ranges, and what they say', () => {
    const versions = [
      usage('1', {
        calls: 1000,
        failedCalls: 20,
        inputTokens: 100_000,
        outputTokens: 20_000,
        nanodollars: 500_000_000,
        durationMs: 980_000,
        durationSquares: 980_000_000 + 980 * 10_000,
        ratings: 40,
        ratingThousandths: 32_000,
        ratingSquares: 40 * 650_000,
      }),
      usage('2', {
        calls: 100,
        failedCalls: 10,
        durationMs: 90 * 1005,
        durationSquares: 90 * (1005 ** 2 + 10_000),
        ratings: 3,
        ratingThousandths: 1500,
        ratingSquares: 1_250_000,
      }),
    ]
    expect(promptComparison(asked, compareVersions(versions))).toBe(
      [
        'Versions of default/greet, by calls that ended from 2026-01-01 to 2026-01-31 (UTC); tokens and cost are per call',
        'VERSION        CALLS             FAILED    MEAN MS   RATINGS   MEAN RATING   TOKENS   COST USD',
        '1 (baseline)    1000     2.0% (1.3-3.1)    1000 ±6        40    0.80 ±0.03      120     0.0005',
        '2                100   10.0% (5.5-17.4)   1005 ±21         3    0.50 ±1.24        0          0',
        '2 against 1: failures worse (p < 0.001), duration no difference to see (p = 0.652), rating not enough ratings to tell.',
        'A range is where the figure is with a probability of 95 percent.',
        '',
      ].join('\n'),
    )
  })

  it('says that there is nothing to compare', () => {
    expect(promptComparison(asked, [])).toBe(
      'No calls of the prompt default/greet from 2026-01-01 to 2026-01-31.\n',
    )
  })
})
