import type { StrategyInput } from '@fairlead/context'

const strategy = (history: StrategyInput['history']): StrategyInput => ({
  name: history.mode,
  generation: 1,
  history,
  reserveOutputTokens: 1024,
  onOverflow: 'Compact',
})

/** Strategies whose costs are compared, and the most that each may cost, as a share of the first. */
export const comparedStrategies: readonly {
  readonly name: string
  readonly strategy: StrategyInput
  /** Undefined for what the documentation advises against. */
  readonly shareMax: number | undefined
}[] = [
  { name: 'Full', strategy: strategy({ mode: 'Full' }), shareMax: 1 },
  {
    name: 'LastTurns 10, no slack',
    strategy: strategy({ mode: 'LastTurns', turns: 10, slackTurns: 0 }),
    shareMax: undefined,
  },
  {
    name: 'LastTurns 5, no slack',
    strategy: strategy({ mode: 'LastTurns', turns: 5, slackTurns: 0 }),
    shareMax: 1.05,
  },
  {
    name: 'LastTurns 10, slack 10',
    strategy: strategy({ mode: 'LastTurns', turns: 10, slackTurns: 10 }),
    shareMax: 0.65,
  },
  {
    name: 'LastTurns 20, slack 20',
    strategy: strategy({ mode: 'LastTurns', turns: 20, slackTurns: 20 }),
    shareMax: 1.05,
  },
  {
    name: 'TokenWindow 16000 to 9600',
    strategy: strategy({ mode: 'TokenWindow', highTokens: 16_000, lowTokens: 9600 }),
    shareMax: 0.65,
  },
  {
    name: 'Summarize 16000 to 8000',
    strategy: strategy({
      mode: 'Summarize',
      triggerTokens: 16_000,
      targetTokens: 8000,
      keepLastTurns: 2,
    }),
    shareMax: 0.65,
  },
]
