import { describe, expect, it } from 'vitest'
import type { HistoryRule } from './history-rule.ts'
import { historyRuleFor } from './history-rule-for.ts'
import { historyModes, historyRules, type HistorySettings } from './strategies.ts'

interface NothingSettings {
  readonly mode: 'Nothing'
}

/** A rule that no other file knows of. */
const nothing: HistoryRule<NothingSettings> = {
  mode: 'Nothing',
  reach: () => [{ groups: 0 }],
  key: () => 'Nothing',
  select: (_settings, { groups }) => ({
    from: groups.length,
    rule: 'history.mode',
    keptReason: 'never',
    droppedReason: 'nothing_is_kept',
  }),
}
const rules: readonly HistoryRule<HistorySettings | NothingSettings>[] = [...historyRules, nothing]
const figures = {
  tokens: () => 0,
  summaryTokens: () => 0,
  summaryTokensMax: Infinity,
  tokensMax: Infinity,
  summary: undefined,
  summaries: [],
  isWhole: true,
  mustShrink: false,
  atMost: 1,
}
const state = { groups: [], epochFrom: 0, startsAnew: false, ...figures }

describe('the settings of an epoch that was started under others', () => {
  const groups = Array.from<never>({ length: 5 })

  it.each([
    ['Full', { mode: 'Full' }, 3, 0],
    ['LastTurns', { mode: 'LastTurns', turns: 1, slackTurns: 9 }, 3, 4],
  ] as const)('no longer decide: %s', (_, settings, before, after) => {
    const rule = historyRuleFor<HistorySettings>(settings, historyRules)
    const from = (startsAnew: boolean) =>
      rule.select(settings, { groups, epochFrom: 3, startsAnew, ...figures }).from
    expect([from(false), from(true)]).toEqual([before, after])
  })
})

describe('the rule for a history mode', () => {
  it.each(historyModes)('is the one in the list: %s', (mode) => {
    const settings = { mode, turns: 1, slackTurns: 0 } as HistorySettings
    expect(historyRuleFor(settings, historyRules).mode).toBe(mode)
  })

  it('can be added through the list', () => {
    const settings = { mode: 'Nothing' } as const
    const rule = historyRuleFor<HistorySettings | NothingSettings>(settings, rules)
    expect(rule.select(settings, state).droppedReason).toBe('nothing_is_kept')
  })

  it('that is not in the list is refused with the modes of the list', () => {
    const find = () =>
      historyRuleFor(
        { mode: 'Nothing' },
        historyRules as readonly HistoryRule<{ readonly mode: string }>[],
      )
    expect(find).toThrow(
      'history mode "Nothing" is not supported: use Full or LastTurns or TokenWindow or Summarize',
    )
  })
})
