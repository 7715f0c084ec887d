import type { HistoryRule } from './history-rule.ts'

/** The rule for a history mode. Throws an Error that lists the supported modes for an unknown one. */
export function historyRuleFor<Settings extends { readonly mode: string }>(
  { mode }: Settings,
  rules: readonly HistoryRule<Settings>[],
): HistoryRule<Settings> {
  const rule = rules.find((one) => one.mode === mode)
  if (rule !== undefined) return rule
  const supported = rules.map((one) => one.mode).join(' or ')
  throw new Error(`history mode "${mode}" is not supported: use ${supported}`)
}
