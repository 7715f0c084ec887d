import type { ConfigValue } from './config-section.ts'
import { shiftedDecimal } from './decimals.ts'

/** An amount of money in a time, as LiteLLM writes it. */
export interface Budget {
  /** Where it stands. */
  readonly value: ConfigValue
  /** US dollars, as a decimal. */
  readonly amount: string
  /** Such as `30d`; undefined: it is never reset. */
  readonly duration: string | undefined
}

/** Undefined without an amount, which is told if it is none. */
export function budgetOf(
  value: ConfigValue | undefined,
  duration: string | undefined,
): Budget | undefined {
  const text = value?.text()
  if (value === undefined || text === undefined) return undefined
  const amount = shiftedDecimal(text)
  if (amount !== undefined) return { value, amount, duration }
  value.note('lost', 'expected an amount of money, 0 or more')
  return undefined
}
