import { dollarsOf, type Measure } from '@fairlead/usage'

/** An amount of a counter as people read it: a number of calls or tokens, or US dollars. */
export function shownAmount(measure: Measure, amount: number): string {
  return measure === 'Nanodollars' ? dollarsOf(amount) : String(amount)
}

/** The same with its unit, for sentences. */
export function amountWithUnit(measure: Measure, amount: number): string {
  const shown = shownAmount(measure, amount)
  switch (measure) {
    case 'Requests':
      return `${shown} requests`
    case 'Running':
      return `${shown} running calls`
    case 'InputTokens':
      return `${shown} input tokens`
    case 'OutputTokens':
      return `${shown} output tokens`
    case 'TotalTokens':
      return `${shown} tokens`
    case 'Nanodollars':
      return `${shown} US dollars`
  }
}
